package sim

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/check"
	"example.com/chatd/chat/netfake"
)

// A world is a server, its network and its clients, in one run of one schedule.
// Its methods run outside any task of the world: the driver.
type world struct {
	opts    Options
	engine  engine
	clock   *clock
	net     *netfake.Network
	ln      *listener // of the first door
	doors   []*door
	gate    *gate // nil: failures need none
	server  *chat.Server
	profile check.Profile

	clients  []*client // in the order of their connecting; the first observes
	byID     map[int]*client
	observer *client
	reading  *reading
	stepNo   int
	calm     int // no operation up to this step hurries
	op       Op
	chance   source // of this step
	marks    Marks
	troubles troubles
	ledger   ledger
	found    []check.Violation

	stopping   bool    // a stop has begun
	stopped    bool    // and is over
	ending     *ending // the context of the Shutdown; nil: there is none
	unobserved bool    // the observer is gone before the stop
	cuts       []*cut  // partitions that stand
	backlog    bool    // few may wait to be accepted
	conns      []*netfake.Conn
	commands   bool // the network moves nothing by itself
	fuse       fuse
	fuseStep   int
	victims    victims
	fallen     int           // victims found
	stepNow    atomic.Int64  // stepNo, for tasks
	halting    atomic.Bool   // stopping, for tasks
	kicked     []string      // names, since all was quiet
	clogged    time.Duration // until when somebody is
	calmAt     atomic.Int64  // the time from which all tasks that run have begun: none was held since
	unsettled  int           // bytes said since all was quiet
}

// port is where the server listens.
const port = "10.0.0.1:8989"

func newWorld(o Options, e engine) *world {
	w := &world{opts: o, engine: e, reading: readings.Get().(*reading)}
	w.clock = newClock(e.runtime().Go)
	w.commands = o.Command > 0 && e.together()
	w.byID = make(map[int]*client)
	w.net = netfake.New(netfake.Config{Clock: w.clock, Runtime: e.runtime(), Command: w.commands, Seed: o.Seed})
	if !e.together() {
		w.gate = &gate{}
	}
	w.profile = profileOf(&o)
	var err error
	w.server, err = chat.New(w.config())
	if err != nil {
		panic(fmt.Sprintf("sim: options %+v: %v", o, err))
	}
	w.ln = w.open(port).ln
	w.chance = newSource(o.Seed, 's')
	w.settle()
	w.observe()
	return w
}

// config is the server's configuration under the options.
func (w *world) config() chat.Config {
	o := &w.opts
	interval, burst := o.rate()
	c := chat.Config{
		Clock:      brittleClock{serverClock{w.clock}, &w.fuse},
		Runtime:    brittleRuntime{w.engine.runtime(), w},
		Logger:     slog.New(logHandler{w}),
		MaxMessage: o.maxMessage(),

		TranscriptBytes: o.transcriptBytes(),
		History:         o.History,
		MaxClients:      o.MaxClients,
		MaxPending:      o.MaxPending,
		MaxPerIP:        o.MaxPerIP,
		NameAttempts:    o.NameAttempts,
		MaxRenames:      o.MaxRenames,
		RateInterval:    interval,
		RateBurst:       burst,
		LoginTimeout:    o.login(),
		IdleTimeout:     o.idle(),
		WriteTimeout:    o.write(),
		LingerTimeout:   o.linger(),
		DrainTimeout:    o.drain(),
	}
	if o.Kick > 0 {
		c.Slow = chat.SlowKick
	}
	if o.skew != nil {
		o.skew(&c)
	}
	return c
}

// observe lets the first client in: it reads everything, always, and says nothing.
func (w *world) observe() {
	w.observer = w.connect("10.0.0.250")
	w.observer.obs.Observer = true
	w.observer.line("observer")
	w.quiet()
}

// step carries out one operation.
func (w *world) step(op Op) {
	w.nextStep()
	w.op = op
	w.chance = newSource(uint64(op.Salt), 's')
	w.engine.begin(w.stepNo, op.Salt)
	opSpecs[op.Kind].apply(w, op)
	hurry := w.hurries(op)
	if hurry {
		w.engine.some()
		w.marks.hit(MarkHurried)
		w.readAll()
		return
	}
	w.quiet()
	w.ledger.calm = append(w.ledger.calm, w.stepNo)
}

