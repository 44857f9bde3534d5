package badserver

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// talk joins two readers and a speaker, who says 1 to n; the first to join is reader 1.
func (r *rig) talk(n int) (one, two, speaker *client) {
	one, two, speaker = r.join("one"), r.join("two"), r.join("speaker")
	for i := range n {
		speaker.send(fmt.Sprintln(i + 1))
	}
	return one, two, speaker
}

const tenSaid = "1 2 3 4 5 6 7 8 9 10"

// TestKnobsOfDeliveries: what the victim reads of 1 to 10, what the other one does, and
// the counts of both.
func TestKnobsOfDeliveries(t *testing.T) {
	base := Counts{Connections: 3, Joins: 3, Messages: 10, Due: 20}
	for name, test := range map[string]struct {
		cfg    Config
		victim string
		counts func(*Counts)
	}{
		"none": {Config{}, tenSaid, func(c *Counts) { c.Written = 20 }},
		"drop": {Config{DropEvery: 3}, "1 2 4 5 7 8 10", func(c *Counts) {
			c.Dropped, c.Written = 3, 17
		}},
		"drop all": {Config{DropEvery: 1}, "", func(c *Counts) {
			c.Dropped, c.Written = 10, 10
		}},
		"repeat": {Config{RepeatEvery: 4}, "1 2 3 4 4 5 6 7 8 8 9 10", func(c *Counts) {
			c.Repeated, c.Written = 2, 22
		}},
		"swap": {Config{SwapEvery: 4}, "1 2 3 5 4 6 7 9 8 10", func(c *Counts) {
			c.Swapped, c.Written = 2, 20
		}},
		"swap each": {Config{SwapEvery: 1}, "2 1 4 3 6 5 8 7 10 9", func(c *Counts) {
			c.Swapped, c.Written = 5, 20
		}},
		"swap without a neighbour": {Config{SwapEvery: 10}, "1 2 3 4 5 6 7 8 9", func(c *Counts) {
			c.Written = 19
		}},
		"corrupt": {Config{CorruptEvery: 5}, "1 2 3 4 # 6 7 8 9 1#", func(c *Counts) {
			c.Corrupted, c.Written = 2, 20
		}},
		"miss": {Config{MissAfter: 2, MissLines: 5}, "1 2 (you missed 5 lines) 8 9 10", func(c *Counts) {
			c.Missed, c.Announced, c.Written = 5, 5, 15
		}},
		"miss from the start": {Config{MissLines: 9}, "(you missed 9 lines) 10", func(c *Counts) {
			c.Missed, c.Announced, c.Written = 9, 9, 11
		}},
		"miss before drop": {Config{MissAfter: 1, MissLines: 3, DropEvery: 2}, "1 (you missed 3 lines) 5 7 9", func(c *Counts) {
			c.Missed, c.Announced, c.Dropped, c.Written = 3, 3, 3, 14
		}},
		"swap before a notice": {Config{SwapEvery: 2, MissAfter: 2, MissLines: 1}, "1 2 (you missed 1 lines) 5 4 7 6 9 8", func(c *Counts) {
			c.Swapped, c.Missed, c.Announced, c.Written = 3, 1, 1, 18
		}},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.Victim = 1
			want := base
			test.counts(&want)
			inBubble(t, test.cfg, func(r *rig) {
				one, two, _ := r.talk(10)
				require.Equal(t, test.victim, one.said())
				require.Equal(t, tenSaid, two.said())
				require.Equal(t, want, r.counts())
			})
			// With victim 0 both suffer, each counted alone.
			test.cfg.Victim = 0
			inBubble(t, test.cfg, func(r *rig) {
				one, two, _ := r.talk(10)
				require.Equal(t, test.victim, one.said())
				require.Equal(t, test.victim, two.said())
				require.Equal(t, 2*want.Dropped, r.counts().Dropped)
			})
		})
	}
}

// TestSwapWithoutANeighbour: what waits to change places is not lost when nobody speaks
// any more, and is not counted.
func TestSwapWithoutANeighbour(t *testing.T) {
	inBubble(t, Config{SwapEvery: 2, Victim: 1}, func(r *rig) {
		one, _, speaker := r.talk(2)
		require.Equal(t, "1", one.said())
		r.clock.Advance(neighbourWait - 1)
		require.Empty(t, one.said())
		r.clock.Advance(1)
		require.Equal(t, "2", one.said())

		speaker.send("3\n4\n")
		require.Equal(t, "3", one.said())
		late := r.join("late") // a line for everybody stands behind it
		require.Contains(t, one.read(), "4\n[2026-01-02 12:00:01][SYSTEM]: late has joined")
		require.Zero(t, r.clock.Pending())

		speaker.send("5\n6\n")
		require.Equal(t, "5", one.said())
		late.send("/quit\n")
		require.Contains(t, one.read(), "6\n[2026-01-02 12:00:01][SYSTEM]: late has left")
		speaker.send("7\n8\n")
		require.Equal(t, "7", one.said())
		require.NoError(t, one.conn.CloseWrite())
		require.Equal(t, "8", one.said(), "E2")
		require.Equal(t, io.EOF, one.end())
		require.Zero(t, r.counts().Swapped)
	})
}

