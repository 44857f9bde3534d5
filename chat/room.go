package chat

import (
	"slices"
	"strings"
	"time"
)

// A room is who is inside, under which names, and what was said. It is plain
// state: apply, the only function that changes it, is deterministic, does no I/O,
// reads no clock and starts nothing, so a room can be replayed from its events. (forget
// changes nothing anybody reads: it drops those who have read to their end.)
//
// The server's lock guards a room.
type room struct {
	members []*member          // in the order they joined
	byKey   map[string]*member // by compared form (N1)
	byLooks map[string]*member // by skeleton and by look (N2)
	// authors finds whom to debit for a line that is dropped unread. It holds
	// those who left too, until forget: they may still be reading.
	authors map[uint64]*member

	log    transcript
	closed bool // Shutdown's line is the last

	membersMax int // 0 or less: no bound
	renamesMax int
	history    int

	stamp stamp
	line  []byte   // scratch of append
	names []string // names inside sorted by key, for who; nil when out of date
}

// A member is one name inside.
type member struct {
	id      uint64 // never 0, never used twice
	name    name
	echo    bool // reads its own lines back (M4)
	renames int

	start    uint64 // position at which its reading begins
	end      uint64 // position at which its reading ends; openEnd while inside
	lastLine uint64 // one past its last line in the transcript that it does not read
	debit    uint64 // how many such lines were dropped from the transcript
}

// openEnd is the end of a member that is still inside.
const openEnd = ^uint64(0)

type eventKind uint8

const (
	eventJoin   eventKind = iota // who comes in as name
	eventSay                     // who says text
	eventMe                      // who does text
	eventRename                  // who is now name
	eventEcho                    // who reads its own lines back, or not
	eventLeave                   // who leaves for reason, with text after /quit
	eventClose                   // the server stops
)

// An event is everything apply needs to know: also the time, as it will be shown.
type event struct {
	kind   eventKind
	at     time.Time
	who    *member
	name   name
	text   []byte
	echo   bool
	reason Reason
}

// Refusals of the room, as a client reads them.
const (
	refusedTaken   refusal = "that name is taken"
	refusedSame    refusal = "that is your name already"
	refusedRenames refusal = "you have used up your renames"
	refusedClosed  refusal = "the chat is closed"
)

// refusedFull is a refusal of its own: it ends the connection (L5).
const refusedFull refusal = "the chat is full"

func newRoom(cfg Config) *room {
	return &room{
		byKey:      make(map[string]*member),
		byLooks:    make(map[string]*member),
		authors:    make(map[uint64]*member),
		log:        newTranscript(cfg.TranscriptBytes),
		membersMax: cfg.MaxClients,
		renamesMax: cfg.MaxRenames,
		history:    cfg.History,
		stamp:      stamp{loc: cfg.Location},
	}
}

// apply carries out one event or refuses it. Everything that can refuse comes
// first; once state changes nothing can fail, so nothing is ever half done (E5).
func (r *room) apply(e event) error {
	if r.closed {
		return refusedClosed
	}
	switch e.kind {
	case eventJoin:
		return r.join(e)
	case eventRename:
		return r.rename(e)
	case eventSay:
		// M1
		r.write(e.at, e.who, "[", e.who.name.shown, "]: ", e.text)
	case eventMe:
		r.write(e.at, e.who, " * ", e.who.name.shown, " ", e.text)
	case eventEcho:
		e.who.echo = e.echo
	case eventLeave:
		r.leave(e)
	case eventClose:
		// E3: the last line; nobody's leave is announced.
		r.system(e.at, "Server shutting down...")
		r.closed = true
		for _, m := range r.members {
			m.end = r.log.head
		}
		r.members, r.names = nil, nil
		clear(r.byKey)
		clear(r.byLooks)
	}
	return nil
}

func (r *room) join(e event) error {
	if r.full() {
		return refusedFull
	}
	// N3: the check and the claim are one step under one lock.
	if !r.free(e.name, nil) {
		return refusedTaken
	}
	m := e.who
	m.name = e.name
	// L4: history, the own join line, and all that follows are one run of the
	// transcript.
	m.start = r.log.head - min(r.log.head, uint64(max(r.history, 0)))
	m.end = openEnd
	r.members = append(r.members, m)
	r.authors[m.id] = m
	r.hold(m)
	r.system(e.at, m.name.shown+" has joined our chat...")
	// Making room for the join line may have dropped history.
	m.start = max(m.start, r.log.tail())
	return nil
}

