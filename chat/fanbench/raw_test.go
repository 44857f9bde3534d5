//go:build linux

package fanbench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// raw is the limit: what each read of the senders returned is written to each
// receiver in one system call, and nothing else happens. It makes no line, so its
// senders send the very bytes the receivers are to read.
//
// One thread does everything, with blocking sockets. A second one that writes to half
// of the receivers was tried: on two cores, one of which the clients need, it delivers
// no more, and with one message in flight a delivery costs a tenth more CPU. So this is
// a limit for CPU per delivery. It is none for deliveries/s with one message in flight,
// where a server with two threads may well be faster.
type raw struct {
	listener int

	mu        sync.Mutex // during login; one thread owns everything afterwards
	receivers []int
	senders   []int
	poll      int // epoll over the senders, used where there are several
	batch     []byte
	from      map[int]span // which bytes of batch each sender sent
	events    []syscall.EpollEvent
}

type span struct{ start, end int }

func startRaw(clients int) (port int, err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	// Accepted sockets inherit both options.
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, sendBuffer); err != nil {
		return 0, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return 0, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: loopback}); err != nil {
		return 0, err
	}
	if err := syscall.Listen(fd, 4096); err != nil {
		return 0, err
	}
	addr, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	r := &raw{listener: fd, from: map[int]span{}, events: make([]syscall.EpollEvent, 256)}
	go r.serve(clients)
	return addr.(*syscall.SockaddrInet4).Port, nil
}

// serve logs every client in and then only forwards.
func (r *raw) serve(clients int) {
	err := r.login(clients)
	for err == nil {
		if err = r.gather(); err == nil {
			err = r.deliver()
		}
	}
	if err != errHungUp {
		fmt.Fprintln(os.Stderr, "raw:", err)
	}
	os.Exit(1)
}

// login gives every client a goroutine until all of them are in; nothing is measured
// yet.
func (r *raw) login(clients int) error {
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	r.poll, r.batch = poll, make([]byte, 0, 64<<10)
	done := make(chan error, clients)
	for range clients {
		fd, _, err := syscall.Accept4(r.listener, syscall.SOCK_CLOEXEC)
		if err != nil {
			return err
		}
		go func() { done <- r.loginOne(fd) }()
	}
	for range clients {
		if err := <-done; err != nil {
			return err
		}
	}
	return nil
}

func (r *raw) loginOne(fd int) error {
	if err := writeAll(fd, []byte(greeting)); err != nil {
		return err
	}
	answer := make([]byte, 64)
	n, err := readSome(fd, answer)
	if err != nil {
		return err
	}
	name := string(bytes.TrimSpace(answer[:n]))
	if err := r.add(fd, role(name)); err != nil {
		return err
	}
	return writeAll(fd, stamp("SYSTEM", name+joined))
}

func (r *raw) add(fd int, role byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if role != sends {
		r.receivers = append(r.receivers, fd)
	}
	if role == receives {
		return nil
	}
	r.senders = append(r.senders, fd)
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	return syscall.EpollCtl(r.poll, syscall.EPOLL_CTL_ADD, fd, &event)
}

// gather blocks until there is something to forward. Several senders are read as far
// as they are ready: the more lines a write carries the cheaper they are, and a limit
// has to know that too.
func (r *raw) gather() error {
	r.batch = r.batch[:0]
	if len(r.senders) == 1 {
		return r.take(r.senders[0])
	}
	clear(r.from)
	n, err := syscall.EpollWait(r.poll, r.events, -1)
	if err != nil && err != syscall.EINTR {
		return err
	}
	for _, event := range r.events[:max(n, 0)] {
		if len(r.batch) == cap(r.batch) {
			break // the rest stays ready for the next pass
		}
		if err := r.take(int(event.Fd)); err != nil {
			return err
		}
	}
	return nil
}

// take appends to the batch what one read of fd returns.
func (r *raw) take(fd int) error {
	start := len(r.batch)
	n, err := readSome(fd, r.batch[start:cap(r.batch)])
	r.batch = r.batch[:start+n]
	if len(r.senders) > 1 {
		r.from[fd] = span{start, start + n}
	}
	return err
}

// deliver writes the batch to every receiver, without what it sent itself.
func (r *raw) deliver() error {
	for _, fd := range r.receivers {
		own, any := r.from[fd]
		var err error
		if any {
			err = writeBoth(fd, r.batch[:own.start], r.batch[own.end:])
		} else {
			err = writeAll(fd, r.batch)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const errHungUp = syscall.ESHUTDOWN

// readSome is one read; the end of the input is an error.
func readSome(fd int, to []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, to)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, errHungUp
		default:
			return n, nil
		}
	}
}

// writeAll is one write: the batch fits the send buffer. It goes on only where a
// signal cut the call short.
func writeAll(fd int, data []byte) error {
	for len(data) > 0 {
		n, err := syscall.Write(fd, data)
		if err != nil && err != syscall.EINTR {
			return err
		}
		data = data[max(n, 0):]
	}
	return nil
}

// writeBoth writes two pieces in one call.
func writeBoth(fd int, a, b []byte) error {
	if len(a) == 0 || len(b) == 0 {
		return errors.Join(writeAll(fd, a), writeAll(fd, b))
	}
	pieces := [2]syscall.Iovec{{Base: &a[0], Len: uint64(len(a))}, {Base: &b[0], Len: uint64(len(b))}}
	n, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&pieces)), 2)
	if errno == syscall.EINTR {
		n = 0
	} else if errno != 0 {
		return errno
	}
	if done := int(n); done < len(a) {
		a = a[done:]
	} else {
		a, b = nil, b[done-len(a):]
	}
	if err := writeAll(fd, a); err != nil {
		return err
	}
	return writeAll(fd, b)
}