func TestDelay(t *testing.T) {
	const d = 300 * time.Millisecond
	inBubble(t, Config{Delay: d, Victim: 1}, func(r *rig) {
		one, two, speaker := r.talk(1)
		r.clock.Advance(100 * time.Millisecond)
		speaker.send("2\n")
		require.Equal(t, "1 2", two.said())
		r.clock.Advance(200*time.Millisecond - 1)
		require.Empty(t, one.said())
		r.clock.Advance(1)
		require.Equal(t, "1", one.said())
		r.clock.Advance(100*time.Millisecond - 1)
		require.Empty(t, one.said())
		r.clock.Advance(1)
		require.Equal(t, "2", one.said())
		require.EqualValues(t, 2, r.counts().Delayed)
	})
}

// TestFreeze: at the Kth message all stands still, and then goes on where it was, with
// nothing lost.
func TestFreeze(t *testing.T) {
	inBubble(t, Config{FreezeAt: 3, FreezeFor: 2 * time.Second}, func(r *rig) {
		one, two, speaker := r.talk(5)
		require.Equal(t, "1 2", one.said())
		two.send("x\n")
		newcomer := r.dial()
		newcomer.send("late\n")
		r.clock.Advance(2*time.Second - 1)
		for _, c := range []*client{one, two, speaker, newcomer} {
			require.NotContains(t, c.read(), "3")
			require.NoError(t, c.end())
		}
		require.EqualValues(t, 3, r.counts().Messages)
		require.EqualValues(t, 3, r.counts().Joins)
		require.Empty(t, newcomer.read())
		r.clock.Advance(1)
		said := one.said()
		require.True(t, strings.HasPrefix(said, "3 "), said)
		require.ElementsMatch(t, strings.Fields("3 4 5 x"), strings.Fields(said))
		require.Contains(t, newcomer.read(), "late has joined")
		newcomer.send("/quit\n")
		speaker.send("6\n")
		require.Equal(t, "6", one.said(), "it freezes once")
		c := r.counts()
		require.EqualValues(t, 1, c.Freezes)
		require.EqualValues(t, 7, c.Messages)
		require.Equal(t, c.Due, c.Written)
	})
}

func TestClose(t *testing.T) {
	const left = "[2026-01-02 12:00:00][SYSTEM]: one has left our chat... (kicked)\n"
	t.Run("the victim, without a word", func(t *testing.T) {
		inBubble(t, Config{CloseAt: 3, Victim: 1}, func(r *rig) {
			one, two, speaker := r.talk(4)
			require.Equal(t, "1 2 3", one.said())
			require.Equal(t, io.EOF, one.end())
			one.send("anybody?\nno?\n")
			require.Contains(t, two.read(), left)
			require.Contains(t, speaker.read(), left)
			require.Equal(t, Counts{
				Connections: 3, Joins: 3, Leaves: 1, Messages: 4, Due: 7, Written: 7, Closed: 1, Ignored: 2,
			}, r.counts())
			require.NoError(t, r.dial().end(), "the port is open")
		})
	})
	t.Run("the victim, with a goodbye", func(t *testing.T) {
		inBubble(t, Config{CloseAt: 3, Victim: 1, Goodbye: "[SYSTEM]: you were kicked, goodbye"}, func(r *rig) {
			one, _, _ := r.talk(3)
			require.Equal(t, "1 2 3 (you were kicked, goodbye)", one.said())
			require.Equal(t, io.EOF, one.end())
			require.EqualValues(t, 1, r.counts().Goodbyes)
		})
	})
	t.Run("everybody", func(t *testing.T) {
		inBubble(t, Config{CloseAt: 3, Goodbye: "Server shutting down..."}, func(r *rig) {
			pending := r.dial()
			one, two, speaker := r.talk(3)
			for _, c := range []*client{one, two, speaker} {
				text := c.read()
				require.True(t, strings.HasSuffix(text, "[2026-01-02 12:00:00][SYSTEM]: Server shutting down...\n"), text)
				require.NotContains(t, text, "has left")
				require.Equal(t, c != speaker, strings.Contains(text, "3\n"))
				require.Equal(t, io.EOF, c.end())
			}
			require.Equal(t, io.EOF, pending.end())
			_, err := r.network.Dial("127.0.0.1:8989")
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
			require.Equal(t, Counts{
				Connections: 4, Joins: 3, Leaves: 3, Messages: 3, Due: 6, Written: 6, Closed: 3, Goodbyes: 3,
			}, r.counts())
		})
	})
	t.Run("nobody, who has not joined", func(t *testing.T) {
		inBubble(t, Config{CloseAt: 3, Victim: 9}, func(r *rig) {
			one, _, _ := r.talk(4)
			require.Equal(t, "1 2 3 4", one.said())
			require.Zero(t, r.counts().Closed)
		})
	})
}

