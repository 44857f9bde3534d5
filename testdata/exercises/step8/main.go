// Step 8 of docs/EXERCISES.md: no bytes of one client harm the server or another client.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

const greeting = "Welcome to TCP-Chat!\n" +
	"         _nnnn_\n" +
	"        dGGGGMMb\n" +
	"       @p~qp~~qMb\n" +
	"     `-'       `--'\n"

const (
	places   = 10
	waiting  = 256              // lines that may wait for one member
	textMost = 1000             // bytes of a text
	linger   = 2 * time.Second  // for the last lines to be read
	patience = 10 * time.Second // for one write
)

var (
	burst = flag.Int("burst", 0, "lines at once, and then one per second; 0: no limit")
	idle  = flag.Duration("idle", time.Hour, "how long one may say nothing")
)

var (
	errFull    = errors.New("the chat is full, try again later")
	errStopped = errors.New("the server is shutting down")
)

// A room is who is inside, by folded name, and what was said.
type room struct {
	mu      sync.Mutex
	members map[string]*member
	history []string          // all of it, as the course asks: this grows for ever
	conns   map[net.Conn]bool // those inside and those at the prompt
	stopped bool
}

type member struct {
	conn net.Conn
	name string
	out  chan string   // under the room's lock: sent to while inside, closed by leave
	done chan struct{} // closed when all of out is written
}

func main() {
	flag.Parse()
	ln, err := net.Listen("tcp", "127.0.0.1:8989")
	if err != nil {
		log.Fatal(err)
	}
	room := &room{members: map[string]*member{}, conns: map[net.Conn]bool{}}
	stop, _ := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(stop, func() {
		ln.Close()
		room.stop()
	})
	for {
		conn, err := ln.Accept()
		if stop.Err() != nil {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn, room)
	}
	room.awaitAll(patience)
}

func serve(conn net.Conn, room *room) {
	if !room.open(conn) {
		conn.Close()
		return
	}
	defer room.close(conn)
	if room.full() {
		fmt.Fprintf(conn, "[SYSTEM]:%v\n", errFull)
		return
	}
	io.WriteString(conn, greeting)
	in := &lineReader{in: bufio.NewReader(conn)}
	m := login(conn, in, room)
	if m == nil {
		return
	}
	defer func() {
		room.leave(m)
		<-m.done // what is due is written before the connection is closed
	}()
	tokens := newBucket(*burst)
	for room.scan(conn, in) {
		tokens.take(func() { room.tell(m, "slow down: your lines go out one per second") })
		if in.tooLong {
			room.tell(m, fmt.Sprintf("that is too long: at most %d bytes", textMost))
		} else if text := clean(in.text); strings.TrimSpace(text) != "" {
			room.say(m, text)
		}
	}
	if errors.Is(in.err, os.ErrDeadlineExceeded) {
		room.tell(m, "idle for too long, goodbye")
	}
}

// open notes a connection, for stop and awaitAll.
func (r *room) open(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.conns[conn] = true
	}
	return !r.stopped
}

// close ends a connection so that its last line arrives: a Close with input unread is
// a reset, which eats what is on its way.
func (r *room) close(conn net.Conn) {
	conn.(*net.TCPConn).CloseWrite()
	conn.SetReadDeadline(time.Now().Add(linger))
	io.Copy(io.Discard, conn)
	conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, conn)
}

// scan reads a line. Half a line does not count as saying something.
func (r *room) scan(conn net.Conn, in *lineReader) bool {
	r.mu.Lock()
	if !r.stopped { // or the deadline that stop has set would be undone
		conn.SetReadDeadline(time.Now().Add(*idle))
	}
	r.mu.Unlock()
	return in.next()
}

// login asks for a name until one is accepted; nil: it came to nothing.
func login(conn net.Conn, in *lineReader, room *room) *member {
	for {
		io.WriteString(conn, "[ENTER YOUR NAME]:")
		if !room.scan(conn, in) {
			return nil
		}
		m := &member{
			conn: conn, name: strings.TrimSpace(in.text),
			out: make(chan string, waiting), done: make(chan struct{}),
		}
		err := checkName(m.name)
		if err == nil {
			err = room.join(m)
		}
		if err == nil {
			go m.write()
			return m
		}
		fmt.Fprintf(conn, "[SYSTEM]:%v\n", err)
		if err == errFull || err == errStopped {
			return nil
		}
	}
}

func (r *room) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members) >= places
}

// join looks and takes under one lock: of all who ask for a name one gets it.
func (r *room) join(m *member) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return errStopped
	}
	if r.members[fold(m.name)] != nil {
		return errors.New("that name is taken")
	}
	if len(r.members) >= places {
		return errFull
	}
	// The same lock as in say: nothing is said between the history and the joining.
	// It is one element of the queue, however long it is.
	m.out <- strings.Join(r.history, "")
	r.members[fold(m.name)] = m
	r.sendLocked(m, m.name+" has joined our chat...\n")
	return nil
}

