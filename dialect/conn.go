package dialect

import (
	"errors"
	"io"
	"net"
)

// A speaker says in its dialect what the server writes. It keeps no reference to a
// line.
type speaker interface {
	// prompt appends what the client reads for the prompt.
	prompt(dst []byte) []byte
	// line appends what it reads for a line, if anything.
	line(dst []byte, l line) []byte
}

// A hearer turns what the client sends into what the server is to read.
type hearer interface {
	// hear takes the next bytes of the client, and appends to dst.
	hear(dst, p []byte) []byte
	// end is the end of the client's input.
	end(dst []byte) []byte
	// verbatim says how much at the beginning of p the server may read as it is;
	// it has taken note of those bytes.
	verbatim(p []byte) int
}

// conn is one translated connection. What it has not overridden of the connection
// below goes there: deadlines, addresses, Close.
//
// The core looks for more than a net.Conn has: CloseWrite, and NetConn for what is
// below, which it probes with empty writes and resets with SetLinger.
type conn struct {
	net.Conn

	// Owned by the task that reads.
	in     hearer
	unread []byte // translated, and not yet taken by the server
	err    error  // what comes behind that

	// Owned by the task that writes.
	out     cutter
	unsent  []byte // translated, and not yet taken by the connection
	scratch *[]byte
}

func newConn(below net.Conn, m manner) *conn {
	who := &login{}
	return &conn{Conn: below, in: m.newHearer(who), out: cutter{speaker: m.newSpeaker(who)}}
}

// Read returns what the client sent, as the server is to read it. Nearly always that
// is what came, where it came.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return c.Conn.Read(p)
	}
	for {
		if len(c.unread) > 0 {
			return c.takeUnread(p), nil
		}
		if err := c.err; err != nil {
			c.err = nil
			return 0, err
		}
		n, err := c.Conn.Read(p)
		same := c.in.verbatim(p[:n])
		if same < n {
			c.unread = c.in.hear(nil, p[same:n])
		}
		if err == io.EOF {
			c.unread = c.in.end(c.unread)
		}
		if len(c.unread) > 0 {
			// The error belongs behind what came with it.
			c.err = err
			if same < len(p) {
				same += c.takeUnread(p[same:])
			}
			return same, nil
		}
		if same > 0 || err != nil {
			return same, err
		}
	}
}

func (c *conn) takeUnread(p []byte) int {
	n := copy(p, c.unread)
	if c.unread = c.unread[n:]; len(c.unread) == 0 {
		c.unread = nil // an idle connection holds no buffer
	}
	return n
}

// errUnsent is CloseWrite's where an earlier Write failed.
var errUnsent = errors.New("dialect: closing with lines unsent")

// Write translates p. It takes all of p or nothing: where the connection takes only a
// part of the translation, the error is returned together with len(p), and the rest
// goes out first at the next Write. Nothing is lost, and nothing sent twice.
//
// An empty p asks whether the connection is well, and is passed on as it is.
func (c *conn) Write(p []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return c.NetConn().Write(p)
	}
	c.scratch = scratches.Get().(*[]byte)
	text, err := c.out.translate((*c.scratch)[:0], p)
	c.unsent, *c.scratch = text, text
	if sent := c.flush(); sent != nil {
		err = sent
	}
	return len(p), err
}

// flush sends what is translated.
func (c *conn) flush() error {
	for len(c.unsent) > 0 {
		n, err := c.Conn.Write(c.unsent)
		c.unsent = c.unsent[n:]
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrShortWrite
		}
	}
	c.unsent = nil
	if c.scratch != nil && cap(*c.scratch) <= scratchBytesMax {
		scratches.Put(c.scratch)
	}
	c.scratch = nil
	return nil
}

// CloseWrite ends the output, if the connection below can. It writes nothing, for
// nobody bounds how long it would take.
func (c *conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	switch {
	case !ok:
		return errors.ErrUnsupported
	case len(c.unsent) > 0:
		return errUnsent
	}
	return half.CloseWrite()
}

// NetConn is the connection at the bottom: also where TLS is between.
func (c *conn) NetConn() net.Conn {
	if below, ok := c.Conn.(interface{ NetConn() net.Conn }); ok {
		return below.NetConn()
	}
	return c.Conn
}
