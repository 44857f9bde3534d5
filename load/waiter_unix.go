//go:build unix

package load

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// A waiter reads a socket and has no buffer while it waits for it: one is borrowed when
// there is something to read, and given back once that is judged. So thousands of
// connections cost no memory for what they may read one day, and those who are busy at
// the same time, which are few, read as much at once as there is.
type waiter struct {
	m    *member
	raw  syscall.RawConn
	rest []byte // keeps the beginning of a line when the buffer is given back

	// Of one read.
	buf    *[largeRead]byte
	n, got int // bytes in front of what was read, and read
	err    error
	try    func(fd uintptr) bool
}

// newWaiter returns nil for what is no socket of the system's: that is read like any
// other stream.
func newWaiter(m *member) *waiter {
	var raw syscall.RawConn
	var err error
	switch conn := m.conn.(type) {
	case *net.TCPConn:
		raw, err = conn.SyscallConn()
	case *net.UnixConn:
		raw, err = conn.SyscallConn()
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	w := &waiter{m: m, raw: raw}
	w.try = w.tryRead // bound once: it would be an allocation for each read
	return w
}

// tryRead reads what there is; false means that there is nothing.
func (w *waiter) tryRead(fd uintptr) bool {
	w.buf = largeBuffers.Get().(*[largeRead]byte)
	w.n = copy(w.buf[:], w.m.rest)
	for {
		w.got, w.err = syscall.Read(int(fd), w.m.limit(w.buf[w.n:]))
		switch {
		case w.err == syscall.EINTR:
			continue
		case w.err == syscall.EAGAIN:
			w.giveBack()
			return false
		case w.err != nil:
			w.got, w.err = 0, os.NewSyscallError("read", w.err)
		case w.got == 0:
			w.err = io.EOF
		}
		return true
	}
}

func (w *waiter) giveBack() {
	largeBuffers.Put(w.buf)
	w.buf = nil
}

// read reads once, and judges it.
func (w *waiter) read() error {
	m := w.m
	if len(m.rest) == largeRead {
		return &foreignError{fmt.Sprintf("it sends %d bytes without the end of a line", len(m.rest))}
	}
	if err := w.raw.Read(w.try); err != nil {
		return err
	}
	m.bytes.Add(int64(w.got))
	err := m.take(w.buf[:w.n+w.got])
	if len(m.rest) == 0 && cap(w.rest) > smallRead {
		w.rest = nil
	}
	w.rest = append(w.rest[:0], m.rest...)
	m.rest = w.rest
	w.giveBack() // before a slow reader sleeps
	m.slowDown(w.got)
	if w.err != nil {
		return w.err
	}
	return err
}
