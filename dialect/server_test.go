package dialect

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/chat"
	"example.com/chatd/chat/netfake"
)

// D1, D2: no input is a command. What a client sends with slashes is said like the
// same with another letter in their place, sent by somebody who has commands.
func TestNoInputIsACommand(t *testing.T) {
	words := []string{"/", "/", "/who", "/me x", "//x", "/quit", "/name x", "/echo on", "\n", "\n", "\r\n", "\r\x00", "\r", "x", " ",
		"\xff\xf1", "\xff\xfb\x01", "\xff\xff", "\xff\xfa/\n\xff\xf0", "\x00"}
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.SampledFrom([]Dialect{Netcat, Budget}).Draw(rt, "dialect")
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 15).Draw(rt, "text"), "")
		pieces := chop(rt, text)
		var got, want string
		inBubble(t, func(t *testing.T) {
			r := newRig(t, d, nil)
			defer r.close()
			got = r.overheard(r.spoken, pieces)
			for i := range pieces {
				pieces[i] = strings.ReplaceAll(pieces[i], "/", "S")
			}
			want = r.overheard(r.own, pieces)
		})
		require.Equal(rt, want, strings.ReplaceAll(got, "/", "S"))
	})
}

// overheard is what somebody else reads while a client comes in by a door, sends
// pieces, and goes.
func (r *rig) overheard(door *netfake.Listener, pieces []string) string {
	r.t.Helper()
	observer := r.joinOwn("observer")
	defer func() {
		observer.Close()
		synctest.Wait() // its name is free
	}()
	bob := r.dial(door)
	bob.send("bob\n")
	for _, p := range pieces {
		bob.send(p)
	}
	require.NoError(r.t, bob.CloseWrite())
	return observer.read()
}

// A room may have another door, where people have commands.
func TestTwoDoors(t *testing.T) {
	for _, tt := range []struct {
		d    Dialect
		want string
	}{
		{Netcat, rigTime + "[al]:* has left our chat...\nal is now known as alma\nalma has left our chat...\n"},
		{Budget, "[al] * has left our chat...\n* al is now known as alma\n* alma has left the room\n"},
	} {
		inBubble(t, func(t *testing.T) {
			r := newRig(t, tt.d, nil)
			defer r.close()
			al := r.joinOwn("al")
			bob, _ := r.join("bob")
			al.send("/me has left our chat...\n/name alma\n/quit " + strings.Repeat("(", 20) + "\n")
			assert.Equal(t, tt.want, bob.read())
		})
	}
}

// R4 and D2: a newcomer that reads nothing while the room moves on reads who is there
// once it reads, and how much it missed.
func TestBudgetNewcomerIsOvertaken(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, Budget, func(c *chat.Config) {
			c.Slow, c.MaxMessage, c.TranscriptBytes = chat.SlowSkip, 1000, 1<<16
		})
		defer r.close()
		al := r.joinOwn("al")
		bob := r.dial(r.spoken)
		require.Equal(t, budgetPrompt, bob.read())
		require.NoError(t, bob.SetReadBuffer(1))
		require.NoError(t, bob.Peer().SetWriteBuffer(1))
		// A notice that does not fit blocks bob's writer before he is inside.
		bob.send("b")
		bob.send("ob\n")
		const said = 500
		al.send(strings.Repeat(strings.Repeat("x", 900)+"\n", said))
		require.NoError(t, bob.SetReadBuffer(1<<20))
		al.send("now\n")
		got := strings.Split(bob.read(), "\n")
		require.Equal(t, "* The room contains: al", got[0])
		missed, read := 0, 0
		for _, l := range got[1:] {
			n := 0
			if _, err := fmt.Sscanf(l, "* you missed %d lines", &n); err == nil {
				missed += n
			} else if strings.HasPrefix(l, "[al] x") {
				read++
			}
		}
		assert.Equal(t, said, missed+read, "each line is read or counted")
		assert.NotZero(t, missed)
		assert.Equal(t, []string{"[al] now", ""}, got[len(got)-2:])
	})
}

// D2: somebody who has missed a line knows no longer who is in the room, and is
// disconnected.
func TestBudgetLaggardLeaves(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, Budget, func(c *chat.Config) { c.TranscriptBytes = 1 << 16 })
		defer r.close()
		al, _ := r.join("al")
		bob, _ := r.join("bob")
		require.Equal(t, "* bob has entered the room\n", al.read())
		require.NoError(t, bob.SetReadBuffer(1))
		require.NoError(t, bob.Peer().SetWriteBuffer(1))
		for range 100 { // in pieces: who sends more than is held at once is a laggard too
			al.send(strings.Repeat(strings.Repeat("x", 900)+"\n", 5))
		}
		assert.Equal(t, "* bob has left the room\n", al.read())
		require.NoError(t, bob.SetReadBuffer(1<<20))
		got := bob.read()
		assert.NotContains(t, got, "missed")
		assert.True(t, strings.HasSuffix(got, "<reset>"), "the core's cut reaches the connection at the bottom")
	})
}

