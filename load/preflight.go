package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// preflight looks for limits of the server's that would be measured instead of the
// server: how many clients it lets in, and how fast it lets one talk.
func (r *Run) preflight(ctx context.Context) (why []string) {
	if n := r.refused.Load(); n > 0 {
		words := ""
		r.mu.Lock()
		all := len(r.members)
		for _, m := range r.members {
			if m.refusal != nil {
				words = m.refusal.Error()
			}
		}
		r.mu.Unlock()
		why = append(why, fmt.Sprintf("%d of %d clients were not let in: %s%s", n, all, words, lift(words)))
	}
	each := r.cfg.Rate / float64(r.cfg.Senders)
	if r.cfg.Mode == ModeBurst {
		each = rateMax
	}
	if r.cfg.Proto != "line" || r.cfg.Self || each < 0.1 {
		return why
	}
	if words := r.slowsDown(ctx, each); words != "" {
		why = append(why, fmt.Sprintf("a sender is to say %.3g messages a second, and the server says %q%s", each, words, lift(words)))
	}
	return why
}

// lift says which flag of chatd lifts the limit that words tell of.
func lift(words string) string {
	for _, l := range [][2]string{
		{"the chat is full", "-max-clients"},
		{"too many connections from your address", "-max-per-ip"},
		{"too many people are logging in", "-max-pending"},
		{"slow down", "-rate-interval 0"},
		{"text too long", "-max-message"},
	} {
		if strings.Contains(words, l[0]) {
			return "; with chatd, lift it with " + l[1]
		}
	}
	return ""
}

// probeLines is more than the burst a sender is usually granted, and few to read for who
// is there.
const probeLines = 12

// slowsDown says a few lines in a row on a connection of its own, and returns the
// server's words if it slows them down. A server that answers no /who is not asked again.
func (r *Run) slowsDown(ctx context.Context, each float64) string {
	if each*r.cfg.length().Seconds() < probeLines {
		return "" // nobody talks enough to be slowed down
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.ConnectTimeout)
	defer cancel()
	r.mu.Lock()
	number := r.number
	r.number++
	r.mu.Unlock()
	conn, err := r.cfg.Dial(context.WithValue(ctx, numberKey{}, uint64(number)), "tcp", r.cfg.Addr)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(probeTimeout))
	name := fmt.Sprintf("u%04x_%d", uint16(r.ledger.run), number)
	if _, ok := readUntil(conn, r.proto.prompt); !ok {
		return ""
	}
	if _, err := io.WriteString(conn, name+"\n"); err != nil {
		return ""
	}
	if _, ok := readUntil(conn, name+string(joinedSuffix)); !ok {
		return ""
	}
	if _, err := io.WriteString(conn, strings.Repeat("chatload looks whether it may talk\n", probeLines)+"/who\n"); err != nil {
		return ""
	}
	text, _ := readUntil(conn, " here: ", "slow down")
	i := strings.Index(text, "slow down")
	if i < 0 {
		return ""
	}
	rest, _ := readUntil(conn, "\n")
	words, _, _ := strings.Cut(text[i:]+rest, "\n")
	return words
}

// probeTimeout is for a server that answers nothing.
const probeTimeout = 3 * time.Second

// readUntil reads until one of the texts has come, a byte at a time: what is behind it is
// for the next call.
func readUntil(conn net.Conn, texts ...string) (string, bool) {
	var got bytes.Buffer
	one := make([]byte, 1)
	for got.Len() < 1<<20 {
		if _, err := conn.Read(one); err != nil {
			return got.String(), false
		}
		got.WriteByte(one[0])
		for _, text := range texts {
			if bytes.HasSuffix(got.Bytes(), []byte(text)) {
				return got.String(), true
			}
		}
	}
	return got.String(), false
}
