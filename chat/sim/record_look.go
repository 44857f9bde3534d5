package sim

import (
	"fmt"
	"time"

	"example.com/chatd/chat/check"
)

// seen is what the recorder saw of a client when it last looked.
type seen struct {
	client       *client
	up, down     pipe
	read         int // of the client's lines sent
	mode         readMode
	dribbles     bool
	shut, gone   bool
	faulted      bool
	panicked     bool
	serverClosed bool
	end          check.End
	bands        map[string]int // those that last, by what they are
}

// look writes down what has changed: first what clients did, then what the server
// read, what it wrote, and what clients read of that.
func (r *recorder) look(task string) {
	if r.world == nil {
		return
	}
	r.meet()
	m := moment{r: r, task: task}
	r.each(&m, (*recorder).clientActs)
	r.each(&m, (*recorder).serverReads)
	r.each(&m, (*recorder).serverWrites)
	r.each(&m, (*recorder).clientReads)
	r.server(&m)
}

// glance looks at what the clients did, before the server has had its turn. Where
// tasks are goroutines some may be running, and only the clients stand still.
func (r *recorder) glance() {
	if r.turns != nil {
		r.look("")
		return
	}
	if r.world == nil {
		return
	}
	r.meet()
	m := moment{r: r}
	r.each(&m, (*recorder).clientActs)
	r.each(&m, (*recorder).clientReads)
}

// A moment is a row in the making: it takes none while nothing is in it.
type moment struct {
	r     *recorder
	task  string
	row   int
	taken bool
}

func (m *moment) at() int {
	if !m.taken {
		m.row, m.taken = m.r.row(), true
	}
	return m.row
}

// each begins a new moment and asks one thing of all clients.
func (r *recorder) each(m *moment, ask func(*recorder, *moment, int)) {
	m.taken = false
	for i := range r.seen {
		ask(r, m, i)
	}
}

// meet gives newcomers a lane.
func (r *recorder) meet() {
	for len(r.seen) < len(r.world.clients) {
		r.seen = append(r.seen, &seen{client: r.world.clients[len(r.seen)], bands: map[string]int{}})
		r.rec.lanes = append(r.rec.lanes, track{from: -1})
	}
}

func (r *recorder) clientActs(m *moment, i int) {
	s, l := r.seen[i], &r.rec.lanes[i]
	c := s.client
	if l.from < 0 {
		l.from = m.at()
		r.point(m, i, "connects")
	}
	if n := c.conn.Probe().Sent.Written; n > s.up.written {
		s.up.write(n, m.at())
	}
	for ; s.read < len(c.obs.Sent); s.read++ {
		s.up.say(&c.obs.Sent[s.read])
	}
	r.clientChanges(m, i)
}

// clientChanges turns what a client is into bands.
func (r *recorder) clientChanges(m *moment, i int) {
	s := r.seen[i]
	c := s.client
	if c.mode != s.mode {
		r.band(m, i, "does not read", c.mode == readsNone)
		r.band(m, i, "reads a little at a time", c.mode == readsSlow)
		s.mode = c.mode
	}
	if c.dribbles != s.dribbles {
		s.dribbles = c.dribbles
		r.band(m, i, "types in pieces", c.dribbles)
	}
	if c.shut != s.shut {
		s.shut = c.shut
		r.band(m, i, "half-closed", c.shut)
	}
	if c.gone && !s.gone && c.obs.End == check.Gone {
		r.point(m, i, [...]string{"closes", "resets", "vanishes"}[wayOf(r.world.op.Kind)])
		r.band(m, i, "gone", true)
	}
	s.gone = s.gone || c.gone
	if c.faulted && !s.faulted {
		s.faulted = true
		if text := misfortunes[r.world.op.Kind]; text != "" {
			r.point(m, i, text)
		}
	}
	if !s.panicked && c.trouble.struck.Load() > 0 {
		s.panicked = true
		r.point(m, i, "its connection panics")
	}
}

func wayOf(k Kind) int {
	switch k {
	case opReset:
		return 1
	case opVanish:
		return 2
	}
	return 0
}

// misfortunes are what operations do to a client that is not its own doing.
var misfortunes = map[Kind]string{
	opFailWrite: "a write to it will fail",
	opPanic:     "its connection will panic",
	opKick:      "is kicked",
}

func (r *recorder) serverReads(m *moment, i int) {
	s := r.seen[i]
	if n := s.client.conn.Probe().Sent.Delivered; n > s.up.read {
		r.rec.packets = append(r.rec.packets, s.up.take(n, m.at(), i, true, m.task)...)
	}
}

func (r *recorder) serverWrites(m *moment, i int) {
	s := r.seen[i]
	p := s.client.conn.Peer().Probe()
	if p.Sent.Written > s.down.written {
		s.down.write(p.Sent.Written, m.at())
		s.down.by(m.task)
	}
	if p.Closed && !s.serverClosed {
		s.serverClosed = true
		r.rec.lanes[i].to = m.at()
		for text := range s.bands {
			r.endBand(i, text, m.at())
		}
	}
}

func (r *recorder) clientReads(m *moment, i int) {
	s := r.seen[i]
	c := s.client
	if n := int64(len(c.obs.Bytes)); n > s.down.read {
		if n > s.down.written { // by a goroutine that went on meanwhile
			s.down.write(n, m.at())
		}
		r.rec.packets = append(r.rec.packets, s.down.take(n, m.at(), i, false, "")...)
	}
	if c.obs.End != s.end {
		s.end = c.obs.End
		if text := [...]string{"", "reads the end", "is reset", ""}[s.end]; text != "" {
			r.point(&moment{r: r}, i, text) // behind what it read
		}
	}
}

// server writes down what is nobody's else.
func (r *recorder) server(m *moment) {
	w := r.world
	m.taken = false
	if w.stopping && r.stopBand < 0 {
		r.stopBand = len(r.rec.bands)
		r.rec.bands = append(r.rec.bands, band{-1, m.at(), -1, "stops"})
	}
	if w.stopped && !r.stopped {
		r.stopped = true
		r.rec.bands[r.stopBand].to = m.at()
		r.point(m, -1, "has stopped")
	}
	for ; r.found < len(w.found); r.found++ {
		v := w.found[r.found]
		r.rec.notes = append(r.rec.notes, note{-1, m.at(), v.String()})
	}
}

// worldOp writes down operations that are no client's.
func (r *recorder) worldOp(op Op) {
	m := moment{r: r}
	switch op.Kind {
	case opAccept:
		r.point(&m, -1, "accepting fails")
	case opWall:
		r.point(&m, -1, fmt.Sprintf("the wall clock steps by %v", time.Duration(op.A-32)*time.Minute))
	}
}

func (r *recorder) point(m *moment, lane int, text string) {
	r.rec.points = append(r.rec.points, point{lane, m.at(), text})
}

// band begins or ends what lasts for a client.
func (r *recorder) band(m *moment, i int, text string, on bool) {
	_, was := r.seen[i].bands[text]
	switch {
	case on && !was:
		r.seen[i].bands[text] = len(r.rec.bands)
		r.rec.bands = append(r.rec.bands, band{i, m.at(), -1, text})
	case !on && was:
		r.endBand(i, text, m.at())
	}
}

func (r *recorder) endBand(i int, text string, row int) {
	r.rec.bands[r.seen[i].bands[text]].to = row
	delete(r.seen[i].bands, text)
}
