package netfake

// A Hand works one end of a connection without ever blocking: a scheduler plays
// its clients with it between the tasks it runs.
type Hand struct{ c *Conn }

// Hand returns the hand that works this end.
func (c *Conn) Hand() Hand { return Hand{c} }

// Write takes as much of p into the send window as fits and returns how much that
// is; less than len(p) with a nil error means that Conn.Write would block.
func (h Hand) Write(p []byte) (n int, err error) {
	h.c.pair.lock()
	defer h.c.pair.unlock()
	n, err = h.c.tryWriteLocked(p)
	return n, h.c.opError("write", err)
}

// Read reads what has arrived; 0 with a nil error means that Conn.Read would
// block.
func (h Hand) Read(p []byte) (n int, err error) {
	h.c.pair.lock()
	defer h.c.pair.unlock()
	if len(p) == 0 && !h.c.closed {
		return 0, nil
	}
	n, err = h.c.receiveLocked(p)
	return n, h.c.opError("read", err)
}

// Unread returns how many bytes have arrived and wait for Read: Probe's Unread, and
// nothing else.
func (h Hand) Unread() int {
	h.c.pair.lock()
	defer h.c.pair.unlock()
	return h.c.in.unread.len()
}

// News is a number that is another one whenever a Read that found nothing may find
// something: bytes, the end or an error. It takes no lock.
func (h Hand) News() uint64 { return h.c.reads.wakes.Load() }

// Close is Conn.Close, which never blocks either.
func (h Hand) Close() error { return h.c.Close() }

// CloseRead is Conn.CloseRead.
func (h Hand) CloseRead() error { return h.c.CloseRead() }

// CloseWrite is Conn.CloseWrite.
func (h Hand) CloseWrite() error { return h.c.CloseWrite() }
