package sim

import (
	"bytes"
	"strings"
	"unsafe"

	"example.com/chatd/chat/check"
)

// A Mark is a rare state that a simulation must have reached sometimes: one that
// never comes up is not tested.
type Mark uint8

// The marks.
const (
	MarkMissed         Mark = iota // a client was told that it missed lines
	MarkTooSlow                    // a client was ended for being too slow
	MarkLost                       // a connection was found lost
	MarkIdle                       // a client was ended for being idle
	MarkStillThere                 // a client was asked whether it is still there
	MarkNameReused                 // a name was taken again after its holder left
	MarkTaken                      // a name was refused as taken
	MarkLoginTimeout               // a connection ran out of time at the prompt
	MarkTooMany                    // and of attempts
	MarkFull                       // the chat was full
	MarkPendingFull                // so was the prompt
	MarkPerIP                      // too many came from one address
	MarkSlowDown                   // a sender was told to slow down
	MarkNotReading                 // a private line found no room
	MarkDelivered                  // a private line was read
	MarkRenamed                    // a client changed its name
	MarkEcho                       // a client read its own line
	MarkDribbled                   // a line was sent in pieces
	MarkResetUnread                // a connection was reset with input unread
	MarkVanished                   // a client was gone without a word
	MarkHalfClosed                 // a client that half-closed read to the end
	MarkAcceptError                // the listener failed
	MarkDialRefused                // a connection was refused by the network
	MarkReturned                   // a client came back under its name
	MarkWallStep                   // the wall clock was set
	MarkTimersTogether             // two timers went off at one instant
	MarkHurried                    // a step began before the last was over
	MarkStopBlocked                // a stop found a writer blocked
	MarkHistory                    // a newcomer read history
	MarkHistoryCut                 // less of it than asked for: it was forgotten
	MarkPanic                      // a session panicked
	MarkLongLine                   // a line was too long
	MarkPartition                  // a connection was cut off
	MarkMended                     // and was so no more
	MarkClogged                    // nothing passed for a while
	MarkBadLink                    // a link had jitter, little bandwidth or small packets
	MarkBroken                     // both ends of a connection were reset
	MarkRebooted                   // a vanished machine came back
	MarkStillborn                  // a connection was reset by the time it was accepted
	MarkBacklogFull                // too many waited to be accepted
	MarkCarried                    // bytes moved by command
	MarkSecondDoor                 // a client came in at the second door
	MarkDoorFailed                 // which failed for good
	MarkCancelled                  // a context ended a Shutdown
	MarkStoppedAgain               // a server that stopped was told to stop again
	MarkDrained                    // a Stop cut those who did not read
	MarkWriteTimeout               // a write was broken off
	MarkLingered                   // LingerTimeout closed a connection
	MarkLagKicked                  // a client was ended because its next line was forgotten
	MarkFuse                       // a clock, a lock or the log panicked
	MarkVictim                     // and ended a session
	markCount
)

var markNames = [markCount]string{
	"missed lines", "too slow", "connection lost", "idle", "still there", "name reused", "name taken",
	"login timeout", "too many attempts", "chat full", "prompt full", "too many per address", "slow down",
	"not reading", "private delivered", "renamed", "echo", "dribbled", "reset with unread data", "vanished",
	"half-closed", "accept error", "dial refused", "returned", "wall clock step", "timers together", "hurried",
	"stop with a blocked writer", "history", "history cut", "panic", "long line", "partition",
	"mended", "clogged", "bad link", "broken connection", "rebooted", "reset before accepted", "backlog full",
	"carried by command", "second door", "second door failed", "shutdown cancelled", "stopped again", "drain timeout",
	"write timeout", "lingered", "kicked for lag", "fuse", "victim of a panic",
}

func (m Mark) String() string { return markNames[m] }

// Marks counts how often each mark was reached.
type Marks [markCount]uint64

func (m *Marks) hit(mark Mark) { m[mark]++ }

// Add adds the counts of another run.
func (m *Marks) Add(other *Marks) {
	for i := range m {
		m[i] += other[i]
	}
}

// Never lists the marks that were not reached.
func (m *Marks) Never() (never []Mark) {
	for i, n := range m {
		if n == 0 {
			never = append(never, Mark(i))
		}
	}
	return never
}

// markNotices are the marks that show in notices, by how those begin.
var markNotices = []struct {
	words string
	mark  Mark
}{
	{"you missed ", MarkMissed},
	{"still there?", MarkStillThere},
	{"that name is taken", MarkTaken},
	{"login timed out", MarkLoginTimeout},
	{"too many attempts", MarkTooMany},
	{"the chat is full", MarkFull},
	{"too many people", MarkPendingFull},
	{"too many connections", MarkPerIP},
	{"slow down", MarkSlowDown},
	{"line too long, lost", MarkLongLine},
}

