package netfake

import "time"

// pace makes a reader slow.
type pace struct {
	bytes int           // per Read; 0 means that there is no pace
	every time.Duration // from one Read to the next
	next  time.Duration // when the next may return bytes, on Clock.Elapsed
	timer Timer         // wakes the Read that waits for it
}

// SetReadPace makes a slow reader of this end, whatever the program at it does: a
// Read returns at most n bytes, and the next that finds bytes returns them no
// sooner than every later. It begins with the next Read; n of 0 or less ends it.
func (c *Conn) SetReadPace(n int, every time.Duration) {
	c.pair.lock()
	defer c.pair.unlock()
	c.pace.stop()
	c.pace = pace{bytes: max(n, 0), every: every}
	c.reads.wake()
}

// ready says whether a Read may return bytes; if not, it will be woken.
func (p *pace) ready(c *Conn) bool {
	if p.bytes == 0 {
		return true
	}
	now := c.pair.net.clock.Elapsed()
	if now >= p.next {
		return true
	}
	if p.timer == nil {
		p.timer = c.pair.net.clock.AfterFunc(p.next-now, func() {
			c.pair.lock()
			defer c.pair.unlock()
			c.pace.timer = nil
			c.reads.wake()
		})
	}
	return false
}

// read begins the next wait.
func (p *pace) read(c *Conn) {
	if p.bytes > 0 {
		p.stop()
		p.next = c.pair.net.clock.Elapsed() + p.every
	}
}

func (p *pace) stop() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