func (w *world) nextStep() {
	w.stepNo++
	w.stepNow.Store(int64(w.stepNo))
}

// hurries says whether the next operation comes before this one is over. What comes
// at the same moment as a timer is of interest, so that is tried more often.
func (w *world) hurries(op Op) bool {
	if !w.engine.hurries() || w.stepNo <= w.calm || w.unsettled >= w.hurryMax() {
		return false
	}
	return w.opts.Hurrying > 0 && w.chance.one(w.opts.Hurrying) || op.Kind == opTick && w.chance.one(2)
}

// hurryMax is how much may be said before the observer must have read it: with a
// small transcript it would be overtaken like anybody else.
func (w *world) hurryMax() int {
	if !w.opts.smallTranscript() {
		return 1 << 20
	}
	return 2 * longestLine(w.opts.maxMessage())
}

// settle runs the tasks until nothing can run.
func (w *world) settle() {
	w.engine.settle()
	for w.gate != nil && w.gate.open() || w.carry() {
		w.engine.settle()
	}
	w.noteVictims()
	w.calmAt.Store(int64(w.clock.Elapsed()))
	w.unsettled, w.kicked = 0, w.kicked[:0]
}

// quiet lets all tasks run and all clients read until nothing changes any more.
func (w *world) quiet() {
	for n := 0; ; n++ {
		w.settle()
		if !w.readAll() {
			break
		}
		if n > 100_000 {
			w.violate("R4", 16, "the clients never come to an end of reading")
			return
		}
	}
	w.ledger.check(w)
}

// readAll lets each client read what it would; it reports whether any did.
func (w *world) readAll() (any bool) {
	for _, c := range w.clients {
		if c.mode == readsAll && c.read(1<<30) {
			any = true
		}
	}
	return any
}

// pass moves the time on, from timer to timer. The observer presses enter now and
// then, or it would be idle.
func (w *world) pass(d time.Duration) {
	end := w.clock.Elapsed() + d
	for !w.broken() {
		stop := min(end, w.observer.lastLine+w.opts.idle()/2)
		if stop <= w.clock.Elapsed() && stop < end {
			w.keepAwake()
			continue
		}
		w.passTo(stop)
		if stop == end {
			return
		}
	}
}

func (w *world) keepAwake() {
	w.observer.line("")
	w.observer.lastLine = w.clock.Elapsed()
	w.quiet()
}

// passTo moves the time on to a moment, from timer to timer.
func (w *world) passTo(end time.Duration) {
	w.quiet()
	for !w.broken() {
		due, ok := w.clock.next()
		if !ok || due > end {
			break
		}
		w.calmAt.Store(int64(due))
		w.fire(due)
		w.quiet()
	}
	w.clock.set(end)
	w.calmAt.Store(int64(end))
	w.noteIdle()
}

// fire sets off what is due at a moment: one timer, or, where that is still the
// same for a seed, all of them.
func (w *world) fire(due time.Duration) {
	w.clock.set(due)
	w.noteIdle()
	n := 0
	for w.clock.fire(due) {
		n++
		if !w.engine.together() {
			break
		}
	}
	if n > 1 {
		w.marks.hit(MarkTimersTogether)
	}
}

// noteIdle writes down whom the server may end for being idle from now on.
func (w *world) noteIdle() {
	now := w.clock.Elapsed()
	for _, c := range w.clients {
		if !c.mayIdle && now-c.lastLine >= w.opts.idle() {
			c.mayIdle = true
			c.cause("idle")
		}
	}
}

// broken says whether the world is past saving: going on may hang.
func (w *world) broken() bool { return len(w.engine.failures()) > 0 || len(w.found) > 20 }

func (w *world) violate(promise string, oracle int, format string, args ...any) {
	w.found = append(w.found, check.Violation{
		Promise: promise, Oracle: oracle, Line: -1,
		Sentence: fmt.Sprintf(format, args...) + fmt.Sprintf(" (step %d, %v)", w.stepNo, w.clock.Elapsed()),
	})
}
