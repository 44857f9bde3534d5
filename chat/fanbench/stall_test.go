//go:build linux

package fanbench

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	stallRate      = 200 // messages a second
	stallReceivers = 100
	stallSpan      = 2 * time.Second
	// stallFlood is sent before anything is measured. It is more than sockets and
	// transcript hold, so the stalled reader is stuck, and has fallen off the tail,
	// when the measurement begins.
	stallFlood = 120_000
	// stallName joins like a receiver and then never reads.
	stallName = "r9999"
)

// BenchmarkStall is the delivery latency of clients that read, at a modest rate that
// does not wait for them (open loop), without and with one client that never reads.
func BenchmarkStall(b *testing.B) {
	var flows [2]*flow
	for i, which := range []string{"without", "with"} {
		flows[i] = stallFlow(b, "chatd", which == "with")
		_, err := flows[i].run(amount{inFlight: 256, messages: stallFlood}, patience)
		must(b, "flooding", err)
	}
	for round := range *fanRounds {
		for i, which := range []string{"without", "with"} {
			b.Run(fmt.Sprintf("stalled=%s/round=%d", which, round+1), func(b *testing.B) {
				for range b.N {
					p50, p99, err := flows[i].paced(stallRate, stallSpan)
					must(b, "running", err)
					b.ReportMetric(0, "ns/op")
					b.ReportMetric(float64(p50.Nanoseconds()), "p50-ns")
					b.ReportMetric(float64(p99.Nanoseconds()), "p99-ns")
					addTo(&figures.p50, which, p50.Seconds())
					addTo(&figures.p99, which, p99.Seconds())
				}
			})
		}
	}
	figures.stuck = stuckNaive(b)
}

// stuckNaive says what the same flood does to the naive server.
func stuckNaive(tb testing.TB) string {
	w := stallFlow(tb, "naive", true)
	r, err := w.run(amount{inFlight: 256, messages: stallFlood}, 3*time.Second)
	if errors.Is(err, errStuck) {
		return fmt.Sprintf("naive with one: stuck for everyone after %d messages.", r.deliveries/stallReceivers)
	}
	must(tb, "flooding naive", err)
	return "naive with one: went on."
}

func stallFlow(tb testing.TB, kind string, stalled bool) *flow {
	tb.Helper()
	names := append(namesOf(receives, stallReceivers), namesOf(sends, 1)...)
	f := startFleet(tb, kind, names)
	if stalled {
		must(tb, "joining the stalled reader", f.joinStalled())
	}
	return newFlow(f)
}

// joinStalled brings a reader in and forgets it: its socket stays open, with the
// smallest receive buffer, and nobody reads it.
func (f *fleet) joinStalled() error {
	others := len(f.clients)
	if err := f.dialOne(stallName, 1); err != nil {
		return err
	}
	if err := f.pollUntil(func() bool { return all(f.clients[others:], prompted) }); err != nil {
		return err
	}
	if err := f.nameAll(others); err != nil {
		return err
	}
	// The others read its join line and nothing else.
	stalled := f.clients[others]
	if err := syscall.EpollCtl(f.poll, syscall.EPOLL_CTL_DEL, stalled.fd, nil); err != nil {
		return err
	}
	want := int64(others * joinBytes)
	if err := f.pollUntil(func() bool { return f.read >= want }); err != nil {
		return err
	}
	f.stalled, f.clients = stalled, f.clients[:others]
	f.forget()
	return nil
}

// A pacer sends on a schedule and remembers when each message was sent.
type pacer struct {
	flow  *flow
	first int64          // the number of its first message
	sent  []atomic.Int64 // nanoseconds since start
	start time.Time
	took  []time.Duration // of every delivery
}

// paced sends rate messages a second for span and returns how long deliveries took,
// from the write of the message to the read of its receiver.
func (w *flow) paced(rate int, span time.Duration) (p50, p99 time.Duration, err error) {
	messages := int(float64(rate) * span.Seconds())
	p := &pacer{flow: w, first: w.fleet.sent, sent: make([]atomic.Int64, messages), start: time.Now()}
	p.took = make([]time.Duration, 0, messages*len(w.receivers))
	sender := make(chan error, 1)
	go func() { sender <- p.send(span / time.Duration(messages)) }()
	deadline := p.start.Add(span + patience)
	for len(p.took) < cap(p.took) && err == nil {
		if time.Now().After(deadline) {
			err = errStuck
			break
		}
		err = w.fleet.pass(p.read)
	}
	if err := errors.Join(err, <-sender); err != nil {
		return 0, 0, err
	}
	slices.Sort(p.took)
	return p.took[len(p.took)/2], p.took[len(p.took)*99/100], nil
}

// send sleeps in the kernel on a thread of its own: the runtime's timers are only
// good for a millisecond while the process waits for nothing else.
func (p *pacer) send(every time.Duration) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for i := range p.sent {
		due := p.start.Add(time.Duration(i) * every)
		if pause := syscall.NsecToTimespec(time.Until(due).Nanoseconds()); pause.Nano() > 0 {
			// A signal that cuts the sleep short makes one message early.
			_ = syscall.Nanosleep(&pause, nil)
		}
		p.sent[i].Store(int64(time.Since(p.start)))
		if err := p.flow.fleet.say(p.flow.senders[0], 1); err != nil {
			return err
		}
	}
	return nil
}

// read takes the time of every line a client has read to its end.
func (p *pacer) read(c *client, data []byte) error {
	if err := c.check.feed(data); err != nil {
		return err
	}
	now := int64(time.Since(p.start))
	before := c.position()
	c.read += int64(len(data))
	p.flow.fleet.read += int64(len(data))
	for message := before - p.first; message < c.position()-p.first; message++ {
		if message >= int64(len(p.sent)) || p.sent[message].Load() == 0 {
			return fmt.Errorf("%s read a message that was not sent", c.name)
		}
		p.took = append(p.took, time.Duration(now-p.sent[message].Load()))
	}
	return nil
}
