package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"example.com/chatd/chat/sim"
)

// TestProgress: one line a second on a pipe, one that is written over on a
// terminal, none when quiet.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name            string
		terminal, quiet bool
		want            string
	}{
		{"pipe", false, false, "2 schedules, 3s simulated, "},
		{"terminal", true, false, "\r2 schedules, 3s simulated, "},
		{"quiet", false, true, ""},
	} {
		var out bytes.Buffer
		tally := newTally(&out, c.quiet)
		tally.terminal = c.terminal
		r := &sim.Result{Simulated: 1500 * time.Millisecond}
		tally.add(r)
		tally.said = tally.said.Add(-progressEvery) // a second later
		tally.add(r)
		tally.add(r)
		tally.close()
		got := out.String()
		if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") || strings.Count(got, "schedules,") > 1 {
			t.Errorf("%s: %q", c.name, got)
		}
		if c.want != "" && !strings.HasSuffix(got, "\n") {
			t.Errorf("%s: the line does not end: %q", c.name, got)
		}
	}
}
