//go:build linux

package fanbench

import (
	"testing"
	"time"
)

// TestSmoke is all that a plain go test runs: a few clients and lines through each of
// the three servers. The flow itself fails at a line lost, repeated or out of order.
func TestSmoke(t *testing.T) {
	for _, kind := range servers {
		t.Run(kind+"/fan", func(t *testing.T) {
			smoke(t, kind, append(namesOf(receives, 4), namesOf(sends, 1)...))
		})
		t.Run(kind+"/talk", func(t *testing.T) {
			smoke(t, kind, namesOf(talks, 5))
		})
	}
}

func smoke(t *testing.T, kind string, names []string) {
	f := startFleet(t, kind, names)
	w := newFlow(f)
	for _, a := range []amount{{inFlight: 1, messages: 20}, {inFlight: 16, messages: 500}} {
		r, err := w.run(a, 20*time.Second)
		must(t, "running", err)
		if want := a.messages * 4; r.deliveries != want {
			t.Errorf("%d messages to 4 readers each: %d deliveries, want %d", a.messages, r.deliveries, want)
		}
	}
}

// TestSmokeStorm lets a few join at once.
func TestSmokeStorm(t *testing.T) {
	for _, kind := range []string{"chatd", "naive"} {
		t.Run(kind, func(t *testing.T) { storm(t, kind, namesOf(talks, 20)) })
	}
}
