package chat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// modelNames are names to join with. Those of one row count as one name: they are
// equal when compared, or look alike (N1, N2).
var modelNames = [][]string{
	{"alice", "ALICE", "Alice", "a1ice", "AIice"},
	{"bob", "Bob", "B\u043eb"}, // with a Cyrillic o: refused, never inside
	{"carol", "\u0441\u0430\u0433\u043el"},
	{"dave", "DAVE"},
	{"\u00e9ve", "e\u0301ve", "\u00c9VE"},
}

// validNames are the modelNames that N1 and N2 allow at all.
var validNames = func() (all []name) {
	for _, row := range modelNames {
		for _, raw := range row {
			if n, err := parseName([]byte(raw)); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}()

func rowOf(n name) int {
	return slices.IndexFunc(modelNames, func(row []string) bool {
		return slices.ContainsFunc(row, func(raw string) bool {
			m, err := parseName([]byte(raw))
			return err == nil && m.shown == n.shown
		})
	})
}

// The model: what a room is, in plain lists that forget nothing.
type (
	modelRoom struct {
		lines                        []modelLine
		inside                       []*modelMember
		closed                       bool
		clients, renamesMax, history int
	}
	modelLine struct {
		text string
		skip *modelMember // who does not read it: its author, without echo
	}
	modelMember struct {
		id      uint64
		name    name
		echo    bool
		renames int
		start   int
		end     int // -1 while inside
	}
)

func (r *modelRoom) say(at time.Time, skip *modelMember, format string, args ...any) {
	text := at.Format("[2006-01-02 15:04:05]") + fmt.Sprintf(format, args...) + "\n"
	r.lines = append(r.lines, modelLine{text, skip})
}

// taken says whether somebody but m has the name or one that counts as it.
func (r *modelRoom) taken(n name, m *modelMember) bool {
	return slices.ContainsFunc(r.inside, func(o *modelMember) bool { return o != m && rowOf(o.name) == rowOf(n) })
}

// apply is room.apply in the model's words. m is e.who.
func (r *modelRoom) apply(e event, m *modelMember) string {
	if r.closed {
		return "the chat is closed"
	}
	skip := m
	if m != nil && m.echo {
		skip = nil
	}
	switch e.kind {
	case eventJoin:
		if r.clients > 0 && len(r.inside) >= r.clients {
			return "the chat is full"
		}
		if r.taken(e.name, nil) {
			return "that name is taken"
		}
		m.name, m.end, m.start = e.name, -1, max(0, len(r.lines)-max(0, r.history))
		r.inside = append(r.inside, m)
		r.say(e.at, nil, "[SYSTEM]: %s has joined our chat...", m.name.shown)
	case eventSay:
		r.say(e.at, skip, "[%s]: %s", m.name.shown, e.text)
	case eventMe:
		r.say(e.at, skip, " * %s %s", m.name.shown, e.text)
	case eventEcho:
		m.echo = e.echo
	case eventRename:
		switch {
		case m.name.shown == e.name.shown:
			return "that is your name already"
		case m.renames >= r.renamesMax:
			return "you have used up your renames"
		case r.taken(e.name, m):
			return "that name is taken"
		}
		r.say(e.at, nil, "[SYSTEM]: %s is now known as %s", m.name.shown, e.name.shown)
		m.name = e.name
		m.renames++
	case eventLeave:
		words := map[Reason]string{
			LeftEOF: "", LeftQuit: "", LeftIdle: " (idle)", LeftSlow: " (too slow)",
			LeftKicked: " (kicked)", LeftLost: " (connection lost)", LeftError: " (error)",
		}[e.reason]
		if e.reason == LeftQuit && len(e.text) > 0 {
			words = " (quit: " + string(e.text) + ")"
		}
		m.end = len(r.lines)
		r.inside = slices.DeleteFunc(r.inside, func(o *modelMember) bool { return o == m })
		r.say(e.at, nil, "[SYSTEM]: %s has left our chat...%s", m.name.shown, words)
	case eventClose:
		r.say(e.at, nil, "[SYSTEM]: Server shutting down...")
		r.closed = true
		for _, o := range r.inside {
			o.end = len(r.lines)
		}
		r.inside = nil
	}
	return ""
}

// read is what m reads of the lines from position from to position to.
func (r *modelRoom) read(m *modelMember, from, to int) (text string, lines int) {
	for _, l := range r.lines[from:to] {
		if l.skip != m {
			text += l.text
			lines++
		}
	}
	return text, lines
}

// A roomWorld runs a room beside its model. Sessions without connections are the
// readers: what they are due is taken with gather, as a writer does.
type roomWorld struct {
	room    *room
	model   *modelRoom
	server  *Server
	clients []*session     // all that ever joined, also those that left
	members []*modelMember // theirs
	at      time.Time
	ids     uint64
}

func newRoomWorld(t *rapid.T) *roomWorld {
	cfg := Config{
		TranscriptBytes: 12 * lineBytesMax(8),
		MaxMessage:      8,
		MaxClients:      rapid.SampledFrom([]int{-1, 2, 4}).Draw(t, "MaxClients"),
		MaxRenames:      rapid.SampledFrom([]int{-1, 1, 2}).Draw(t, "MaxRenames"),
		History:         rapid.SampledFrom([]int{-1, 3, 10000}).Draw(t, "History"),
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &roomWorld{
		room: s.room, server: s,
		model: &modelRoom{clients: cfg.MaxClients, renamesMax: cfg.MaxRenames, history: cfg.History},
		at:    time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC),
	}
}

// apply gives an event to both and compares what they say of it.
func (w *roomWorld) apply(t *rapid.T, e event, m *modelMember) bool {
	e.at = w.at
	before := dumpRoom(w.room)
	if e.kind == eventJoin {
		before += dumpMember(e.who)
	}
	var got string
	if err := w.room.apply(e); err != nil {
		got = err.Error()
	}
	expect(t, "N2, N3, N5, L5, E3: what the room says", got, w.model.apply(e, m))
	if got == "" {
		return true
	}
	after := dumpRoom(w.room)
	if e.kind == eventJoin {
		after += dumpMember(e.who)
	}
	expect(t, "N3, E5: a refused event changes nothing", after, before)
	return false
}

func (w *roomWorld) join(t *rapid.T) {
	w.ids++
	c := &session{server: w.server}
	c.member.id, c.member.end, c.hold = w.ids, openEnd, openEnd
	m := &modelMember{id: w.ids, end: -1}
	n := rapid.SampledFrom(validNames).Draw(t, "name")
	if !w.apply(t, event{kind: eventJoin, who: &c.member, name: n}, m) {
		return
	}
	m.start = max(m.start, int(w.room.log.tail()))
	expect(t, "L4: reading starts at the history's first line, or what is held of it", c.member.start, uint64(m.start))
	c.cursor, c.joined, c.state = c.member.start, true, stateActive
	w.clients, w.members = append(w.clients, c), append(w.members, m)
}

// someone draws one of those inside; nil where there is none.
func (w *roomWorld) someone(t *rapid.T) (*session, *modelMember) {
	i := rapid.IntRange(0, 1000).Draw(t, "who")
	if len(w.model.inside) == 0 {
		return nil, nil
	}
	m := w.model.inside[i%len(w.model.inside)]
	return w.clients[slices.Index(w.members, m)], m
}

func (w *roomWorld) speak(t *rapid.T, kind eventKind) {
	text := rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "text")
	times := rapid.IntRange(1, 60).Draw(t, "times")
	c, m := w.someone(t)
	if c == nil {
		return
	}
	for range times {
		w.at = w.at.Add(300 * time.Millisecond)
		w.apply(t, event{kind: kind, who: &c.member, text: []byte(text)}, m)
	}
}

func (w *roomWorld) rename(t *rapid.T) {
	n := rapid.SampledFrom(validNames).Draw(t, "name")
	if c, m := w.someone(t); c != nil {
		w.apply(t, event{kind: eventRename, who: &c.member, name: n}, m)
	}
}

func (w *roomWorld) echo(t *rapid.T) {
	on := rapid.Bool().Draw(t, "on")
	if c, m := w.someone(t); c != nil {
		w.apply(t, event{kind: eventEcho, who: &c.member, echo: on}, m)
		expect(t, "M4: whether it reads its own lines", c.member.echo, m.echo)
	}
}

func (w *roomWorld) leave(t *rapid.T) {
	why := Reason(rapid.IntRange(int(LeftEOF), int(LeftError)).Draw(t, "reason"))
	var quit []byte
	if why == LeftQuit && rapid.Bool().Draw(t, "says why") {
		quit = []byte("tea")
	}
	if c, m := w.someone(t); c != nil {
		w.apply(t, event{kind: eventLeave, who: &c.member, reason: why, text: quit}, m)
		c.state = stateDisconnecting
	}
}

func (w *roomWorld) close(t *rapid.T) { w.apply(t, event{kind: eventClose}, nil) }

// read lets one client, gone or not, read some of what is due to it.
func (w *roomWorld) read(t *rapid.T) {
	i := rapid.IntRange(0, 1000).Draw(t, "who")
	lines := rapid.SampledFrom([]uint64{1, 5, 10000}).Draw(t, "lines")
	if len(w.clients) == 0 {
		return
	}
	i %= len(w.clients)
	w.clients[i].hold = w.clients[i].cursor + lines
	w.readOne(t, i)
	w.clients[i].hold = openEnd
}

// readOne takes one batch and compares it with the model; false means that nothing
// was due.
func (w *roomWorld) readOne(t *rapid.T, i int) bool {
	c, m := w.clients[i], w.members[i]
	from, want := int(c.cursor), ""
	end := m.end
	if end < 0 {
		end = len(w.model.lines)
	}
	if tail := min(int(w.room.log.tail()), end); from < tail {
		if _, n := w.model.read(m, from, tail); n > 0 {
			want = "[SYSTEM]: you missed " + strconv.Itoa(n) + " lines\n"
		}
		from = tail
	}
	var b batch
	var scratch []byte
	before := c.cursor
	c.gather(&b)
	text, passed := b.bytes(&scratch)
	c.passed += passed
	if int(c.cursor) > end {
		t.Fatalf("E1: reading went on to %d, past its end %d", c.cursor, end)
	}
	lines, _ := w.model.read(m, from, int(c.cursor))
	expect(t, "M2, M3, M4, R4: reader "+strconv.Itoa(i)+" reads", string(text), want+lines)
	return c.cursor > before
}

func (w *roomWorld) check(t *rapid.T) {
	r, m := w.room, w.model
	expect(t, "M2: one position for each line", r.log.head, uint64(len(m.lines)))
	var all string
	for _, l := range m.lines[r.log.tail():] {
		all += l.text
	}
	expect(t, "M1, M2, M3, E1: what is held is what was said", held(&r.log, chunkBytesMax), all)
	if got := memory(&r.log); got > 12*lineBytesMax(8) {
		t.Fatalf("R5: %d bytes are held", got)
	}
	var inside, wantInside, who []string
	for _, m := range r.members {
		inside = append(inside, m.name.shown)
	}
	for _, o := range m.inside {
		wantInside = append(wantInside, o.name.shown)
	}
	expect(t, "N3, N4: who is inside, under which name", inside, wantInside)
	byKey := slices.SortedFunc(slices.Values(m.inside), func(a, b *modelMember) int { return strings.Compare(a.name.key, b.name.key) })
	for _, o := range byKey {
		who = append(who, o.name.shown)
	}
	expect(t, "C1: /who, sorted", append([]string(nil), r.who()...), who)
	expect(t, "N4: no name is held but by those inside", len(r.byKey), len(m.inside))
	for _, n := range validNames {
		expect(t, "N2, N3: "+n.shown+" is free", r.free(n, nil), !m.taken(n, nil))
	}
}

// TestRoomModel: any sequence of events gives the lines, the names, the refusals
// and the readings of the model.
func TestRoomModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newRoomWorld(t)
		// Close is rare, so that most runs are long.
		closing := rapid.IntRange(0, 3).Draw(t, "may close") == 0
		actions := map[string]func(*rapid.T){
			"":       w.check,
			"join":   w.join,
			"say":    func(t *rapid.T) { w.speak(t, eventSay) },
			"me":     func(t *rapid.T) { w.speak(t, eventMe) },
			"echo":   w.echo,
			"rename": w.rename,
			"leave":  w.leave,
			"read":   w.read,
		}
		if closing {
			actions["close"] = w.close
		}
		t.Repeat(actions)
		for i, c := range w.clients {
			for w.readOne(t, i) {
			}
			expect(t, "M3, E2: everybody reads to the end", c.cursor, min(w.room.log.head, c.member.end))
			if c.member.end != openEnd {
				w.room.forget(&c.member)
			}
		}
		expect(t, "R5: those who left and have read are forgotten", len(w.room.authors), len(w.room.members))
	})
}

