package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBucketR1(t *testing.T) {
	const interval, burst = time.Second, 5
	var b bucket
	take := func(reason string, now, want time.Duration) {
		t.Helper()
		expect(t, reason, b.take(now, interval, burst), want)
	}
	for range burst {
		take("R1: a full bucket gives its burst", 0, 0)
	}
	take("R1: then a line waits for its token", 0, interval)
	take("R1: and the next a whole interval behind it", interval, interval)
	take("R1: a token that is a nanosecond away is waited for", 3*interval-1, 1)
	take("R1: a token that is there is not", 4*interval, 0)
	take("R1: standing still earns nothing", 4*interval, interval)
	// Full again burst intervals after the last token, at 5 intervals.
	b = bucket{full: 5 * interval}
	for range burst {
		take("R1: a bucket is full again, no fuller", 1000*interval, 0)
	}
	take("R1: however long nobody spoke", 1000*interval, interval)
}

// TestBucketR1Model: R1 against a bucket that pours time in and takes intervals out.
func TestBucketR1Model(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := time.Duration(rapid.Int64Range(1, 3e9).Draw(t, "interval"))
		burst := rapid.IntRange(1, 8).Draw(t, "burst")
		full := interval * time.Duration(burst)
		level, last := full, time.Duration(0)
		var b bucket
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				now := last + time.Duration(rapid.Int64Range(0, int64(2*interval)).Draw(t, "pause"))
				level, last = min(full, level+now-last), now
				want := max(0, interval-level)
				expect(t, "R1: how long the line waits", b.take(now, interval, burst), want)
				level, last = level+want-interval, now+want
			},
			"pause": func(t *rapid.T) {
				pause := time.Duration(rapid.Int64Range(0, int64(10*full)).Draw(t, "pause"))
				level, last = min(full, level+pause), last+pause
			},
		})
	})
}

// TestBucketR1Line: a paste arrives whole, each line at its nanosecond, and its
// sender is told once a spell; a step of the wall clock gives no tokens (O6).
func TestBucketR1Line(t *testing.T) {
	inRig(t, Config{RateInterval: 3 * time.Second, RateBurst: 2}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		alice.read()
		for spell := range 2 {
			bob.send("0\n1\n\n3\n4\n")
			said := func(n int) string { return fmt.Sprintf("%s[bob]: %d\n", shownNow(r), n) }
			alice.want("R1: the burst goes out at once", said(0)+said(1))
			bob.want("R1: its sender is told", "[SYSTEM]: slow down: your lines go out one per 3s\n")
			r.clock.StepWall(time.Hour)
			r.clock.Advance(3 * time.Second)
			alice.want("R1: an empty line takes a token", "")
			for n := 3; n < 5; n++ {
				r.clock.Advance(3*time.Second - 1)
				alice.want("R1: not a nanosecond early", "")
				r.clock.Advance(1)
				alice.want("R1: to the nanosecond", said(n))
			}
			bob.want("R1: and told no more", "")
			expect(t, "R1: one spell counted", r.srv.Stats().SlowDowns, uint64(spell+1))
			r.clock.Advance(6 * time.Second) // full again
		}
	})
}

// TestBucketR1Lost: slowing down loses nothing, not even what comes before a
// half-close (E2).
func TestBucketR1Lost(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		alice.read()
		const lines = 300
		for n := range lines {
			bob.send(fmt.Sprintf("%d\n", n))
		}
		_ = bob.CloseWrite()
		r.clock.Advance((lines - 6) * time.Second)
		text := alice.read()
		expectIn(t, "R1: paced", text, "[bob]: 298\n")
		if strings.Contains(text, "[bob]: 299\n") {
			t.Fatalf("R1: the last line is early")
		}
		r.clock.Advance(time.Second)
		alice.want("R1, E2: whole", shownNow(r)+"[bob]: 299\n"+shownNow(r)+"[SYSTEM]: bob has left our chat...\n")
		expect(t, "R1: every line", strings.Count(text, "[bob]: "), lines-1)
	})
}
