//go:build linux

package fanbench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"
)

const (
	// readBytes is the buffer of every read: a client reads all that is there.
	readBytes = 64 << 10
	// patience bounds every wait for the server; no server here needs a tenth of it
	// for one step.
	patience = 60 * time.Second
	// checkedEvery: one client of so many compares every byte it reads, the others
	// count bytes. All lines are equally long, so bytes are lines.
	checkedEvery = 50
)

var loopback = [4]byte{127, 0, 0, 1}

// A fleet is all clients of one server. One thread reads and writes for all of them,
// through one epoll and one buffer, so that the load costs little of the machine that
// it shares with the server.
type fleet struct {
	server  *child
	poll    int
	clients []*client
	stalled *client // inside, but never read
	events  []syscall.EpollEvent
	buffer  []byte

	joined int   // clients that have read their own join line
	read   int64 // bytes all clients read after their own join lines
	sent   int64 // messages all clients sent
}

// A client is one connection.
type client struct {
	name  string
	fd    int
	stage stage
	line  []byte // the unfinished line, until it has joined
	own   []byte // how its own join line ends
	keep  []byte // all it read from its own join line on, if that is kept

	read  int64 // bytes after its own join line
	said  int64 // messages it sent
	check *checker
	lines []byte // what it is about to send
}

// stage is how far a client's login is.
type stage byte

const (
	dialled stage = iota
	prompted
	inside
)

func newFleet(tb testing.TB, server *child) *fleet {
	tb.Helper()
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	must(tb, "creating an epoll", err)
	f := &fleet{
		server: server,
		poll:   poll,
		events: make([]syscall.EpollEvent, 512),
		buffer: make([]byte, readBytes),
	}
	tb.Cleanup(f.close)
	return f
}

// startFleet starts a server and brings clients with these names inside.
func startFleet(tb testing.TB, kind string, names []string) *fleet {
	tb.Helper()
	f := newFleet(tb, startChild(tb, kind, len(names)))
	must(tb, kind+": joining", f.join(names))
	return f
}

// close ends the server first, so that it does not announce everyone's leaving.
// Calling it again does nothing.
func (f *fleet) close() {
	if f.poll < 0 {
		return
	}
	f.server.stop()
	if f.stalled != nil {
		syscall.Close(f.stalled.fd)
	}
	for _, c := range f.clients {
		syscall.Close(c.fd)
	}
	syscall.Close(f.poll)
	f.poll, f.clients = -1, nil
}

// join brings clients inside, a few at a time, and returns when everyone has read the
// join line of everyone who came later.
func (f *fleet) join(names []string) error {
	const atOnce = 64
	for len(names) > 0 {
		some := names[:min(atOnce, len(names))]
		names = names[len(some):]
		if err := f.dial(some); err != nil {
			return err
		}
		if err := f.enter(len(f.clients) - len(some)); err != nil {
			return err
		}
	}
	return f.settle()
}

// dial connects and reads the prompt.
func (f *fleet) dial(names []string) error {
	first := len(f.clients)
	for _, name := range names {
		if err := f.dialOne(name, 0); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return f.pollUntil(func() bool { return all(f.clients[first:], prompted) })
}

// dialOne connects; a receive buffer of 0 is the kernel's choice.
func (f *fleet) dialOne(name string, receiveBuffer int) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	c := &client{name: name, fd: fd, own: []byte("][SYSTEM]: " + name + joined)}
	f.clients = append(f.clients, c)
	if receiveBuffer > 0 {
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuffer); err != nil {
			return err
		}
	}
	// All that is in flight fits, so a write here is never short.
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, 256<<10),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.Connect(fd, &syscall.SockaddrInet4{Addr: loopback, Port: f.server.port}),
		syscall.SetNonblock(fd, true))
	if err != nil {
		return err
	}
	// An epoll event carries 32 bits of ours: here the client's number.
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(f.clients) - 1)}
	return syscall.EpollCtl(f.poll, syscall.EPOLL_CTL_ADD, fd, &event)
}

// enter sends the names of the clients from first on and waits until they are inside.
func (f *fleet) enter(first int) error {
	if err := f.nameAll(first); err != nil {
		return err
	}
	return f.pollUntil(func() bool { return all(f.clients[first:], inside) })
}

func (f *fleet) nameAll(first int) error {
	for _, c := range f.clients[first:] {
		if _, err := syscall.Write(c.fd, []byte(c.name+"\n")); err != nil {
			return fmt.Errorf("%s: sending the name: %w", c.name, err)
		}
	}
	return nil
}

