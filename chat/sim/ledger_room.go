package sim

import (
	"strings"
	"time"

	"example.com/chatd/chat/check"
)

// A guest is one stay as the observer read of it.
type guest struct {
	joined  time.Duration
	last    time.Duration // of what it said last; negative: nothing
	lines   int           // that cost a token, at least
	renames int
}

// room holds what the observer read against limits that only the world knows: nobody is
// called what the server calls itself (N2), nobody renames more often than it may (N5),
// says more than the rate lets through (R1) or is ended as idle too early (R3).
func (l *ledger) room(w *world) {
	guests := map[string]*guest{}
	for _, line := range w.observed() {
		at := line.at
		g := guests[nameKey(line.From)]
		switch line.Kind {
		case check.Join:
			w.reserved(line.Line)
			guests[nameKey(line.From)] = &guest{joined: at, last: -1}
			continue
		case check.Leave:
			if g != nil && strings.Contains(line.Text, "(idle)") && g.last >= 0 && at-g.last < w.opts.idle() {
				w.violate("R3", 11, "%s is ended as idle at %v, it spoke at %v", line.From, at, g.last)
			}
			delete(guests, nameKey(line.From))
			continue
		case check.Rename:
			w.reserved(line.Line)
			if g == nil {
				continue
			}
			delete(guests, nameKey(line.From))
			guests[nameKey(line.To)] = g
			if g.renames++; g.renames > w.opts.renames() {
				w.violate("N5", 18, "%s renames for the %d. time, %d are allowed", line.From, g.renames, w.opts.renames())
			}
		case check.Say, check.Me:
			if g == nil {
				continue
			}
		default:
			continue
		}
		g.last = at
		g.lines++
		interval, burst := w.opts.rate()
		if interval > 0 && g.lines > burst+int((at-g.joined)/interval) {
			w.violate("R1", 18, "%s has said %d lines %v after it joined, with a burst of %d and one per %v",
				line.From, g.lines, at-g.joined, burst, interval)
		}
	}
}

// reserved looks for the server's own name.
func (w *world) reserved(l check.Line) {
	name := l.From
	if l.Kind == check.Rename {
		name = l.To
	}
	if nameKey(name) == "system" {
		w.violate("N2", 18, "somebody is called %s", name)
	}
}

// observed is what the observer read, line by line, and when; it is asked for when all
// is over.
func (w *world) observed() []timed {
	if w.ledger.observed == nil {
		w.ledger.observed = w.timed(w.observer)
	}
	return w.ledger.observed
}
