//go:build linux

package fanbench

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// A flow is a load on a fleet: senders keep a number of messages in flight, receivers
// read them. It is built once and run round after round.
type flow struct {
	fleet     *fleet
	senders   []*client
	receivers map[*client]bool
	perWrite  int64 // messages a sender sends at once, at most
	next      int   // whose turn it is to send
}

// An amount says how long a run goes on sending: at least for span and at least
// messages, or exactly messages where span is 0.
type amount struct {
	inFlight int
	span     time.Duration
	messages int64
}

// A result is what one run measured, from its first send to its last read.
type result struct {
	deliveries int64
	elapsed    time.Duration
	server     time.Duration // CPU
	client     time.Duration // CPU
}

func (r result) rate() float64 { return float64(r.deliveries) / r.elapsed.Seconds() }
func (r result) serverCPU() float64 {
	return float64(r.server.Nanoseconds()) / float64(r.deliveries)
}
func (r result) clientCPU() float64 {
	return float64(r.client.Nanoseconds()) / float64(r.deliveries)
}

// newFlow sorts a fleet's clients by what their names say they do.
func newFlow(f *fleet) *flow {
	w := &flow{fleet: f, receivers: map[*client]bool{}}
	for _, c := range f.clients {
		if role(c.name) != receives {
			w.senders = append(w.senders, c)
		}
		if role(c.name) != sends {
			w.receivers[c] = true
		}
	}
	w.addCheckers()
	return w
}

// addCheckers spreads the clients that compare every byte; of few clients, more do.
func (w *flow) addCheckers() {
	every := max(1, min(checkedEvery, len(w.fleet.clients)/5))
	for i, c := range w.fleet.clients {
		if !w.receivers[c] || i%every != 0 {
			continue
		}
		c.check = &checker{own: c.name, role: role(w.senders[0].name), next: make([]int64, len(w.senders))}
	}
}

// run sends and reads the amount and returns what it cost. It fails at the first byte
// that is not as it must be, and where nothing is read for the patience given.
func (w *flow) run(a amount, patience time.Duration) (result, error) {
	w.perWrite = max(1, int64(a.inFlight/len(w.senders)))
	before, err := w.fleet.server.cpu()
	if err != nil {
		return result{}, err
	}
	clientBefore := cpuOf(syscall.RUSAGE_SELF)
	start := time.Now()
	deliveries, err := w.pump(a, patience)
	if err != nil {
		return result{deliveries: deliveries}, err
	}
	elapsed, client := time.Since(start), cpuOf(syscall.RUSAGE_SELF)-clientBefore
	after, err := w.fleet.server.cpu()
	return result{deliveries, elapsed, after - before, client}, err
}

// pump is the loop of a run. All that costs time is in pass and say.
func (w *flow) pump(a amount, patience time.Duration) (deliveries int64, err error) {
	start := time.Now()
	began, readBefore := w.fleet.sent, w.fleet.read
	flight := newFlight(began, len(w.receivers), a.inFlight)
	got := func(c *client, data []byte) error { return w.read(c, data, flight) }
	read, lastRead := readBefore, start
	for {
		now := time.Now()
		enough := w.fleet.sent-began >= a.messages && now.Sub(start) >= a.span
		if enough && flight.behind() == 0 {
			return (w.fleet.read - readBefore) / lineBytes, nil
		}
		if !enough {
			if err := w.send(a, began, flight); err != nil {
				return 0, err
			}
		}
		if w.fleet.read > read {
			read, lastRead = w.fleet.read, now
		} else if now.Sub(lastRead) > patience {
			return (w.fleet.read - readBefore) / lineBytes, fmt.Errorf("%s: %d messages in flight: %w", w.fleet.server.kind, flight.behind(), errStuck)
		}
		if err := w.fleet.pass(got); err != nil {
			return 0, err
		}
	}
}

var errStuck = errors.New("nothing was read for too long")

// send fills the flight up: the senders take turns.
func (w *flow) send(a amount, began int64, flight *flight) error {
	room := int64(a.inFlight) - flight.behind()
	if a.span == 0 {
		room = min(room, a.messages-(w.fleet.sent-began))
	}
	for room > 0 {
		c := w.senders[w.next]
		w.next = (w.next + 1) % len(w.senders)
		messages := min(room, w.perWrite)
		before := c.position()
		if err := w.fleet.say(c, messages); err != nil {
			return err
		}
		flight.sent += messages
		if w.receivers[c] {
			flight.move(before, c.position())
		}
		room -= messages
	}
	return nil
}

// read counts what one client read.
func (w *flow) read(c *client, data []byte, flight *flight) error {
	if !w.receivers[c] {
		return fmt.Errorf("%s, which only sends, read %q", c.name, data)
	}
	if err := c.check.feed(data); err != nil {
		return err
	}
	before := c.position()
	c.read += int64(len(data))
	w.fleet.read += int64(len(data))
	after := c.position()
	if after > flight.sent || after == flight.sent && c.read%lineBytes != 0 {
		return fmt.Errorf("%s read more than was sent", c.name)
	}
	flight.move(before, after)
	return nil
}
