package sim

import (
	"fmt"
	"time"
)

// A Recording is a run that was watched: its result, and what passed between the
// clients and the server, in the order in which it did. It is drawn by
// [Recording.HTML] and [Recording.SVG] and told by [Recording.Log]; all three are
// the same for the same seed.
type Recording struct {
	*Result
	rows    []row
	lanes   []track
	packets []packet
	bands   []band
	points  []point
	notes   []note
}

// A row is one moment: what is in it happened together.
type row struct {
	step int
	at   time.Duration
	op   string // of the first row of a step: what begins
}

// A track is the lane of a client; lanes[0] is the observer's.
type track struct {
	name     string // "c2 Robert"
	from, to int    // rows; to: where the server had closed too
}

// A packet is bytes that were written together and read together. The rows are
// when that was; to is -1 for what nobody ever read.
type packet struct {
	lane      int
	up        bool // to the server
	from, to  int
	a, b      int64 // which bytes of all that went this way
	label     string
	lines     int // that it ends
	title     string
	task      string // of the server, which wrote or read it, where that is known
	violation string
}

// A band is something that lasts. lane is -1 for the server.
type band struct {
	lane, from, to int // to is -1 while it lasts
	text           string
}

// A point is something that happens at once.
type point struct {
	lane, row int
	text      string
}

// Record carries out a schedule as Run does, and watches: after each turn of each
// task it looks who has written and read what.
func (s *Serial) Record(schedule *Schedule) *Recording {
	o := &schedule.Options
	s.serial.reset(o.Seed, o.Switching, o.Holding)
	defer s.serial.abandon()
	rec := record(schedule, &serialEngine{&s.serial}, &s.serial)
	rec.Order = uint64(s.serial.order)
	rec.Picks = s.serial.picks
	return rec
}

// Record carries out a schedule as Run does, and watches: whenever all is quiet.
func (p *Parallel) Record(schedule *Schedule) *Recording {
	return record(schedule, &parallelEngine{wait: p.Wait, storm: p.Storm}, nil)
}

// record is run with a watcher between the world and its engine.
func record(s *Schedule, e engine, turns *serial) *Recording {
	r := &recorder{engine: e, turns: turns, rec: &Recording{}, schedule: s}
	r.begin(0, uint32(s.Options.Seed))
	w := newWorld(s.Options, r)
	w.calm = s.calm
	r.watch(w)
	for _, op := range s.Ops {
		if w.broken() {
			break
		}
		w.step(op)
	}
	w.heal()
	w.end()
	r.look("")
	w.judge()
	r.rec.Result = w.result(s)
	r.finish()
	return r.rec
}

// A recorder is an engine that looks at the world whenever it may have changed.
type recorder struct {
	engine
	turns    *serial // nil: nobody chooses whose turn it is
	rec      *Recording
	schedule *Schedule
	world    *world // nil until there is one
	seen     []*seen
	calm     int // beginnings behind the last operation
	found    int // violations seen
	op       string
	stopBand int // index of the band, -1 for none
	stopped  bool
}

func (r *recorder) watch(w *world) {
	r.world, r.stopBand = w, -1
	r.op = "the observer comes in"
	r.look("")
}

// begin implements engine.
func (r *recorder) begin(step int, salt uint32) {
	r.glance()
	r.engine.begin(step, salt)
	if r.world == nil {
		return
	}
	r.show()
	if step <= len(r.schedule.Ops) {
		op := r.schedule.Ops[step-1]
		r.op = fmt.Sprintf("%s %d %d %d", op.Kind, op.A, op.B, op.C)
		r.worldOp(op)
		return
	}
	r.op = [...]string{"all faults end", "the server stops"}[min(r.calm, 1)]
	r.calm++
}

// settle implements engine.
func (r *recorder) settle() {
	r.glance()
	if r.turns == nil {
		r.engine.settle()
		r.look("")
		return
	}
	s := r.turns
	s.release(true)
	for n := 0; len(s.ready) > 0; n++ {
		if n == picksMax {
			r.engine.settle() // which gives up, and says so
			return
		}
		r.turn()
		if len(s.ready) == 0 {
			s.release(true)
		}
	}
}

// some implements engine.
func (r *recorder) some() {
	r.glance()
	if r.turns == nil || r.turns.plan != nil {
		r.engine.some()
		return
	}
	s := r.turns
	s.release(false)
	for n := s.chance.n(16); n > 0 && len(s.ready) > 0; n-- {
		r.turn()
	}
}

// turn gives one turn and looks what came of it.
func (r *recorder) turn() {
	t := r.turns.next()
	name := t.String()
	r.turns.give(t)
	r.look(name)
}

// row begins a moment and returns its number.
func (r *recorder) row() int {
	r.rec.rows = append(r.rec.rows, row{step: r.world.stepNo, at: r.world.clock.Elapsed(), op: r.op})
	r.op = ""
	return len(r.rec.rows) - 1
}

// show gives an operation a row of its own that came to nothing.
func (r *recorder) show() {
	if r.op != "" {
		r.world.stepNo-- // the step that is over
		r.row()
		r.world.stepNo++
	}
}

// finish puts the texts to the packets and the violations to what broke them.
func (r *recorder) finish() {
	last := max(len(r.rec.rows)-1, 0)
	for i := range r.rec.bands {
		if b := &r.rec.bands[i]; b.to < 0 {
			b.to = last
		}
	}
	for i, s := range r.seen {
		l := &r.rec.lanes[i]
		l.name = s.client.obs.Client
		if i == 0 {
			l.name += " observer"
		} else if s.client.name != "" {
			l.name += " " + s.client.name
		}
		if !s.serverClosed {
			l.to = last
		}
		r.rec.packets = append(r.rec.packets, s.up.rest(i, true)...)
		r.rec.packets = append(r.rec.packets, s.down.rest(i, false)...)
	}
	r.rec.spell(&r.world.profile)
	for _, v := range r.rec.Violations {
		r.rec.blame(&r.world.profile, v)
	}
}