var markReasons = map[string]Mark{
	" (too slow)": MarkTooSlow, " (connection lost)": MarkLost, " (idle)": MarkIdle, " (error)": MarkPanic,
}

// markWhatWasRead finds the marks that show in what the clients read.
func (w *world) markWhatWasRead() {
	for _, c := range w.clients {
		own := "]: #" + c.obs.Client + "."
		for rest := c.obs.Bytes; len(rest) > 0; {
			var line []byte
			line, rest, _ = bytes.Cut(rest, newline)
			w.markLine(bytes.TrimPrefix(line, []byte(w.profile.Prompt)), own)
		}
		if c.obs.HalfClosed && c.obs.End == check.EOF && c.inside() {
			w.marks.hit(MarkHalfClosed)
		}
	}
	w.markOrder()
	w.markHistory()
	w.markTroubles()
}

// markTroubles finds the marks that show in what the server did.
func (w *world) markTroubles() {
	for _, c := range w.clients {
		s := &c.trouble.watch
		if s.interrupted() {
			w.marks.hit(MarkWriteTimeout)
		}
		if s.lingers {
			w.marks.hit(MarkLingered)
		}
	}
	if w.fuse.struck.Load() > 0 {
		w.marks.hit(MarkFuse)
	}
}

// markHistory finds newcomers that read history, and those for whom some of it had
// been forgotten.
func (w *world) markHistory() {
	order := w.order()
	for _, c := range w.clients[1:] {
		lines := w.ordered(c, 1)
		if len(lines) == 0 || lines[0].Kind == check.Join && nameKey(lines[0].From) == nameKey(c.name) {
			continue
		}
		w.marks.hit(MarkHistory)
		if w.opts.smallTranscript() && len(order) < w.profile.History && lines[0].Raw != order[0].Raw {
			w.marks.hit(MarkHistoryCut)
		}
	}
}

// order are all lines for everybody, as the observer read them; it is asked for when
// all is over.
func (w *world) order() []check.Line {
	if w.ledger.order == nil {
		all := w.observed()
		w.ledger.order = make([]check.Line, 0, len(all))
		for i := range all {
			if all[i].Kind.Ordered() {
				w.ledger.order = append(w.ledger.order, all[i].Line)
			}
		}
	}
	return w.ledger.order
}

// ordered are the first lines for everybody that a client read, at most so many.
func (w *world) ordered(c *client, most int) (lines []check.Line) {
	rest := textOf(c.obs.Bytes)
	for rest != "" && len(lines) < most {
		line := rest
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i]
		}
		rest = rest[min(len(line)+1, len(rest)):]
		for strings.HasPrefix(line, w.profile.Prompt) {
			line = line[len(w.profile.Prompt):]
		}
		if l := w.profile.Parse(line); l.Kind.Ordered() {
			lines = append(lines, l)
		}
	}
	return lines
}

// textOf is what was read as a string, without a copy: it lives as long as the world,
// and nobody changes it.
func textOf(read []byte) string { return unsafe.String(unsafe.SliceData(read), len(read)) }

var (
	newline    = []byte("\n")
	toYou      = []byte(" -> you]: ")
	fromYou    = []byte("[you -> ")
	notReading = []byte("is not reading, message not delivered")
)

// markLine looks at one line; own is how the client's own lines of chat begin, behind
// its name.
func (w *world) markLine(line []byte, own string) {
	notice, ok := bytes.CutPrefix(line, []byte(w.profile.Notice))
	if !ok {
		// Both have "]: " or " -> " behind the name, which is near the beginning.
		switch {
		case bytes.Contains(line, toYou):
			w.marks.hit(MarkDelivered)
		case bytes.Contains(line, []byte(own)) && !bytes.Contains(line, fromYou):
			w.marks.hit(MarkEcho)
		}
		return
	}
	if bytes.HasSuffix(notice, notReading) {
		w.marks.hit(MarkNotReading)
	}
	for i := range markNotices {
		if m := &markNotices[i]; len(notice) >= len(m.words) && string(notice[:len(m.words)]) == m.words {
			w.marks.hit(m.mark)
		}
	}
}

// markOrder finds the marks that show in what the observer read.
func (w *world) markOrder() {
	joined := map[string]int{}
	for _, l := range w.order() {
		switch l.Kind {
		case check.Rename:
			w.marks.hit(MarkRenamed)
		case check.Leave:
			if m, ok := markReasons[l.Text]; ok {
				w.marks.hit(m)
			}
		case check.Join:
			joined[nameKey(l.From)]++
			if joined[nameKey(l.From)] == 2 {
				w.marks.hit(MarkNameReused)
			}
		}
	}
}
