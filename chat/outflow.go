package chat

// An outflow is what one session has still to read: the lines from its cursor to
// the head, the notices waiting among them, and a last line. Nothing is copied for
// it: lines are in the transcript once, for everybody.
//
// The server's lock guards it.
type outflow struct {
	out     outState
	waiting int // in outbox.waiting, where out is outWaiting

	joined bool   // the session has been inside: there are lines for it
	cursor uint64 // position of the next line to read
	passed uint64 // own lines left out so far, for "you missed N lines"

	notices     []queuedNotice
	noticeBytes int
	// hold is the position of an answer that is not queued in full yet; the
	// writer goes no further. openEnd: none.
	hold uint64

	// probe asks for a write of nothing, if nothing else is to be written: it
	// fails where the connection has.
	probe bool

	last   []byte // the line behind everything, once the session has ended
	broken bool   // a write has failed: nothing more can be written
}

// A queuedNotice waits at a position: behind every line before it, and before
// every line from it on (C3).
type queuedNotice struct {
	at   uint64
	text []byte
}

// noticeBytesMax bounds a session's waiting notices (R4). A longer single one is
// taken when none waits.
const noticeBytesMax = 16 << 10

// outState says who will write the session's outflow next.
type outState uint8

const (
	outAside   outState = iota // nobody: there is nothing to write until wake
	outWaiting                 // at the head, waiting for the next line
	outReady                   // in the queue of the writers
	outWriting                 // a writer has it
	outDone                    // ended, and nothing is left
)

// position is where a notice belongs now: at the head, or, before the name, ahead
// of everything.
func (c *session) position() uint64 {
	if c.state == stateActive {
		return c.server.room.log.head
	}
	return c.cursor
}

// fits says whether the queue has room for one more notice.
func (c *session) fits(text []byte) bool {
	return len(c.notices) == 0 || c.noticeBytes+len(text) <= noticeBytesMax
}

// takes says whether others may queue a notice here: not while an answer waits for
// room, which comes before it.
func (c *session) takes(text []byte) bool { return c.hold == openEnd && c.fits(text) }

// push queues a notice; the caller has asked fits. The lock is held.
func (c *session) push(text []byte) { c.pushAt(c.position(), text) }

func (c *session) pushAt(at uint64, text []byte) {
	c.notices = append(c.notices, queuedNotice{at: at, text: text})
	c.noticeBytes += len(text)
	if c.out == outAside || c.out == outWaiting {
		c.server.outbox.wake(c)
	}
}

// answer queues lines for the session's own client. While they do not fit, its
// reader waits here, so a client that does not read is not read either (R4).
func (c *session) answer(lines ...[]byte) {
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	c.answerLocked(lines...)
}

// answerLocked gives up the lock while it waits. C3: the answer's position is the
// head's when it is called.
func (c *session) answerLocked(lines ...[]byte) {
	c.beginAnswer()
	c.endAnswer(lines...)
}

// beginAnswer fixes the answer's position: the writer goes no further until
// endAnswer. In between, nobody else can queue a notice here.
//
// A session that has ended gets no answer, and above all no hold: finish was here,
// and nobody would take it back from before the lines it has still to read.
func (c *session) beginAnswer() {
	if c.state != stateDisconnecting {
		c.hold = c.position()
	}
}

func (c *session) endAnswer(lines ...[]byte) {
	for _, line := range lines {
		if !c.addAnswer(line) {
			return
		}
	}
	c.hold = openEnd
	c.server.outbox.wake(c)
}

// addAnswer queues one line of the answer begun, when it fits, and reports whether
// the session goes on.
func (c *session) addAnswer(line []byte) bool {
	for !c.fits(line) && c.state != stateDisconnecting {
		c.server.flush()
		c.wait()
	}
	if c.state == stateDisconnecting {
		return false // finish has taken back the hold
	}
	c.pushAt(c.hold, line)
	return true
}

// limit is how far the session may read now.
func (c *session) limit() uint64 {
	if !c.joined {
		return c.cursor
	}
	return min(c.server.room.log.head, c.member.end, c.hold)
}

// pending says whether there is something to write now.
func (c *session) pending() bool {
	return len(c.notices) > 0 && c.notices[0].at <= c.cursor || c.cursor < c.limit() || c.last != nil || c.probe
}

// gather takes the next batch to write, and advances the cursor past it.
func (c *session) gather(b *batch) {
	b.reset(c.member.id)
	limit := c.limit()
	for b.room() {
		// What is due before the next line is due before a gap there: the greeting
		// of a client that joins and is overtaken before it has read anything.
		if len(c.notices) > 0 && c.notices[0].at <= c.cursor {
			if !b.fits(len(c.notices[0].text)) {
				return
			}
			b.addNotice(c.popNotice())
			continue
		}
		if c.missed(b) {
			continue
		}
		if c.cursor >= limit {
			break
		}
		to := limit
		if len(c.notices) > 0 {
			to = min(to, c.notices[0].at)
		}
		p := c.server.room.log.piece(c.cursor, to, b.left())
		if len(p.ends) == 0 {
			return
		}
		b.addPiece(p, c.member.lastLine > c.cursor)
		c.cursor += uint64(len(p.ends))
	}
	b.probe, c.probe = c.probe, false
	if c.state == stateDisconnecting && c.last != nil && c.cursor >= limit && len(c.notices) == 0 && b.room() && b.fits(len(c.last)) {
		b.addNotice(c.last)
		c.last = nil
	}
}

// missed skips what fell off the transcript's tail and says how much that was (M3,
// R4): exactly what the client would have read, so without its own lines. Notices
// due in the gap come behind it.
func (c *session) missed(b *batch) bool {
	tail := min(c.server.room.log.tail(), c.member.end)
	if !c.joined || c.cursor >= tail {
		return false
	}
	n := tail - c.cursor - (c.member.debit - c.passed)
	c.cursor, c.passed = tail, c.member.debit
	if n > 0 {
		c.server.stats.Missed += n
		b.addNotice(noticef("you missed %d lines", n))
	}
	return true // the cursor has moved: what was due in the gap is due now
}

func (c *session) popNotice() []byte {
	text := c.notices[0].text
	c.notices[0].text = nil
	c.notices = c.notices[1:]
	c.noticeBytes -= len(text)
	if len(c.notices) == 0 {
		c.notices = nil // an idle session holds no queue
	}
	c.signal() // its reader may be waiting for room
	return text
}