// TestRoomDeterminism: apply is a function of the events, so that a room can be
// replayed from them.
func TestRoomDeterminism(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 1, 200).Draw(t, "events")
		expect(t, "M2: the same events give the same room", replayRoom(seed), replayRoom(seed))
	})
}

// replayRoom applies one event for each number and returns what became of the room.
func replayRoom(seed []int) string {
	cfg, _ := Config{TranscriptBytes: 12 * lineBytesMax(8), MaxMessage: 8, MaxClients: 3}.withDefaults()
	r := newRoom(cfg)
	var said strings.Builder
	for i, n := range seed {
		e := event{
			kind:   eventKind(n % int(eventClose)),
			at:     time.Unix(int64(n), 0),
			name:   validNames[n/8%len(validNames)],
			text:   []byte(strconv.Itoa(n % 1000)),
			echo:   n/8%2 == 0,
			reason: Reason(n / 64 % int(LeftStop)),
		}
		switch {
		case e.kind == eventJoin:
			e.who = &member{id: uint64(i + 1)}
		case len(r.members) == 0:
			continue
		default:
			e.who = r.members[n/512%len(r.members)]
		}
		fmt.Fprintln(&said, r.apply(e), r.who())
	}
	return said.String() + dumpRoom(r)
}

// dumpRoom writes down all that a room is.
func dumpRoom(r *room) string {
	var d strings.Builder
	fmt.Fprintf(&d, "head %d tail %d closed %v\n", r.log.head, r.log.tail(), r.closed)
	for _, m := range r.members {
		d.WriteString(dumpMember(m))
	}
	for _, id := range sortedKeys(r.authors) {
		d.WriteString("author " + dumpMember(r.authors[id]))
	}
	for _, key := range sortedKeys(r.byKey) {
		fmt.Fprintf(&d, "key %s: %d\n", key, r.byKey[key].id)
	}
	for _, looks := range sortedKeys(r.byLooks) {
		fmt.Fprintf(&d, "looks %s: %d\n", looks, r.byLooks[looks].id)
	}
	return d.String() + held(&r.log, chunkBytesMax)
}

func dumpMember(m *member) string { return fmt.Sprintf("member %+v\n", *m) }

func sortedKeys[K ~string | ~uint64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
