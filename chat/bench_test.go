package chat

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A sinkConn is a connection whose client gave its name and now only reads, at
// once: what is written to it is counted and gone.
type sinkConn struct {
	net.Conn
	name   *strings.Reader
	sunk   *atomic.Int64
	mu     sync.Mutex
	wake   *sync.Cond
	closed bool
}

func newSinkConn(name string, sunk *atomic.Int64) *sinkConn {
	c := &sinkConn{name: strings.NewReader(name + "\n"), sunk: sunk}
	c.wake = sync.NewCond(&c.mu)
	return c
}

func (c *sinkConn) Write(p []byte) (int, error) {
	c.sunk.Add(int64(len(p)))
	return len(p), nil
}

func (c *sinkConn) Read(p []byte) (int, error) {
	if n, err := c.name.Read(p); err == nil {
		return n, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		c.wake.Wait()
	}
	return 0, net.ErrClosed
}

func (c *sinkConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.wake.Broadcast()
	return nil
}

func (c *sinkConn) RemoteAddr() net.Addr            { return &net.TCPAddr{} }
func (c *sinkConn) SetReadDeadline(time.Time) error { return nil }

// A fan is a room of readers and one session that talks to them.
type fan struct {
	srv     *Server
	speaker *session
	sunk    atomic.Int64
	readers int
	text    []byte
	line    int64 // bytes of one line as it goes out
	due     int64 // what sunk will be when all is delivered
}

func newFan(tb testing.TB, readers int) *fan {
	srv, err := New(Config{MaxPending: -1, MaxClients: -1, RateInterval: -1})
	if err != nil {
		tb.Fatal(err)
	}
	f := &fan{srv: srv, readers: readers, text: make([]byte, 60)}
	for i := range f.text {
		f.text[i] = 'x'
	}
	tb.Cleanup(func() { _ = srv.Close() })
	for n := range readers + 1 {
		srv.admit(newSinkConn(fmt.Sprintf("reader%d", n), &f.sunk))
	}
	for srv.Stats().Joins < uint64(readers+1) || srv.Stats().Writers > 0 {
		runtime.Gosched()
	}
	f.speaker = srv.sessions[0]
	f.line = int64(len(rigTime) + len("[]: \n") + len(f.speaker.member.name.shown) + len(f.text))
	f.due = f.sunk.Load()
	return f
}

// deliver says lines, lets the others read as a session does before it waits for
// more input, and returns when all have been written to all.
func (f *fan) deliver(lines int) {
	for range lines {
		f.speaker.say(eventSay, f.text)
	}
	f.flush()
	f.due += int64(lines) * int64(f.readers) * f.line
	for f.sunk.Load() < f.due || f.srv.Stats().Writers > 0 {
		runtime.Gosched()
	}
}

func (f *fan) flush() {
	f.srv.lock.Lock()
	defer f.srv.lock.Unlock()
	f.srv.flush()
}

// BenchmarkDeliver is what the server itself costs a delivery, without a network.
// Every round starts its writers anew.
func BenchmarkDeliver(b *testing.B) {
	for _, readers := range []int{10, 100, 1000} {
		for _, lines := range []int{1, 256} {
			b.Run(fmt.Sprintf("readers=%d/inflight=%d", readers, lines), func(b *testing.B) {
				f := newFan(b, readers)
				allocs := mallocs()
				for b.Loop() {
					f.deliver(lines)
				}
				deliveries := float64(b.N) * float64(lines*readers)
				b.ReportMetric(float64(mallocs()-allocs)/deliveries, "allocs/delivery")
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/deliveries, "ns/delivery")
			})
		}
	}
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// BenchmarkSay is what a line costs its sender.
func BenchmarkSay(b *testing.B) {
	f := newFan(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		f.speaker.say(eventSay, f.text)
	}
}
