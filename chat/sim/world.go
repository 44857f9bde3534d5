package sim

import (
	"context"
	"fmt"
	"log/slog"
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
	ln      *listener
	server  *chat.Server
	profile check.Profile

	clients  []*client // in the order of their connecting; the first observes
	observer *client
	stepNo   int
	calm     int // no operation up to this step hurries
	op       Op
	chance   source // of this step
	marks    Marks
	troubles troubles
	ledger   ledger
	found    []check.Violation

	serveErr  error
	served    bool
	stopErr   error
	stopping  bool     // a stop has begun
	stopped   bool     // and is over
	kicked    []string // names, since all was quiet
	unsettled int      // bytes said since all was quiet
}

// port is where the server listens.
const port = "10.0.0.1:8989"

func newWorld(o Options, e engine) *world {
	w := &world{opts: o, engine: e}
	w.clock = newClock(e.runtime().Go)
	w.net = netfake.New(netfake.Config{Clock: w.clock, Runtime: e.runtime()})
	ln, err := w.net.Listen(port)
	if err != nil {
		panic(err)
	}
	w.ln = &listener{Listener: ln, troubles: &w.troubles}
	if !e.together() {
		w.ln.gate = &gate{}
	}
	w.profile = profileOf(&o)
	w.server, err = chat.New(w.config())
	if err != nil {
		panic(fmt.Sprintf("sim: options %+v: %v", o, err))
	}
	e.runtime().Go("serve", func() {
		w.serveErr = w.server.Serve(w.ln)
		w.served = true
	})
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
		Clock:      serverClock{w.clock},
		Runtime:    w.engine.runtime(),
		Logger:     slog.New(quietHandler{}),
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
	}
	if o.Kick > 0 {
		c.Slow = chat.SlowKick
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
	w.stepNo++
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
	for w.ln.gate != nil && w.ln.gate.open() {
		w.engine.settle()
	}
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
		w.fire(due)
		w.quiet()
	}
	w.clock.set(end)
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

// quietHandler is a log nobody reads.
type quietHandler struct{}

func (quietHandler) Enabled(context.Context, slog.Level) bool  { return true }
func (quietHandler) Handle(context.Context, slog.Record) error { return nil }
func (h quietHandler) WithAttrs([]slog.Attr) slog.Handler      { return h }
func (h quietHandler) WithGroup(string) slog.Handler           { return h }
