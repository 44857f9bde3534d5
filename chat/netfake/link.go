package netfake

import (
	"math/rand/v2"
	"time"
)

// link is how a stream's bytes travel; it matters only where the network moves
// them by itself.
type link struct {
	latency   time.Duration
	jitter    time.Duration
	bandwidth int           // bytes per second; 0 means no limit
	busy      time.Duration // until when the link is taken, on Clock.Elapsed
	clog      time.Duration // until when nothing arrives; 0 means that none is set
	least     int           // bytes per segment
	most      int           // 0 means no limit
	random    *rand.Rand    // made when first needed
}

// free says whether what is sent arrives at once.
func (l *link) free() bool {
	return l.latency <= 0 && l.jitter <= 0 && l.bandwidth <= 0 && l.clog == 0
}

// dueAfter is when a segment of n bytes sent now arrives, if nothing is before it.
func (s *stream) dueAfter(n int) time.Duration {
	l, now := &s.link, s.pair.net.clock.Elapsed()
	sent := now
	if l.bandwidth > 0 {
		sent = max(now, l.busy) + time.Duration(float64(n)/float64(l.bandwidth)*float64(time.Second))
		l.busy = sent
	}
	due := sent + max(l.latency, 0)
	if l.jitter > 0 {
		due += time.Duration(s.chance().Int64N(int64(l.jitter)))
	}
	if l.clog <= now {
		l.clog = 0
	}
	return max(due, l.clog)
}

// piece is how many of n bytes go into the next segment.
func (s *stream) piece(n int) int {
	l := &s.link
	if l.most <= 0 || n <= l.least {
		return n
	}
	size := l.least
	if l.most > l.least {
		size += s.chance().IntN(l.most - l.least + 1)
	}
	return min(n, size)
}

// chance is the stream's own source of random numbers: the same for the same seed
// and connection, whatever other connections do.
func (s *stream) chance() *rand.Rand {
	if s.link.random == nil {
		way := uint64(2 * s.pair.id)
		if s == &s.pair.down {
			way++
		}
		s.link.random = rand.New(rand.NewPCG(s.pair.net.config.Seed, way))
	}
	return s.link.random
}

// SetLatency sets how long what this end sends from now on is in flight; nothing
// overtakes what was sent before.
func (c *Conn) SetLatency(d time.Duration) {
	c.pair.lock()
	defer c.pair.unlock()
	c.out.link.latency = d
}

// SetJitter adds to the latency of each segment this end sends from now on a
// random time below d; 0 or less adds none. Nothing overtakes: a segment that
// would arrive before an earlier one arrives with it.
func (c *Conn) SetJitter(d time.Duration) {
	c.pair.lock()
	defer c.pair.unlock()
	c.out.link.jitter = d
}

// SetBandwidth limits what this end sends from now on to that many bytes per
// second; 0 or less means no limit. A segment arrives when its last byte has
// passed, so large ones are better cut with SetSegment.
func (c *Conn) SetBandwidth(bytesPerSecond int) {
	c.pair.lock()
	defer c.pair.unlock()
	c.out.link.bandwidth = max(bytesPerSecond, 0)
}

// SetSegment cuts what this end sends from now on into segments of least to most
// bytes, drawn at random (of most, if both are the same; of less than least, if no
// more is there to send). Each has its own jitter and may be read before the next
// arrives. Most of 0 or less means no limit, which is the default.
func (c *Conn) SetSegment(least, most int) {
	c.pair.lock()
	defer c.pair.unlock()
	c.out.link.least, c.out.link.most = max(least, 1), most
	if most > 0 {
		c.out.link.least = min(c.out.link.least, most)
	}
}

// Clog lets nothing that this end sends arrive for d from now; then it arrives all
// at once. A later end of an earlier clog stands.
func (c *Conn) Clog(d time.Duration) {
	c.pair.lock()
	defer c.pair.unlock()
	s := c.out
	until := s.pair.net.clock.Elapsed() + max(d, 0)
	s.link.clog = max(s.link.clog, until)
	for i := range s.flight.segments[s.flight.head:] {
		g := &s.flight.segments[s.flight.head+i]
		g.due = max(g.due, until)
	}
	s.schedule()
}
