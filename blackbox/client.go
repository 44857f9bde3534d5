package blackbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"example.com/chatd/chat/check"
)

// A client is one connection to the server. Its reading goroutine ends with the
// connection.
type client struct {
	// Immutable.
	hall *hall
	p    *Profile
	conn *net.TCPConn
	read chan struct{} // closed when the reading goroutine has ended

	// Owned by the case.
	role    string // what the lane is called
	name    string // under which it is inside, or tries to be; see call
	seq     int    // of its last tagged line
	tokens  float64
	earned  time.Time // when tokens was right
	sent    []string  // every line of chat, tagged
	watched int       // of a canary: from which line on it is judged
	seen    int       // the lines that the case has looked at

	// hall.mu guards.
	events  []event
	lines   []line
	rest    []byte // behind the last line end
	bytes   int
	offered int  // the first event since it gave its name
	inside  int  // index of the first line it read once its name was sent; -1 before
	settle  bool // it is inside for sure: prompts for names are text
	held    bool // its goroutine is not to read on
	end     end
}

// end says how a client's reading ended.
type end uint8

const (
	reading end = iota
	closed      // the server closed, after all it had to say
	reset       // the connection failed
	gone        // the client itself closed
)

// An event is what stands in one cell of a lane.
type event struct {
	seq  int
	mark rune // '>' it sent, '<' it read, '.' something else happened
	text string
}

// dial connects. slow makes the connection hold little, for a client that will
// stop reading.
func (h *hall) dial(p *Profile, role string, slow bool) (*client, error) {
	d := net.Dialer{}
	if slow {
		d.Control = narrow
	}
	ctx, cancel := context.WithTimeout(context.Background(), h.timeout)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", h.addr)
	if err != nil {
		return nil, err
	}
	c := &client{
		hall: h, p: p, conn: conn.(*net.TCPConn), read: make(chan struct{}),
		role: role, inside: -1, tokens: float64(p.burst), earned: time.Now(),
	}
	h.mu.Lock()
	c.noteLocked('.', "connects")
	h.mu.Unlock()
	size := 64 << 10
	if slow {
		size = 512
	}
	go c.readAll(size)
	return c, nil
}

