package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"example.com/chatd/load/report"
)

// TestClimb: wherever the limit is, find ends within a twentieth of it, after few steps,
// and tries nothing over -max.
func TestClimb(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &search{
			of: "clients", each: 1, grow: rapid.Float64Range(1.1, 10).Draw(t, "grow"),
			max: float64(rapid.IntRange(1, 100_000).Draw(t, "max")),
		}
		start := float64(rapid.IntRange(1, 1000).Draw(t, "start"))
		limit := float64(rapid.IntRange(0, 120_000).Draw(t, "limit"))
		found := &report.Search{Of: s.of}
		held, failed, steps := 0.0, math.Inf(1), 0
		s.climb(func(value float64) (*report.Step, bool) {
			steps++
			if value > s.max || value < 1 || value != math.Trunc(value) {
				t.Fatalf("tried %v, of at most %v", value, s.max)
			}
			met := value <= limit
			if met {
				held = max(held, value)
			} else {
				failed = min(failed, value)
			}
			return &report.Step{Met: met}, true
		}, found, start)
		switch {
		case found.Capped:
			if held != s.max {
				t.Fatalf("capped at %v, held %v", s.max, held)
			}
		case held == 0:
			if steps != 1 {
				t.Fatalf("%d steps and none held", steps)
			}
		case failed-held > 1 && failed/held > findNarrow*1.01:
			t.Fatalf("ended between %v and %v", held, failed)
		}
		if limit >= s.max && !found.Capped {
			t.Fatal("not capped")
		}
		if steps > 200 {
			t.Fatalf("%d steps", steps)
		}
	})
}

// TestClimbStops: a try that says stop is the last one, growing and closing in.
func TestClimbStops(t *testing.T) {
	t.Parallel()
	for last := 1; last < 8; last++ {
		tried := 0
		s := &search{of: "rate", grow: 2}
		s.climb(func(value float64) (*report.Step, bool) {
			tried++
			return &report.Step{Met: value < 500}, tried < last
		}, &report.Search{}, 100)
		assert.Equal(t, last, tried)
	}
}

// TestStepConfig: with clients varied each of them talks; with the rate varied they stay.
func TestStepConfig(t *testing.T) {
	t.Parallel()
	c := parsed(t, "find -self -each 2/s").stepConfig(50)
	assert.Equal(t, []any{50, 50, 100.0}, []any{c.Clients, c.Senders, c.Rate})
	o := parsed(t, "find -self -of rate -c 7 -senders 2")
	c = o.stepConfig(50)
	assert.Equal(t, []any{7, 2, 50.0}, []any{c.Clients, c.Senders, c.Rate})
	assert.Equal(t, 100.0, o.start())
	assert.Equal(t, 10.0, parsed(t, "find -self").start())
	assert.Equal(t, 9.0, parsed(t, "find -self -c 9").start())
}
