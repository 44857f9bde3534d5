package sim

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/chatd/chat/check"
)

// TestRecordIsRun: whoever watches changes nothing.
func TestRecordIsRun(t *testing.T) {
	s := NewSerial()
	defer s.Close()
	for seed := range uint64(25) {
		schedule := Generate(seed+1, 60)
		plain, watched := s.Run(schedule), s.Record(schedule)
		if plain.Order != watched.Order || plain.Trace() != watched.Trace() || plain.Picks != watched.Picks {
			t.Errorf("seed %d is another run when it is watched", seed+1)
		}
		watched.whole(t)
	}
}

// whole checks that every byte a client read is in exactly one packet, and that
// none was read before it was written.
func (rec *Recording) whole(t *testing.T) {
	t.Helper()
	read := make([]int64, len(rec.Clients))
	for i := range rec.packets {
		k := &rec.packets[i]
		if k.to >= 0 && k.to < k.from {
			t.Errorf("seed %d: %s is read before it is written", rec.Schedule.Options.Seed, k.title)
		}
		if !k.up && k.to >= 0 {
			read[k.lane] += k.b - k.a
		}
	}
	for i := range rec.Clients {
		if c := &rec.Clients[i]; read[i] != int64(len(c.Bytes)) {
			t.Errorf("seed %d: %s read %d bytes, the packets have %d", rec.Schedule.Options.Seed, c.Client, len(c.Bytes), read[i])
		}
	}
}

// TestRecordParallel: what real goroutines do can be watched as well.
func TestRecordParallel(t *testing.T) {
	for seed := range uint64(10) {
		schedule := Generate(seed+1, 60)
		plain := bubbled("P", 0, false).run(t, schedule)
		synctest.Test(t, func(t *testing.T) {
			p := &Parallel{Wait: synctest.Wait}
			watched := p.Record(schedule)
			if plain.Trace() != watched.Trace() {
				t.Errorf("seed %d is another run when it is watched", seed+1)
			}
			watched.whole(t)
		})
	}
}

// TestDrawings: the pictures and the story are the same for a seed, well formed,
// and have all that is broken in them. Bytes that mean something to a browser stay
// text.
func TestDrawings(t *testing.T) {
	s := NewSerial()
	defer s.Close()
	for seed := range uint64(6) {
		schedule := Generate(seed+1, 60)
		schedule.Comment = "<script>alert(1)</script>"
		rec, again := s.Record(schedule), s.Record(schedule)
		const sentence = "<b>a broken & bad promise</b>"
		for _, r := range []*Recording{rec, again} {
			v := check.Violation{Promise: "L4", Oracle: 1, Client: "c0", Line: 1, Sentence: sentence}
			r.Violations = append(r.Violations, v)
			r.blame(new(check.Chat()), v)
		}
		if rec.SVG() != again.SVG() || rec.HTML() != again.HTML() || rec.Log() != again.Log() {
			t.Errorf("seed %d: two pictures of one run", seed+1)
		}
		wellFormed(t, rec.SVG())
		for _, text := range []string{rec.SVG(), rec.HTML()} {
			if strings.Contains(text, "<b>") || strings.Contains(text, "<script") || !strings.Contains(text, "&lt;b&gt;") {
				t.Errorf("seed %d: text is not shown as text", seed+1)
			}
			if strings.Contains(text, "http") && strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "://") {
				t.Errorf("seed %d: the picture needs something from elsewhere", seed+1)
			}
		}
		if !strings.Contains(rec.Log(), sentence) {
			t.Errorf("seed %d: the story hides what is broken", seed+1)
		}
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