// readAll reads until the connection ends.
func (c *client) readAll(size int) {
	defer close(c.read)
	buf := make([]byte, size)
	for {
		n, err := c.conn.Read(buf)
		c.hall.mu.Lock()
		c.feedLocked(buf[:n])
		if err != nil {
			c.endLocked(err)
		}
		c.hall.changedLocked()
		for c.held && c.end == reading {
			changed := c.hall.changed
			c.hall.mu.Unlock()
			<-changed
			c.hall.mu.Lock()
		}
		c.hall.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *client) endLocked(err error) {
	if c.end != reading {
		return
	}
	if errors.Is(err, io.EOF) {
		c.end = closed
		c.noteLocked('.', "is closed by the server")
		return
	}
	c.end = reset
	c.noteLocked('.', "its connection is reset")
}

// feedLocked cuts what was read into lines. A prompt for a name is taken for one
// only as long as the client is not inside.
func (c *client) feedLocked(b []byte) {
	c.bytes += len(b)
	c.rest = append(c.rest, b...)
	for {
		if c.promptLocked() {
			continue
		}
		i := bytes.IndexByte(c.rest, '\n')
		if i < 0 {
			return
		}
		raw := string(c.rest[:i])
		c.rest = c.rest[i+1:]
		c.lineLocked(raw)
	}
}

// promptLocked takes a prompt without a line end off the front, and whatever stands
// before it on its line.
func (c *client) promptLocked() bool {
	if c.settle || c.p.prompt == "" {
		return false
	}
	if n := len(c.lines); n > 0 && c.lines[n-1].kind == prompt {
		c.rest = bytes.TrimLeft(c.rest, " ")
	}
	first, _, _ := bytes.Cut(c.rest, []byte("\n"))
	at := bytes.Index(first, []byte(c.p.prompt))
	if at < 0 {
		return false
	}
	if at > 0 {
		c.addLocked(line{raw: string(c.rest[:at])})
	}
	c.addLocked(line{kind: prompt, raw: c.p.prompt})
	c.rest = c.rest[at+len(c.p.prompt):]
	return true
}

func (c *client) lineLocked(raw string) {
	if !c.settle && c.p.ask.re != nil && c.p.ask.match(raw) != nil && (c.inside < 0 || c.p.ask.prefix+c.p.ask.suffix != "") {
		c.addLocked(line{kind: prompt, raw: raw})
		return
	}
	stripped := c.p.strip(raw, c.name)
	if c.p.blank && strings.Trim(stripped, " \r") == "" {
		return
	}
	c.addLocked(c.p.parse(stripped))
}

func (c *client) addLocked(l line) {
	l.seq = c.hall.events
	c.lines = append(c.lines, l)
	c.noteLocked('<', l.raw)
}

func (c *client) noteLocked(mark rune, text string) {
	c.events = append(c.events, event{c.hall.events, mark, text})
	c.hall.events++
}

// call sets the client's name, "" before. The reading goroutine looks at it too.
func (c *client) call(name string) {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	c.name = name
}

// note adds what happened to the client to its lane, and returns its place.
func (c *client) note(format string, args ...any) int {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	c.noteLocked('.', fmt.Sprintf(format, args...))
	return c.hall.events - 1
}

// send writes bytes as they are. That the server does not take them is noted, and
// shows in what does not come of it.
func (c *client) send(s string) {
	c.hall.mu.Lock()
	c.noteLocked('>', strings.TrimSuffix(s, "\n"))
	c.hall.mu.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(c.hall.timeout))
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.note("could not send that: %s", plain(err))
	}
}

// say sends a line of chat with a tag before it, which makes it one of its kind,
// and returns the whole text.
func (c *client) say(text string) string {
	text = c.tag(text)
	c.send(text + "\n")
	return text
}

// tag makes a text the client's next line, to be sent by the caller.
func (c *client) tag(text string) string {
	c.seq++
	text = check.Tag(c.name, c.seq) + text
	c.sent = append(c.sent, text)
	c.spend(1)
	return text
}

// spend takes tokens for lines that are sent.
func (c *client) spend(lines int) {
	c.earn()
	c.tokens -= float64(lines)
}

// canSay says whether the client may send so many lines without being slowed.
func (c *client) canSay(lines int) bool {
	c.earn()
	return c.p.burst == 0 || c.tokens >= float64(lines)
}

func (c *client) earn() {
	if c.p.burst == 0 {
		return
	}
	now := time.Now()
	c.tokens = min(float64(c.p.burst), c.tokens+float64(now.Sub(c.earned))/float64(c.p.interval))
	c.earned = now
}

// hold makes the client stop reading, or read on.
func (c *client) hold(held bool) {
	c.hall.mu.Lock()
	c.held = held
	if held {
		c.noteLocked('.', "stops reading")
	} else {
		c.noteLocked('.', "reads on")
	}
	c.hall.changedLocked()
	c.hall.mu.Unlock()
}

// finish says that the client will send no more.
func (c *client) finish() {
	c.note("ends its input")
	c.conn.CloseWrite()
}

// close ends the connection and waits for the reading goroutine. It may be called
// twice.
func (c *client) close() {
	c.hall.mu.Lock()
	if c.end != gone {
		c.noteLocked('.', "closes")
	}
	c.end, c.held = gone, false
	c.hall.changedLocked()
	c.hall.mu.Unlock()
	c.conn.Close()
	<-c.read
}

// abort is close with a reset, as of a client whose machine lost its mind.
func (c *client) abort() {
	c.conn.SetLinger(0)
	c.close()
}

func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
