package faultproxy

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An Event is a fault that began or ended.
type Event struct {
	Fault Fault
	Index int           // of the fault in Config.Faults
	Begin bool          // false: it ended
	At    time.Duration // since Start
	Open  int           // connections there were
	Hit   int           // of those, how many are hit; at the end: all it has hit, later ones too
}

// String is a sentence for a person.
func (e Event) String() string {
	if e.Begin {
		return fmt.Sprintf("%v begins on %d of %d connections", e.Fault, e.Hit, e.Open)
	}
	return fmt.Sprintf("%v is over, it hit %d connections", e.Fault, e.Hit)
}

// A moment is the beginning or the end of a fault.
type moment struct {
	at    time.Duration
	fault int
	begin bool
}

// moments is the schedule in order. What ends at one instant ends before anything
// begins, except for the faults that begin and end in it.
func moments(faults []Fault) []moment {
	var all []moment
	for i, f := range faults {
		all = append(all, moment{f.At, i, true}, moment{f.At + f.For, i, false})
	}
	rank := func(m moment) int {
		switch {
		case m.begin:
			return 1
		case faults[m.fault].For > 0:
			return 0
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(rank(a), rank(b)))
	})
	return all
}

// Start begins the schedule: its zero is now. Faults at 0s have begun when it returns.
// A second call does nothing, nor does one after Close.
func (p *Proxy) Start() {
	if !p.begin() {
		return
	}
	defer p.tasks.Done()
	p.play()
}

// begin counts Start's caller in as a task, so that Close awaits it.
func (p *Proxy) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started || p.closed {
		return false
	}
	p.started = true
	p.zero = p.clock.Elapsed()
	p.tasks.Add(1)
	return true
}

// play carries out what is due and sets the timer for what is not. It runs once at a
// time: in Start, then on the one timer, so events come in order.
func (p *Proxy) play() {
	for {
		event, hit, ok := p.next()
		if !ok {
			return
		}
		for c, e := range hit {
			c.apply(e)
		}
		if p.onEvent != nil {
			p.onEvent(event)
		}
	}
}

// next takes the next moment if it is due, and says which connections it changes.
func (p *Proxy) next() (event Event, hit map[*conn]effects, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.moments) == 0 {
		return event, nil, false
	}
	m, now := p.moments[0], p.clock.Elapsed()-p.zero
	if m.at > now {
		p.timer = p.afterFunc(m.at-now, p.play)
		return event, nil, false
	}
	p.moments = p.moments[1:]
	p.active[m.fault] = m.begin
	hit = make(map[*conn]effects)
	for c := range p.conns {
		if p.choices[m.fault].hits(c.number) {
			hit[c] = p.effectsLocked(c.number)
		}
	}
	if m.begin {
		p.hits[m.fault] = len(hit)
	}
	event = Event{
		Fault: p.faults[m.fault], Index: m.fault, Begin: m.begin,
		At: now, Open: len(p.conns), Hit: p.hits[m.fault],
	}
	p.events = append(p.events, event)
	return event, hit, true
}

// effectsLocked is what the faults under way do to a connection.
func (p *Proxy) effectsLocked(number uint64) (e effects) {
	for i, f := range p.faults {
		if p.active[i] && p.choices[i].hits(number) {
			e.add(f)
		}
	}
	return e
}

// Events returns what has happened so far, in order: at most two for each fault.
func (p *Proxy) Events() []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.events)
}
