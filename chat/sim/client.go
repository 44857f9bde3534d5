package sim

import (
	"fmt"
	"io"
	"slices"
	"time"

	"example.com/chatd/chat/check"
	"example.com/chatd/chat/netfake"
)

// A readMode says when a client reads.
type readMode uint8

const (
	readsAll  readMode = iota // all there is, always
	readsSlow                 // some bytes, when told
	readsNone
)

// A client is one end of a connection and what it does with it. It never waits:
// the driver writes and reads for it.
type client struct {
	world   *world
	obs     check.Observation
	conn    *netfake.Conn
	host    string
	port    string // of the server's
	mode    readMode
	stale   uint64 // the news of the connection when nothing was left to read, and one more
	trouble *trouble

	out      []byte        // typed and not sent yet
	typed    []typed       // what the lines in out are
	spare    typing        // memory for both
	taken    int           // bytes of out that are gone, for typed
	dribbles bool          // out waits to be pushed
	half     string        // the beginning of a line that was typed
	name     string        // last asked for
	seq      int           // of the last line of chat
	private  int           // and of the last private line
	since    time.Duration // when it connected
	lastLine time.Duration // when the last line went out
	full     time.Duration // when the server's bucket will be full again

	shut, gone bool // half-closed; closed, reset or otherwise at its end
	failed     bool // a write has failed
	mayIdle    bool
	held       []netfake.Wire // directions that are cut off
	far        bool           // what it sends is on its way for a while
	lossy      bool           // some of what it sent or was to read may be lost
	late       bool           // what it reads or sends may come late
	paced      bool           // it reads at intervals
	vanished   bool           // and its machine is not back
	midline    bool           // it vanished behind the beginning of a line
	commanded  bool           // its bytes move when an operation says so
	victim     bool           // of a panic that was nobody's
	armed      bool           // a fault waits for the calls of the server to come
	faulted    bool           // something happened to it that is none of its doing
	ended      bool           // something happened that ends its stay
	prompts    int            // that inside has seen
	looked     int            // bytes that inside has looked at
	isIn       bool           // what it found
}

// typed is a line in client.out and where it ends.
type typed struct {
	end  int
	sent check.Sent
}

// typing is where out and typed began last: they begin there again when all is sent.
type typing struct {
	out   []byte
	typed []typed
}

// sendMax is how much a client may send that the server has not read.
const sendMax = 1 << 20

// connect brings in a client from a host; nil if the connection is refused.
func (w *world) connect(host string) *client {
	if len(w.doors) > 1 && w.doors[1].fails == nil && host[len(host)-1]%2 == 0 {
		w.marks.hit(MarkSecondDoor)
		return w.connectTo(host, secondPort)
	}
	return w.connectTo(host, port)
}

func (w *world) connectTo(host, port string) *client {
	conn, err := w.net.DialFrom(host, port)
	if err != nil {
		w.marks.hit(MarkDialRefused)
		if w.backlog && !w.stopping {
			w.marks.hit(MarkBacklogFull)
		}
		return nil
	}
	c := &client{world: w, conn: conn, host: host, port: port, trouble: w.troubles.of(conn.ID())}
	c.obs.Bytes = w.reading.take()
	w.byID[conn.ID()] = c
	c.obs.Client = fmt.Sprintf("c%d", len(w.clients))
	c.obs.Connected = w.stepNo
	c.obs.MayReset = w.stopping || w.opts.MaxPending > 0 // L5: too many that linger are reset
	c.since = w.clock.Elapsed()
	c.lastLine = c.since
	_ = conn.SetWriteBuffer(sendMax)
	if w.observer != nil {
		if n := w.opts.ReadBuffer; n > 0 {
			_ = conn.SetReadBuffer(n)
		}
		if n := w.opts.WriteBuffer; n > 0 {
			_ = conn.Peer().SetWriteBuffer(n)
		}
	}
	if w.opts.Kick > 0 && w.opts.smallTranscript() && w.engine.together() && w.observer != nil {
		// R4: its history begins at the oldest line held, so whoever speaks before
		// it has read that far may overtake it.
		c.obs.MayReset = true
		c.cause("too slow")
	}
	w.clients = append(w.clients, c)
	return c
}

// line types a line of plain text and sends it.
func (c *client) line(text string) { c.raw(text+"\n", text, false) }

// raw types bytes that end a line and mean text to the server.
func (c *client) raw(bytes, text string, lost bool) {
	if c.gone {
		return
	}
	text = c.half + text
	c.half = ""
	if len(text) > 2*c.world.opts.maxMessage() {
		text, lost = "", true
	}
	if len(c.out) == 0 {
		c.out = c.spare.out[:0]
	}
	c.out = append(c.out, bytes...)
	c.spare.out = c.out
	if len(c.typed) == 0 {
		c.typed = c.spare.typed[:0]
	}
	c.typed = append(c.typed, typed{c.taken + len(c.out), check.Sent{Line: text, Lost: lost}})
	c.spare.typed = c.typed
	c.push(len(c.out))
}

// push sends n bytes of what is typed, unless it dribbles and is not told to.
func (c *client) push(n int) {
	if c.dribbles || c.gone {
		return
	}
	c.send(n)
}