// D2: while everybody comes, talks and goes at the same time, each client reads first
// who is in the room, and then nothing that contradicts it.
func TestBudgetStorm(t *testing.T) {
	const clients, rounds = 16, 6
	inBubble(t, func(t *testing.T) {
		r := newRig(t, Budget, nil)
		defer r.close()
		// Others get in between the name and the question behind it.
		r.spoken = r.serve(func(c net.Conn) net.Conn { return slowReads{c} }, Budget)
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				for round := range rounds {
					if err := visit(r, fmt.Sprintf("c%dr%d", i, round)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		synctest.Wait()
		assert.EqualValues(t, clients*rounds, r.srv.Stats().Joins)
	})
}

// slowReads lets others run between any two bytes.
type slowReads struct{ net.Conn }

func (c slowReads) Read(p []byte) (int, error) {
	runtime.Gosched()
	return c.Conn.Read(p[:1])
}

func (c slowReads) CloseWrite() error { return c.Conn.(interface{ CloseWrite() error }).CloseWrite() }

// gatedReads stops behind the first line until the gate is open.
type gatedReads struct {
	net.Conn
	gate   <-chan struct{}
	behind *bool
}

func (c gatedReads) Read(p []byte) (int, error) {
	if *c.behind {
		<-c.gate
		return c.Conn.Read(p)
	}
	n, err := c.Conn.Read(p[:1])
	*c.behind = n > 0 && p[0] == '\n'
	return n, err
}

// D2: what happens between coming in and the server's answer to who is there is read
// behind the list, and the list is of the moment of coming in.
func TestBudgetAnswerComesLate(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, Budget, nil)
		defer r.close()
		gate := make(chan struct{})
		al, _ := r.join("al")
		bo, _ := r.join("bo")
		r.spoken = r.serve(func(c net.Conn) net.Conn { return gatedReads{c, gate, new(bool)} }, Budget)
		late, got := r.join("late")
		require.Equal(t, budgetPrompt, got, "it is inside, and has read nothing of it")
		require.Equal(t, "* bo has entered the room\n* late has entered the room\n", al.read())
		bo.send("before I go\n")
		require.NoError(t, bo.Close())
		synctest.Wait()
		r.joinOwn("cy")
		al.send("welcome\n")
		require.Equal(t, "", late.read())
		close(gate)
		require.Equal(t, "* The room contains: al, bo\n[bo] before I go\n* bo has left the room\n"+
			"* cy has entered the room\n[al] welcome\n", late.read())
		late.send("thanks\n")
		require.Contains(t, al.read(), "[late] thanks\n")
	})
}

// visit comes in, says something, reads to the end and checks it. The name and the
// lines are one packet, so that others get between the name and the answer to /who.
func visit(r *rig, name string) error {
	c, err := r.net.Dial(r.spoken.Addr().String())
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "%s\none\n/who\n", name); err != nil {
		return err
	}
	if err := c.CloseWrite(); err != nil {
		return err
	}
	lines := bufio.NewScanner(c)
	var inside []string
	for n := 0; lines.Scan(); n++ {
		line := lines.Text()
		if n == 0 {
			if line+"\n" != budgetPrompt {
				return fmt.Errorf("%s: greeted with %q", name, line)
			}
			continue
		}
		if n == 1 {
			list, ok := strings.CutPrefix(line, "* The room contains: ")
			if !ok {
				return fmt.Errorf("%s: first %q", name, line)
			}
			inside = strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
			if slices.Contains(inside, name) {
				return fmt.Errorf("%s: is told of itself: %q", name, line)
			}
			continue
		}
		if inside, err = follow(inside, line); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return lines.Err()
}

// follow takes a line into account, or says how it contradicts those before.
func follow(inside []string, line string) ([]string, error) {
	who, entered := strings.CutSuffix(strings.TrimPrefix(line, "* "), " has entered the room")
	if entered {
		if slices.Contains(inside, who) {
			return nil, fmt.Errorf("%q, who is inside", line)
		}
		return append(inside, who), nil
	}
	who, left := strings.CutSuffix(strings.TrimPrefix(line, "* "), " has left the room")
	if left {
		i := slices.Index(inside, who)
		if i < 0 {
			return nil, fmt.Errorf("%q, who is not inside", line)
		}
		return slices.Delete(inside, i, i+1), nil
	}
	who, _, said := strings.Cut(strings.TrimPrefix(line, "["), "] ")
	if !said || !slices.Contains(inside, who) {
		return nil, fmt.Errorf("%q, of nobody who is inside %q", line, inside)
	}
	return inside, nil
}
