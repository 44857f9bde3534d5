//go:build unix

package chat_test

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

var stormSeed = flag.Uint64("storm", 1, "seed of TestTCPStorm")

const (
	stormClients  = 50
	stormSessions = 6  // of each client, one after the other
	stormLines    = 12 // of each session, at most
)

// TestTCPStorm lets 50 clients join, chat, rename and leave at random, by every
// way out there is, while one reads along and checks every line: a sender's lines
// come in order and once (M2, M3), from somebody inside under that name (N3, N5),
// and joins and leaves take turns (E1, N4).
func TestTCPStorm(t *testing.T) {
	t.Logf("replay with -storm %d", *stormSeed)
	s := startTCP(t, chat.Config{NameAttempts: -1, MaxRenames: 1000})
	witness := joinTCP(t, s.Addr(), "witness")

	errs := make(chan error, stormClients)
	for id := range stormClients {
		go func() { errs <- stormClient(s.Addr(), id) }()
	}
	book := newStormBook()
	finished := 0
	lines := make(chan string)
	go witness.follow(lines)
	for finished < stormClients || book.open() {
		select {
		case err := <-errs:
			require.NoError(t, err)
			finished++
		case line, ok := <-lines:
			require.True(t, ok, "the witness's connection ended")
			require.NoError(t, book.add(line))
		case <-time.After(patience):
			require.FailNow(t, "the storm does not end", "%d clients finished; inside: %v", finished, book.inside)
		}
	}
	st := s.Stats()
	require.EqualValues(t, stormClients*stormSessions, book.joins, "every session joined")
	require.EqualValues(t, st.Joins, book.joins+1)
	require.Equal(t, book.joins, book.leaves, "E1: each left once")
	require.EqualValues(t, st.Messages, book.messages, "M3: the witness read all")
	require.Zero(t, st.Missed)
	witness.conn.Close()
	for range lines {
	}
	// N4, N5: every name is free again.
	names := stormNames()
	last := joinTCP(t, s.Addr(), "last")
	for _, name := range names {
		last.send("/name " + name + "\n")
		last.until("N5", "[time][SYSTEM]: "+last.name+" is now known as "+name)
		last.name = name
	}
}

// follow sends on what the client reads, until it ends.
func (c *tcpClient) follow(lines chan<- string) {
	defer close(lines)
	for c.conn.SetReadDeadline(time.Now().Add(2*patience)) == nil {
		text, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		lines <- shownLine(text)
	}
}

// stormClient lives its sessions. All its choices come from the seed.
func stormClient(addr net.Addr, id int) error {
	rng := rand.New(rand.NewPCG(*stormSeed, uint64(id)))
	for n := range stormSessions {
		if err := stormSession(addr, rng, fmt.Sprintf("%d.%d", id, n)); err != nil {
			return fmt.Errorf("session %d.%d: %w", id, n, err)
		}
	}
	return nil
}

// stormNames are sixty names: hardly more than clients, so they collide.
func stormNames() (names []string) {
	for _, animal := range []string{"ant", "bee", "cat", "dog", "eel"} {
		for _, digit := range "234" {
			for _, end := range []string{"", "-x", "-y", "-z"} {
				names = append(names, animal+string(digit)+end)
			}
		}
	}
	return names
}

func stormName(rng *rand.Rand) string {
	names := stormNames()
	return names[rng.IntN(len(names))]
}

// stormSession joins under some free name, says numbered lines "id:n" in packets
// cut anywhere, and goes.
func stormSession(addr net.Addr, rng *rand.Rand, id string) error {
	raw, err := net.DialTimeout("tcp", addr.String(), patience)
	if err != nil {
		return err
	}
	conn := raw.(*net.TCPConn)
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	if err := stormJoin(conn, in, rng); err != nil {
		return err
	}
	var script bytes.Buffer
	for n := range rng.IntN(stormLines + 1) {
		switch rng.IntN(6) {
		case 0:
			fmt.Fprintf(&script, "/name %s\r\n", stormName(rng)) // may be taken
		case 1:
			fmt.Fprintf(&script, "/me %s:%d\n", id, n)
			continue
		}
		fmt.Fprintf(&script, "%s:%d\n", id, n)
	}
	ending := rng.IntN(3)
	if ending == 0 {
		script.WriteString("/quit enough\nnever said\n")
	}
	for script.Len() > 0 {
		if _, err := conn.Write(script.Next(1 + rng.IntN(100))); err != nil {
			return err
		}
	}
	if ending == 2 {
		// A reset, with lines perhaps on their way to the server.
		return conn.SetLinger(0)
	}
	if err := conn.CloseWrite(); err != nil && ending != 0 {
		return err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("E2: no clean end after %q: %w", text, err)
	}
	return checkOrder(text, id)
}

