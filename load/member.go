package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A class is how a member behaves.
type class uint8

const (
	healthy class = iota
	slowReader
	stalledReader
	flooder
)

// A member is one client of the server: a connection and, while it lasts, a goroutine
// that reads.
type member struct {
	run    *Run
	number int
	name   string
	class  class
	sender int // -1: it only reads
	meter  *meter

	mu       sync.Mutex // of conn until it is set, against end
	conn     net.Conn
	dialled  time.Time
	judge    *judge
	rest     []byte   // the beginning of a line
	follower follower // its goroutine's
	prompts  int

	joined  chan struct{} // closed when it is inside, or will never be
	done    chan struct{} // closed when its goroutine has ended
	inside  atomic.Bool
	ended   atomic.Bool // by the run, not by the server
	due     atomic.Int64
	bytes   atomic.Int64
	slowed  atomic.Bool // it was told that it talks too fast: the server holds its lines back
	paused  atomic.Bool // it does not read
	resume  chan struct{}
	refusal error  // it did not come inside; to be read once joined is closed
	why     error  // it was disconnected; to be read once done is closed
	notice  string // the last words for it alone
}

var errRefused = errors.New("refused")

// refusedError is the server's words to somebody who did not get in.
type refusedError struct{ words string }

func (e *refusedError) Error() string        { return "the server says: " + e.words }
func (e *refusedError) Is(target error) bool { return target == errRefused }

// foreignError says that the server speaks another protocol.
type foreignError struct{ text string }

func (e *foreignError) Error() string { return e.text }

// start connects and reads until the connection ends.
func (m *member) start(ctx context.Context) {
	m.dialled = time.Now()
	ctx, cancel := context.WithTimeout(ctx, m.run.cfg.ConnectTimeout)
	defer cancel()
	conn, err := m.run.cfg.Dial(ctx, "tcp", m.run.cfg.Addr)
	if err == nil && !m.keep(conn) {
		_ = conn.Close()
		err = errLeft
	}
	if err != nil {
		m.refusal = err
		if !m.ended.Load() {
			m.run.refused.Add(1)
		}
		close(m.joined)
		close(m.done)
		return
	}
	m.run.connects.Add(1)
	if t, ok := conn.(*net.TCPConn); ok && (m.class == slowReader || m.class == stalledReader) {
		_ = t.SetReadBuffer(slowBuffer) // or the kernel would read for it
	}
	_ = conn.SetDeadline(m.dialled.Add(m.run.cfg.ConnectTimeout))
	if p := m.run.proto; p.prompt == "" {
		// Where it fails, reading fails too.
		_, _ = io.WriteString(conn, p.hello(m.name, m.reads()))
	}
	go m.read()
}

var errLeft = errors.New("it left before it was connected")

// keep keeps the connection, unless the member has left meanwhile.
func (m *member) keep(conn net.Conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conn = conn
	return !m.ended.Load()
}

// reads says whether it reads what others say.
func (m *member) reads() bool { return m.sender < 0 || m.run.proto.sendersRead }

// slowBuffer is what the kernel reads ahead for a slow reader.
const slowBuffer = 4 << 10

// Buffers: a waiting receiver has none, or of a stream that is no socket a small one; a
// busy one borrows a large one.
const (
	smallRead = 2 << 10
	largeRead = 64 << 10
)

var largeBuffers = sync.Pool{New: func() any { return new([largeRead]byte) }}

// read reads to the end of the connection.
func (m *member) read() {
	defer close(m.done)
	if w := newWaiter(m); w != nil {
		var err error
		for err == nil && m.waitToRead() {
			err = w.read()
		}
		m.over(err)
		return
	}
	m.over(m.readStream())
}