// send sends n bytes of what is typed: in pieces, with quiet in between, where all
// of it at once might overtake the observer, whose task may be the last to have its
// turn.
func (c *client) send(n int) {
	n = min(n, len(c.out))
	for n > 0 && !c.gone {
		piece := min(n, c.burst())
		c.sendNow(piece)
		if n -= piece; n > 0 {
			c.world.quiet()
			n = min(n, len(c.out))
		}
	}
}

// burst is how many bytes may be sent at once: a line where what comes of more
// could depend on who is first.
func (c *client) burst() int {
	w := c.world
	said := 0
	for i, t := range c.typed {
		said += len(t.sent.Line) + 80
		if i > 0 && (said > w.opts.transcriptBytes()/4 || !w.engine.together()) {
			return c.typed[i-1].end - c.taken
		}
	}
	return len(c.out)
}

func (c *client) sendNow(n int) {
	n = min(n, len(c.out))
	if n == 0 || c.gone || c.shut {
		return
	}
	wrote, err := c.conn.Hand().Write(c.out[:n])
	c.out = c.out[wrote:]
	c.taken += wrote
	now := c.world.clock.Elapsed()
	for len(c.typed) > 0 && c.typed[0].end <= c.taken {
		s := c.typed[0].sent
		s.Step, s.At = c.world.stepNo, now
		c.obs.Sent = append(c.obs.Sent, s)
		c.typed = c.typed[1:]
		c.lastLine = now
		c.mayBeKicked(s.Line)
		c.world.unsettled += len(s.Line)*3 + 64
		c.spend(now)
	}
	if err != nil {
		// A socket tells of a reset once: to this write, and then no read.
		c.out, c.typed, c.failed = nil, nil, true
	}
}

// spend works out how far behind the rate limit the line puts the server (R1).
func (c *client) spend(now time.Duration) {
	interval, _ := c.world.opts.rate()
	if interval > 0 {
		c.full = max(c.full, now) + interval
	}
}

// behind is when the last line sent will have been let through.
func (c *client) behind() time.Duration {
	interval, burst := c.world.opts.rate()
	return c.full - time.Duration(burst-1)*interval
}

// read reads at most n bytes of what has arrived, and reports whether there was
// anything: bytes or the end.
func (c *client) read(n int) (any bool) {
	if c.gone || c.obs.End != check.Open {
		return false
	}
	news := c.conn.Hand().News() + 1
	if news == c.stale {
		return false
	}
	if !c.world.engine.together() {
		if there := c.conn.Hand().Unread(); there > 0 {
			n = min(n, there) // the server may fill up the room at once, or a moment later
		}
	}
	for n > 0 {
		c.obs.Bytes = slices.Grow(c.obs.Bytes, readRoom)
		at := len(c.obs.Bytes)
		room := c.obs.Bytes[at:min(cap(c.obs.Bytes), at+n)]
		got, err := c.conn.Hand().Read(room)
		if got > 0 {
			any = true
			n -= got
			c.took(got)
		}
		if err != nil {
			c.end(err)
			return true
		}
		if got == 0 {
			if !c.paced { // who may read again with time
				c.stale = news
			}
			break
		}
	}
	return any
}

// took notes that n more bytes were read, now.
func (c *client) took(n int) {
	c.obs.Bytes = c.obs.Bytes[:len(c.obs.Bytes)+n]
	r := check.Read{End: len(c.obs.Bytes), Step: c.world.stepNo, At: c.world.clock.Elapsed()}
	if n := len(c.obs.Reads); n > 0 && c.obs.Reads[n-1].Step == r.Step && c.obs.Reads[n-1].At == r.At {
		c.obs.Reads[n-1] = r
	} else {
		c.obs.Reads = append(c.obs.Reads, r)
	}
}

// trace is what the client read, when, and how it ended, in one number.
func (c *client) trace() uint64 {
	h := newHash()
	for _, r := range c.obs.Reads {
		h.add(uint64(r.At))
		h.add(uint64(r.End))
	}
	h.bytes(c.obs.Bytes)
	h.add(uint64(c.obs.End))
	return uint64(h)
}

// end is the end of reading. Whoever reads the end of the server's side closes
// its own, as nc does.
func (c *client) end(err error) {
	c.obs.End = check.Reset
	if err == io.EOF && !c.failed {
		c.obs.End = check.EOF
	}
	c.gone = true
	c.world.unobserved = c.world.unobserved || c == c.world.observer && !c.world.stopping
	_ = c.conn.Hand().Close()
}

// cause writes down something that may end the client's stay, for that reason.
func (c *client) cause(reason string) {
	c.obs.MayLeave = append(c.obs.MayLeave, causeAt(reason, c.world.stepNo))
}

func causeAt(reason string, step int) check.Cause { return check.Cause{Reason: reason, Step: step} }

// leaves is a cause of its own doing, behind which nothing can be relied on.
func (c *client) leaves(reason string) {
	c.cause(reason)
	c.ended = true
}

// active says whether the client can still do anything.
func (c *client) active() bool { return !c.gone }