// rename gives up the old name and claims the new one in one step (N5).
func (r *room) rename(e event) error {
	m := e.who
	switch {
	case m.name.shown == e.name.shown:
		return refusedSame
	case m.renames >= r.renamesMax:
		return refusedRenames
	case !r.free(e.name, m):
		return refusedTaken
	}
	old := m.name
	r.release(m)
	m.name = e.name
	m.renames++
	r.hold(m)
	r.system(e.at, old.shown+" is now known as "+m.name.shown)
	return nil
}

// leave ends the member's reading before its leave line, which it never reads
// (E1), and frees its name with it (N4).
func (r *room) leave(e event) {
	m := e.who
	m.end = r.log.head
	r.release(m)
	i := slices.Index(r.members, m)
	r.members = slices.Delete(r.members, i, i+1)
	r.system(e.at, m.name.shown+" has left our chat..."+leaveWords(e.reason, string(e.text)))
}

// leaveWords is the part of a leave line in parentheses (E1).
func leaveWords(why Reason, quit string) string {
	switch {
	case why == LeftQuit && quit != "":
		return " (quit: " + quit + ")"
	case why == LeftQuit || why == LeftEOF:
		return ""
	}
	return " (" + why.String() + ")"
}

// full says whether everybody the room takes is inside (L5).
func (r *room) full() bool { return r.membersMax > 0 && len(r.members) >= r.membersMax }

// free says whether n may be held by m: nobody else has it or looks like it (N2).
func (r *room) free(n name, m *member) bool {
	for _, holder := range []*member{r.byKey[n.key], r.byLooks[n.skeleton], r.byLooks[n.look]} {
		if holder != nil && holder != m {
			return false
		}
	}
	return true
}

func (r *room) hold(m *member) {
	r.byKey[m.name.key] = m
	r.byLooks[m.name.skeleton] = m
	r.byLooks[m.name.look] = m
	r.names = nil
}

// release frees the name a member holds. Nobody else can hold it: free was asked.
func (r *room) release(m *member) {
	delete(r.byKey, m.name.key)
	delete(r.byLooks, m.name.skeleton)
	delete(r.byLooks, m.name.look)
	r.names = nil
}

// forget drops a member that left and has read to its end.
func (r *room) forget(m *member) { delete(r.authors, m.id) }

// who returns the names inside, sorted by compared form. The slice is shared and
// never changed, so many unread answers to /who cost one.
func (r *room) who() []string {
	if r.names == nil {
		sorted := slices.SortedFunc(slices.Values(r.members), func(a, b *member) int {
			return strings.Compare(a.name.key, b.name.key)
		})
		r.names = make([]string, len(sorted))
		for i, m := range sorted {
			r.names[i] = m.name.shown
		}
	}
	return r.names
}

// system appends a line of the server's own. No author: everybody reads it.
func (r *room) system(at time.Time, text string) {
	r.line = append(r.stamp.append(r.line[:0], at), "[SYSTEM]: "...)
	r.line = append(append(r.line, text...), '\n')
	r.append(nil, r.line)
}

// write appends a line of m's, which m itself reads only if it asked for its echo.
// Whether it does is settled here, with the line, and not when it is written out.
func (r *room) write(at time.Time, m *member, before, name, after string, text []byte) {
	r.line = append(r.stamp.append(r.line[:0], at), before...)
	r.line = append(append(r.line, name...), after...)
	r.line = append(append(r.line, text...), '\n')
	if m.echo {
		r.append(nil, r.line)
		return
	}
	r.append(m, r.line)
}

func (r *room) append(m *member, line []byte) {
	var author uint64
	if m != nil {
		author = m.id
	}
	dropped := r.log.append(author, line)
	if m != nil {
		m.lastLine = r.log.head
	}
	if dropped == nil {
		return
	}
	// R4: "you missed N lines" leaves out one's own; count those that go.
	for _, id := range dropped.authors {
		if a := r.authors[id]; a != nil {
			a.debit++
		}
	}
}

// A stamp writes times as lines show them, formatting each second once.
type stamp struct {
	loc  *time.Location
	unix int64
	text []byte
}

func (s *stamp) append(dst []byte, at time.Time) []byte {
	if unix := at.Unix(); unix != s.unix || s.text == nil {
		s.unix = unix
		s.text = at.In(s.loc).AppendFormat(s.text[:0], "[2006-01-02 15:04:05]")
	}
	return append(dst, s.text...)
}