// stormJoin tries names until one is free. The first line after a name decides: it
// is the refusal, or the room's.
func stormJoin(conn net.Conn, in *bufio.Reader, rng *rand.Rand) error {
	if _, err := in.ReadString('\n'); err != nil { // the welcome
		return err
	}
	for {
		if _, err := fmt.Fprintf(conn, "%s\n", stormName(rng)); err != nil {
			return err
		}
		text, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if shownLine(text) != "[SYSTEM]: that name is taken" {
			return nil
		}
	}
}

var stormText = regexp.MustCompile(`^\[time\](?:\[(\S+)\]:| \* (\S+)) (\d+\.\d+):(\d+)$`)

// checkOrder is what one that took part can say: each sender's lines came in order,
// and none of its own.
func checkOrder(text []byte, own string) error {
	next := map[string]int{}
	for _, line := range shownLines(string(text)) {
		m := stormText.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		id, n := m[3], atoi(m[4])
		if id == own {
			return fmt.Errorf("M4: reads its own line %q", line)
		}
		if want, ok := next[id]; ok && n != want {
			return fmt.Errorf("M2, M3: line %q comes where %s:%d was next", line, id, want)
		}
		next[id] = n + 1
	}
	return nil
}

func atoi(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// A stormBook keeps what a witness knows of the room.
type stormBook struct {
	inside                  map[string]string // name -> session, "" until it has spoken
	next                    map[string]int    // session -> its next line
	joins, leaves, messages int
}

func newStormBook() *stormBook {
	return &stormBook{inside: map[string]string{}, next: map[string]int{}}
}

func (b *stormBook) open() bool { return b.joins < stormClients*stormSessions || len(b.inside) > 0 }

var (
	stormJoined  = regexp.MustCompile(`^\[time\]\[SYSTEM\]: (\S+) has joined our chat\.\.\.$`)
	stormLeft    = regexp.MustCompile(`^\[time\]\[SYSTEM\]: (\S+) has left our chat\.\.\.(?: \((?:quit: enough|connection lost)\))?$`)
	stormRenamed = regexp.MustCompile(`^\[time\]\[SYSTEM\]: (\S+) is now known as (\S+)$`)
)

// add checks one line against all before it.
func (b *stormBook) add(line string) error {
	if m := stormJoined.FindStringSubmatch(line); m != nil {
		b.joins++
		return b.enter(line, m[1], "")
	}
	if m := stormLeft.FindStringSubmatch(line); m != nil {
		b.leaves++
		_, err := b.exit(line, m[1])
		return err
	}
	if m := stormRenamed.FindStringSubmatch(line); m != nil {
		session, err := b.exit(line, m[1])
		return errors.Join(err, b.enter(line, m[2], session))
	}
	if m := stormText.FindStringSubmatch(line); m != nil {
		b.messages++
		return b.say(line, m[1]+m[2], m[3], atoi(m[4]))
	}
	return fmt.Errorf("no line of a room: %q", line)
}

func (b *stormBook) enter(line, name, session string) error {
	if _, ok := b.inside[name]; ok {
		return fmt.Errorf("N3: %s is inside already: %q", name, line)
	}
	b.inside[name] = session
	return nil
}

func (b *stormBook) exit(line, name string) (session string, err error) {
	session, ok := b.inside[name]
	if !ok {
		return "", fmt.Errorf("E1: %s is not inside: %q", name, line)
	}
	delete(b.inside, name)
	return session, nil
}

func (b *stormBook) say(line, name, session string, n int) error {
	if known, ok := b.inside[name]; !ok || known != "" && known != session {
		return fmt.Errorf("M1: %s is not inside, or is %q: %q", name, known, line)
	}
	b.inside[name] = session
	if n != b.next[session] {
		return fmt.Errorf("M2, M3: %q comes where %s:%d was next", line, session, b.next[session])
	}
	b.next[session] = n + 1
	return nil
}
