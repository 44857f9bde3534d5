package netfake

// writeFault makes one Write fail part of the way.
type writeFault struct {
	after int // bytes still taken before it strikes
	err   error
}

// FailWrite makes the Write that would take byte n+1 from now on take the bytes
// before it, return their number and fail with err, in a *net.OpError; a
// syscall.Errno is wrapped as the real one is. It strikes once. A nil err takes
// back a fault that has not struck.
func (c *Conn) FailWrite(n int, err error) {
	c.pair.lock()
	defer c.pair.unlock()
	c.fault = nil
	if err != nil {
		c.fault = &writeFault{after: max(n, 0), err: err}
	}
	c.writes.wake()
}

func (c *Conn) takeFault() error {
	if c.fault == nil || c.fault.after > 0 {
		return nil
	}
	err := c.fault.err
	c.fault = nil
	return sysError("write", err)
}

// limit returns the part of p before the fault; a nil fault is none.
func (f *writeFault) limit(p []byte) []byte {
	if f == nil {
		return p
	}
	return p[:min(len(p), f.after)]
}

// due says whether the fault strikes the next Write.
func (f *writeFault) due() bool { return f != nil && f.after <= 0 }

func (f *writeFault) took(n int) {
	if f != nil {
		f.after -= n
	}
}

// SetReadMax makes every Read return at most n bytes, however many wait; 0 or
// less means no limit, which is the default.
func (c *Conn) SetReadMax(n int) {
	c.pair.lock()
	defer c.pair.unlock()
	c.readMax = max(n, 0)
}

func (c *Conn) shorten(p []byte) []byte {
	for _, limit := range [...]int{c.readMax, c.pace.bytes} {
		if limit > 0 {
			p = p[:min(len(p), limit)]
		}
	}
	return p
}