// settle waits until everyone has read its own join line and those of all who came
// later, and starts the count of bytes anew.
func (f *fleet) settle() error {
	want := f.joinBytes()
	done := func() bool { return f.read >= want && f.joined == len(f.clients) }
	if err := f.pollUntil(done); err != nil {
		return fmt.Errorf("read %d bytes of join lines, want %d: %w", f.read, want, err)
	}
	if err := check(f.read == want, "read %d bytes of join lines, want %d", f.read, want); err != nil {
		return err
	}
	f.forget()
	return nil
}

// forget starts the count of bytes anew.
func (f *fleet) forget() {
	f.read = 0
	for _, c := range f.clients {
		c.read = 0
	}
}

// joinBytes is what all clients together read after their own join lines: of any two
// of them exactly one reads the other's. The raw server announces nobody.
func (f *fleet) joinBytes() int64 {
	if f.server.kind == "raw" {
		return 0
	}
	n := int64(len(f.clients))
	return n * (n - 1) / 2 * int64(joinBytes)
}

func all(clients []*client, reached stage) bool {
	for _, c := range clients {
		if c.stage < reached {
			return false
		}
	}
	return true
}

// pollUntil reads for all clients until done, which sees every pass.
func (f *fleet) pollUntil(done func() bool) error {
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not done after %v", f.server.kind, patience)
		}
		if err := f.pass(f.loginRead); err != nil {
			return err
		}
	}
	return nil
}

// pass waits at most a second for input and reads once from every client that has
// any. got sees the data before the next read overwrites it.
func (f *fleet) pass(got func(c *client, data []byte) error) error {
	n, err := syscall.EpollWait(f.poll, f.events, 1000)
	if err != nil && err != syscall.EINTR {
		return err
	}
	for i := range max(n, 0) {
		c := f.clients[f.events[i].Fd]
		n, err := syscall.Read(c.fd, f.buffer)
		if err == syscall.EAGAIN || err == syscall.EINTR {
			continue
		}
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err != nil {
			return fmt.Errorf("%s: %s lost its connection: %w", f.server.kind, c.name, err)
		}
		if err := got(c, f.buffer[:n]); err != nil {
			return fmt.Errorf("%s: %w", f.server.kind, err)
		}
	}
	return nil
}

// loginRead follows a login: the prompt, then the history up to the client's own join
// line, after which bytes are counted.
func (f *fleet) loginRead(c *client, data []byte) error {
	if c.keep != nil && c.stage != dialled {
		c.keep = append(c.keep, data...)
	}
	if c.stage == inside {
		c.read += int64(len(data))
		f.read += int64(len(data))
		return nil
	}
	c.line = append(c.line, data...)
	if c.stage == dialled {
		return c.readGreeting()
	}
	for {
		line, rest, whole := bytes.Cut(c.line, []byte("\n"))
		if !whole {
			return nil
		}
		c.line = rest
		if bytes.HasSuffix(line, c.own) {
			c.stage, c.line = inside, nil
			f.joined++
			c.read += int64(len(rest))
			f.read += int64(len(rest))
			return nil
		}
		if bytes.HasPrefix(line, []byte("[SYSTEM]: ")) {
			return fmt.Errorf("%s was refused: %s", c.name, line)
		}
	}
}

func (c *client) readGreeting() error {
	switch {
	case string(c.line) == greeting:
		c.stage, c.line = prompted, nil
	case !bytes.HasPrefix([]byte(greeting), c.line):
		return fmt.Errorf("%s was greeted with %q", c.name, c.line)
	}
	return nil
}

// position is how many of all messages the client has read or has sent itself.
func (c *client) position() int64 { return c.read/lineBytes + c.said }

// say sends the client's next messages in one write.
func (f *fleet) say(c *client, messages int64) error {
	c.lines = c.lines[:0]
	for range messages {
		c.lines = appendLine(c.lines, c.name, c.said, f.server.kind == "raw")
		c.said++
	}
	f.sent += messages
	n, err := syscall.Write(c.fd, c.lines)
	if err == nil && n < len(c.lines) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("%s: %s sending: %w", f.server.kind, c.name, err)
	}
	return nil
}

// namesOf returns count names with this role. All names are equally long, as lines have
// to be.
func namesOf(role byte, count int) []string {
	if count > namesMax {
		panic(fmt.Sprintf("%d clients: at most %d of a kind have a name", count, namesMax))
	}
	names := make([]string, count)
	for i := range names {
		names[i] = clientName(role, i)
	}
	return names
}