// leave does nothing if stop has ended the member already.
func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	delete(r.members, fold(m.name))
	close(m.out)
	r.sendLocked(m, m.name+" has left our chat...\n")
}

// stop says so to everybody, as the last line, and wakes whoever is reading.
func (r *room) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sendLocked(nil, "[SYSTEM]:Server shutting down...\n")
	r.stopped = true
	for _, m := range r.members {
		close(m.out)
	}
	clear(r.members)
	for conn := range r.conns {
		conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// awaitAll waits until every connection is closed, or for so long.
func (r *room) awaitAll(most time.Duration) {
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		r.mu.Lock()
		n := len(r.conns)
		r.mu.Unlock()
		if n == 0 {
			return
		}
	}
}

func (r *room) say(m *member, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	l := line(m.name, text)
	r.history = append(r.history, l)
	r.sendLocked(m, l)
}

// tell queues a line for one alone.
func (r *room) tell(m *member, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	m.queue("[SYSTEM]:" + text + "\n")
}

// sendLocked is the one place through which every line goes: the lock is the order.
// It waits for nobody.
func (r *room) sendLocked(from *member, line string) {
	for _, m := range r.members {
		if m != from {
			m.queue(line)
		}
	}
}

// queue ends the connection of one for whom too much is waiting: a dropped line that
// nobody is told of would be worse.
func (m *member) queue(line string) {
	select {
	case m.out <- line:
	default:
		m.conn.Close() // its reader fails, and leaves
	}
}

// write writes what is queued, until leave closes the queue.
func (m *member) write() {
	defer close(m.done)
	for line := range m.out {
		m.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(m.conn, line); err != nil {
			m.conn.Close() // the writes to come fail at once
		}
	}
}

// A lineReader cuts lines, and keeps no more than textMost bytes of one.
type lineReader struct {
	in      *bufio.Reader
	text    string // the line, without its end
	tooLong bool
	err     error // why there is no further line; nil at the end of input
}

// next reads a line, as Scan does. What follows the last line end is a line.
func (l *lineReader) next() bool {
	l.text, l.tooLong = "", false
	var kept []byte
	for {
		piece, err := l.in.ReadSlice('\n')
		if len(kept) <= textMost+2 { // one CR LF more
			kept = append(kept, piece[:min(len(piece), textMost+3-len(kept))]...)
		}
		if err == bufio.ErrBufferFull {
			continue // the line goes on
		}
		if err != nil && (err != io.EOF || len(kept) == 0) {
			if err != io.EOF {
				l.err = err
			}
			return false
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(kept), "\n"), "\r")
		if l.tooLong = len(text) > textMost; !l.tooLong {
			l.text = text
		}
		return true
	}
}

// clean replaces what could act on a terminal, rune by rune, and deletes nothing:
// two harmless halves must not meet.
func clean(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return utf8.RuneError
		}
		return c
	}, text) // an invalid byte comes as utf8.RuneError already
}

// A bucket holds the tokens of one member: a line costs one, a second earns one.
type bucket struct {
	most, tokens float64 // most is 0 where there is no limit
	at           time.Time
	told         bool
}

func newBucket(burst int) *bucket {
	return &bucket{most: float64(burst), tokens: float64(burst), at: time.Now()}
}

// take waits for a token. Meanwhile the member is not read, so nothing is lost: TCP
// makes it wait. It is told once, until it has been slow enough again.
func (b *bucket) take(tell func()) {
	if b.most == 0 {
		return
	}
	b.earn()
	if b.tokens < 1 {
		if !b.told {
			b.told = true
			tell()
		}
		time.Sleep(time.Duration((1 - b.tokens) * float64(time.Second)))
		b.earn()
		b.tokens = max(b.tokens, 1)
	} else {
		b.told = false
	}
	b.tokens--
}

func (b *bucket) earn() {
	now := time.Now()
	b.tokens = min(b.most, b.tokens+now.Sub(b.at).Seconds())
	b.at = now
}

// checkName allows 1 to 32 letters, digits, '-', '_' and '.'.
func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > 32 {
		return errors.New("a name has 1 to 32 characters")
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_.", c) {
			return errors.New("a name has letters, digits, - _ and . only")
		}
	}
	if fold(name) == "system" {
		return errors.New("that name is reserved")
	}
	return nil
}

// fold is what names are compared by; they are shown as they were typed.
func fold(name string) string { return strings.ToLower(name) }

func line(name, text string) string {
	return fmt.Sprintf("[%s][%s]:%s\n", time.Now().Format("2006-01-02 15:04:05"), name, text)
}