// readStream is read of what is no socket.
func (m *member) readStream() (err error) {
	small := make([]byte, smallRead)
	var large *[largeRead]byte
	for err == nil {
		buf := small
		if large != nil {
			buf = large[:]
		}
		// What is left of the last read is the beginning of a line.
		n := copy(buf, m.rest)
		if n == len(buf) {
			err = &foreignError{fmt.Sprintf("it sends %d bytes without the end of a line", n)}
			break
		}
		if !m.waitToRead() {
			break
		}
		var got int
		got, err = m.conn.Read(m.limit(buf[n:]))
		m.bytes.Add(int64(got))
		if e := m.take(buf[:n+got]); err == nil {
			err = e
		}
		m.slowDown(got)
		switch full := n+got == len(buf); {
		case full && large == nil:
			large = largeBuffers.Get().(*[largeRead]byte)
			// rest lies in small: it is copied before small is read into again.
		case large != nil && got < smallRead/2 && len(m.rest) < smallRead/2:
			n := copy(small, m.rest)
			m.rest = small[:n]
			largeBuffers.Put(large)
			large = nil
		}
	}
	if large != nil {
		largeBuffers.Put(large)
	}
	return err
}

// over notes the end of the connection.
func (m *member) over(err error) {
	ended := m.ended.Load() // first: who sees nobody inside may close the run
	wasInside := m.inside.Swap(false)
	m.judge.disarm()
	m.follower.release()
	_ = m.conn.Close()
	select {
	case <-m.joined:
	default:
		m.refusal = m.refused(err)
		if !m.ended.Load() {
			m.run.refused.Add(1)
		}
		close(m.joined)
	}
	if wasInside && !ended {
		m.why = err
		m.run.lost(m)
	}
}

// refused says why it did not come inside.
func (m *member) refused(err error) error {
	var foreign *foreignError
	switch {
	case errors.As(err, &foreign):
		return err
	case m.notice != "":
		return &refusedError{m.notice}
	case errors.Is(err, io.EOF) && m.bytes.Load() == 0:
		return &foreignError{"it closed the connection without a word"}
	case err == nil || errors.Is(err, io.EOF):
		return &foreignError{"it closed the connection before anybody was inside"}
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		if m.prompts == 0 && m.run.proto.prompt != "" {
			return &foreignError{fmt.Sprintf("it does not ask %q within %v", strings.TrimSpace(m.run.proto.prompt), m.run.cfg.ConnectTimeout)}
		}
		return &foreignError{fmt.Sprintf("it does not confirm that a client is inside within %v", m.run.cfg.ConnectTimeout)}
	}
	return err
}

// take cuts what was read into lines. Everything of a read has one time of receipt.
func (m *member) take(data []byte) error {
	now := m.run.now()
	var b batch
	for {
		if says, n := m.follower.next(data); n > 0 {
			if m.judge.message(says) {
				m.delivered(says, now, &b)
			}
			data = data[n:]
			continue
		}
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			break
		}
		b.read = false
		if err := m.line(data[:i], now, &b); err != nil {
			m.rest = nil
			m.flush(&b)
			return err
		}
		if b.read {
			m.follower.read(data[:i+1], b.says)
		}
		data = data[i+1:]
	}
	m.flush(&b)
	if p := m.run.proto.prompt; p != "" && !m.inside.Load() && string(data) == p {
		data = nil
		if err := m.prompted(); err != nil {
			m.rest = nil
			return err
		}
	}
	m.rest = data
	return nil
}

// prompted answers the prompt; the second one means that the name was refused.
func (m *member) prompted() error {
	m.prompts++
	if m.prompts > 1 {
		return &refusedError{m.notice}
	}
	_, err := io.WriteString(m.conn, m.run.proto.hello(m.name, m.reads()))
	return err
}