func TestDoors(t *testing.T) {
	t.Run("mute", func(t *testing.T) {
		inBubble(t, Config{Door: Mute}, func(r *rig) {
			c := r.dial()
			for range 100 {
				c.send(strings.Repeat("hello?\n", 1000)) // it is read
			}
			r.clock.Advance(time.Hour)
			require.Empty(t, c.read())
			require.NoError(t, c.end())
			require.Equal(t, Counts{Connections: 1}, r.counts())
		})
	})
	t.Run("foreign", func(t *testing.T) {
		inBubble(t, Config{Door: Foreign}, func(r *rig) {
			c := r.dial()
			require.Equal(t, bannerDefault, c.read())
			require.Equal(t, io.EOF, c.end())
			require.Equal(t, Counts{Connections: 1, Banners: 1}, r.counts())
		})
		inBubble(t, Config{Door: Foreign, Banner: "220 mail\r\n"}, func(r *rig) {
			require.Equal(t, "220 mail\r\n", r.dial().read())
		})
	})
	t.Run("full", func(t *testing.T) {
		inBubble(t, Config{Door: Full, Room: 2}, func(r *rig) {
			one := r.join("one")
			r.join("two")
			for range 3 {
				c := r.dial()
				c.send("three\n")
				require.Equal(t, greeting+"[SYSTEM]: the chat is full (2 clients), try again later\n", c.read())
				require.Equal(t, io.EOF, c.end())
				c.send("why?\n") // what it says is read, no reset eats its answer
				c.send("why?\n")
			}
			one.send("/quit\n")
			r.join("three")
			require.Equal(t, Counts{Connections: 6, Joins: 3, Leaves: 1, Refused: 3}, r.counts())
		})
		inBubble(t, Config{Door: Full}, func(r *rig) {
			c := r.dial()
			c.send("one\n")
			require.Contains(t, c.read(), "the chat is full (0 clients)")
		})
	})
	t.Run("reset", func(t *testing.T) {
		inBubble(t, Config{Door: Reset}, func(r *rig) {
			c := r.dial()
			require.ErrorIs(t, c.end(), syscall.ECONNRESET)
			require.Equal(t, Counts{Connections: 1, Resets: 1}, r.counts())
		})
	})
}

// TestCountsAgree: whatever the knobs, what readers count is what the server counts.
func TestCountsAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		every := rapid.IntRange(0, 5)
		cfg := Config{
			Victim:    rapid.IntRange(0, 3).Draw(rt, "victim"),
			DropEvery: every.Draw(rt, "drop"), RepeatEvery: every.Draw(rt, "repeat"),
			CorruptEvery: every.Draw(rt, "corrupt"), SwapEvery: every.Draw(rt, "swap"),
			MissAfter: every.Draw(rt, "miss after"), MissLines: every.Draw(rt, "miss"),
			Delay: time.Duration(every.Draw(rt, "delay")) * time.Second,
		}
		said := rapid.IntRange(0, 30).Draw(rt, "said")
		var read, corrupt, repeated, notices int64
		var c Counts
		inBubble(t, cfg, func(r *rig) {
			one, two, _ := r.talk(said)
			r.clock.Advance(time.Hour)
			for _, reader := range []*client{one, two} {
				seen := make(map[string]bool)
				for line := range strings.Lines(reader.read()) {
					switch text := strings.TrimSpace(line[strings.LastIndex(line, ": ")+2:]); {
					case strings.Contains(line, "you missed"):
						notices++
					case strings.HasSuffix(line, "...\n") || strings.HasSuffix(line, "Chat!\n"):
					default:
						read++
						if strings.Contains(text, "#") {
							corrupt++
						} else if seen[text] {
							repeated++
						}
						seen[text] = true
					}
				}
			}
			c = r.counts()
		})
		require.Equal(rt, c.Written, read)
		require.Equal(rt, c.Due, c.Written-c.Repeated+c.Dropped+c.Missed)
		require.EqualValues(rt, 2*said, c.Due)
		if cfg.RepeatEvery == 0 {
			require.Equal(rt, c.Corrupted, corrupt)
		}
		if cfg.CorruptEvery == 0 {
			require.Equal(rt, c.Repeated, repeated)
		}
		require.Equal(rt, c.Announced, notices*int64(cfg.MissLines))
	})
}
