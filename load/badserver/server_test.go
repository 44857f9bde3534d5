package badserver

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/check"
)

// TestCorrect: with the zero Config it is a correct server. It has to be, or no test
// could tell which wrong it had ordered.
func TestCorrect(t *testing.T) {
	inBubble(t, Config{}, func(r *rig) {
		alice := r.join("alice")
		bob := r.join("bob")
		require.Equal(t, "[2026-01-02 12:00:00][SYSTEM]: bob has joined our chat...\n", alice.read())

		r.clock.Advance(time.Minute)
		alice.send("hi\r\n\n \n//slash\nhal")
		alice.send("f a line\n")
		require.Equal(t, "[2026-01-02 12:01:00][alice]: hi\n"+
			"[2026-01-02 12:01:00][alice]: /slash\n[2026-01-02 12:01:00][alice]: half a line\n", bob.read())
		require.Empty(t, alice.read(), "M4")
		alice.send("/who\n")
		require.Equal(t, "[SYSTEM]: unknown command\n", alice.read())

		carol := r.dial()
		carol.send("bob\n\ncarol\n")
		require.Equal(t, greeting+"[SYSTEM]: that name is taken\nEnter your name: "+
			"[SYSTEM]: a name needs a letter\nEnter your name: "+
			"[2026-01-02 12:01:00][SYSTEM]: carol has joined our chat...\n", carol.read())
		dave := r.dial()
		dave.send("bob\nbob\nbob\n")
		require.True(t, strings.HasSuffix(dave.read(), "[SYSTEM]: that name is taken\n[SYSTEM]: too many attempts, goodbye\n"))
		require.Equal(t, io.EOF, dave.end())

		// E2, W1: what stands before a half-close is said, what is due is read.
		carol.send("last")
		require.NoError(t, carol.conn.CloseWrite())
		require.Equal(t, io.EOF, carol.end())
		bob.send("/quit lunch\n")
		require.Equal(t, io.EOF, bob.end())
		require.Equal(t, "[2026-01-02 12:01:00][SYSTEM]: carol has joined our chat...\n"+
			"[2026-01-02 12:01:00][carol]: last\n"+
			"[2026-01-02 12:01:00][SYSTEM]: carol has left our chat...\n"+
			"[2026-01-02 12:01:00][SYSTEM]: bob has left our chat... (quit: lunch)\n", alice.read())
		require.Equal(t, Counts{
			Connections: 4, Joins: 3, Leaves: 2, Messages: 4, Due: 3 + 2, Written: 5,
		}, r.counts())
	})
}

// TestCorrectByTheOracles: the form of its lines is that of chatd's.
func TestCorrectByTheOracles(t *testing.T) {
	inBubble(t, Config{}, func(r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		bob.send("hi\n/quit\n")
		var kinds []check.Kind
		profile := check.Chat()
		for line := range strings.Lines(alice.read() + "[SYSTEM]: you missed 3 lines\n") {
			kinds = append(kinds, profile.Parse(strings.TrimSuffix(line, "\n")).Kind)
		}
		require.Equal(t, []check.Kind{check.Join, check.Say, check.Leave, check.Missed}, kinds)
	})
}

// TestResetDropsTheHalfLine is W1.
func TestResetDropsTheHalfLine(t *testing.T) {
	inBubble(t, Config{}, func(r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		bob.send("whole\nhalf")
		bob.conn.Reset()
		require.Equal(t, "whole", alice.said())
		require.EqualValues(t, 1, r.counts().Leaves)
	})
}

// TestTooMuch: who does not read is reset before the queue grows without end; who reads
// may read any amount.
func TestTooMuch(t *testing.T) {
	inBubble(t, Config{}, func(r *rig) {
		stuck, err := r.network.Dial("127.0.0.1:8989") // and never reads
		require.NoError(t, err)
		defer stuck.Close()
		_, err = io.WriteString(stuck, "stuck\n")
		require.NoError(t, err)
		alice, bob := r.join("alice"), r.join("bob")
		text := strings.Repeat("x", 64000) + "\n"
		alice.send(strings.Repeat(text, 2*unreadMax/len(text)))
		require.NoError(t, bob.end())
		c := r.counts()
		require.EqualValues(t, 1, c.Overruns)
		require.EqualValues(t, 1, c.Leaves)

		alice.send(strings.Repeat("x", lineMax) + "\n")
		require.EqualValues(t, 2, r.counts().Overruns)
		require.ErrorIs(t, alice.end(), syscall.ECONNRESET)
	})
}

// TestTooMuchIsCountedOnce, whatever else is pushed before the reset.
func TestTooMuchIsCountedOnce(t *testing.T) {
	inBubble(t, Config{}, func(r *rig) {
		alice := r.join("alice")
		r.server.mu.Lock()
		c := r.server.members[0]
		c.unread = unreadMax
		for range 3 {
			c.pushLocked(item{data: []byte("x")})
		}
		r.server.mu.Unlock()
		require.EqualValues(t, 1, r.counts().Overruns)
		require.ErrorIs(t, alice.end(), syscall.ECONNRESET)
	})
}

// TestCloseInTheMiddle: whatever the server is waiting for, Close ends it.
func TestCloseInTheMiddle(t *testing.T) {
	for name, cfg := range map[string]Config{
		"talking":   {},
		"frozen":    {FreezeAt: 1, FreezeFor: time.Hour},
		"delaying":  {Delay: time.Hour},
		"swapping":  {SwapEvery: 1},
		"mute":      {Door: Mute},
		"not liked": {Door: Foreign},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, cfg, func(r *rig) {
				alice, bob := r.dial(), r.dial()
				alice.send("alice\n")
				bob.send("bob\nhi\n")
				r.server.Close()
				if cfg.Door != Foreign {
					require.ErrorIs(t, alice.end(), syscall.ECONNRESET)
					require.ErrorIs(t, bob.end(), syscall.ECONNRESET)
				}
				require.Zero(t, r.clock.Pending())
				require.NoError(t, r.server.Close())
				_, err := r.network.Dial("127.0.0.1:8989")
				require.ErrorIs(t, err, syscall.ECONNREFUSED)
			})
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []Config{
		{DropEvery: -1}, {Door: Full + 1}, {FreezeAt: 1}, {FreezeFor: 1}, {Delay: -1}, {Addr: "nowhere"},
	} {
		_, err := Start(cfg)
		require.Error(t, err, "%+v", cfg)
	}
}