// line takes one line.
func (m *member) line(line []byte, now time.Duration, b *batch) error {
	k, text := m.run.proto.scan(line, m.name)
	switch k {
	case lineMessage:
		msg, ok := parseMessage(text)
		if !ok {
			m.judge.corrupt(line)
			return nil
		}
		b.read, b.says = msg.run == m.judge.ledger.run, msg
		if m.judge.message(msg) {
			m.delivered(msg, now, b)
		}
	case lineInside:
		m.enter()
	case lineNotice:
		m.notice = clip(string(text))
		if bytes.HasPrefix(text, []byte("slow down")) {
			m.slowed.Store(true)
		}
	case lineMissed:
		n, _ := parseNumber(text, 0)
		m.judge.missed(int64(n))
	case linePing:
		if _, err := m.conn.Write(text); err != nil {
			return err
		}
	case lineNonsense:
		if !m.inside.Load() {
			if len(line) == 0 || m.prompts == 0 && m.run.proto.prompt != "" {
				return nil // part of a welcome
			}
			return &foreignError{fmt.Sprintf("it sends %.60q", line)}
		}
		m.judge.corrupt(line)
	}
	return nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200]
	}
	return s
}

// enter is the confirmation that it is inside.
func (m *member) enter() {
	if m.inside.Load() {
		return
	}
	_ = m.conn.SetDeadline(time.Time{})
	m.notice = "" // the welcome is no reason for what comes later
	m.judge.confirm()
	m.inside.Store(true)
	m.meter.mu.Lock()
	_ = m.meter.connect.RecordValue(micros(time.Since(m.dialled)))
	m.meter.mu.Unlock()
	close(m.joined)
}

// A batch is what one read brought, to be recorded under one lock.
type batch struct {
	n     int
	due   [batchMax]time.Duration
	wrote [batchMax]time.Duration
	now   time.Duration
	count int64

	read bool    // the last line was a message, which
	says message // it is
}

const batchMax = 64

// delivered notes a delivery that counts.
func (m *member) delivered(msg message, now time.Duration, b *batch) {
	b.count++
	b.now = now
	if m.run.cfg.Mode == ModeBurst || m.class != healthy || msg.due < m.run.cfg.Warmup {
		return
	}
	wrote := time.Duration(-1)
	t := m.run.ledger.senders[msg.sender].slot(msg.seq)
	if t.seq.Load() == msg.seq {
		wrote = time.Duration(t.wrote.Load()) * time.Microsecond
		t.received(now.Microseconds())
	}
	if late := now - msg.due; late > m.judge.counts.worst {
		c := &m.judge.counts
		c.worst, c.worstSender, c.worstSeq, c.worstDue = late, msg.sender, msg.seq, msg.due
	}
	b.due[b.n], b.wrote[b.n] = msg.due, wrote
	if b.n++; b.n == batchMax {
		m.record(b)
	}
}

// record writes down the latencies of a batch.
func (m *member) record(b *batch) {
	m.meter.mu.Lock()
	for i := range b.n {
		m.meter.record(b.due[i], b.now, b.wrote[i])
	}
	m.meter.mu.Unlock()
	b.n = 0
}

// flush writes down what is left of a batch.
func (m *member) flush(b *batch) {
	if b.count == 0 {
		return
	}
	if b.n > 0 {
		m.record(b)
	}
	m.due.Add(b.count)
	m.run.received(b.count, b.now, m)
}

// waitToRead holds up a member that is not to read. False means that the run is over.
func (m *member) waitToRead() bool {
	for m.paused.Load() {
		select {
		case <-m.resume:
		case <-m.run.closed:
			return false
		}
	}
	return true
}

// limit bounds what a slow reader reads at once.
func (m *member) limit(p []byte) []byte {
	if m.class != slowReader {
		return p
	}
	return p[:min(len(p), max(int(m.run.cfg.Slow.Bandwidth/10), 1))]
}

// slowDown makes a slow reader wait for as long as its bytes take.
func (m *member) slowDown(n int) {
	if m.class != slowReader || n == 0 || m.run.draining.Load() {
		return
	}
	select {
	case <-time.After(time.Duration(float64(n) / m.run.cfg.Slow.Bandwidth * float64(time.Second))):
	case <-m.run.drain:
	case <-m.run.closed:
	}
}

// end closes the connection on purpose.
func (m *member) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended.Store(true)
	if m.conn != nil {
		_ = m.conn.Close()
	}
}
