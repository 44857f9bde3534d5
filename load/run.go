package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Run is one load of one server. New checks what is asked for, Do does it, once;
// Snapshot and Note may be called meanwhile, from any goroutine.
type Run struct {
	cfg    Config
	plan   *Plan
	proto  *protocol
	ledger *ledger
	echo   echo
	meters meters

	epoch  time.Time
	offset atomic.Int64  // of the beginning of the warm-up behind epoch
	closed chan struct{} // everything ends
	drain  chan struct{} // nothing more is sent

	draining  atomic.Bool
	begun     atomic.Bool
	sent      atomic.Int64
	dueCount  atomic.Int64 // messages the plan had until now
	delivered atomic.Int64
	lastDeliv atomic.Int64 // when, in microseconds of the run
	connects  atomic.Int64
	refused   atomic.Int64
	flow      flow

	mu        sync.Mutex
	members   []*member // all there ever were that came inside or tried
	current   []*member // of the clients, by place
	extras    []*member
	talkers   []*talker
	events    []Event
	broken    []Broken
	seconds   []Second
	gone      []*member // disconnected by the server
	number    int
	server    *scraper
	stall     stallFigures
	tasks     sync.WaitGroup
	crowd     sync.WaitGroup // of those that bring members in and out
	drained   bool           // what was said had its time to arrive
	uncertain int64          // messages that the server may never have read
	cpu       cpuUse
	freezing  *Event
	reasons   map[string]int64
	firstDrop time.Duration
}

// stallFigures are p99 of deliver before and after the stalled readers stalled.
type stallFigures struct {
	at     time.Duration
	before float64
}

// New checks the configuration. The error names the field, its value and what is
// allowed.
func New(c Config) (*Run, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Run{
		cfg: c, proto: protocols[c.Proto], plan: newPlan(&c),
		epoch: time.Now(), closed: make(chan struct{}), drain: make(chan struct{}), reasons: map[string]int64{},
	}
	r.plan.cfg = &r.cfg
	r.ledger = newLedger(r.plan.run, c.Senders, int(c.Rate*c.length().Seconds())+1)
	r.ledger.loose = !r.proto.oneOrder
	r.current = make([]*member, 0, c.most())
	for range 2 * runtime.GOMAXPROCS(0) {
		r.meters = append(r.meters, newMeter())
	}
	r.flow.init(r)
	return r, nil
}

// Length is how long warm-up and stages take.
func (r *Run) Length() time.Duration { return r.cfg.length() }

// now is the time since the beginning of the warm-up.
func (r *Run) now() time.Duration { return time.Since(r.epoch) - time.Duration(r.offset.Load()) }

// at is a time of the run as reports have it: seconds since the first stage.
func (r *Run) at(d time.Duration) float64 { return (d - r.cfg.Warmup).Seconds() }

// Note adds an event, now, to the report. Its At is filled in.
func (r *Run) Note(e Event) {
	e.At = r.at(r.now())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(e)
}

// eventsMax bounds the events of a report.
const eventsMax = 500

func (r *Run) note(e Event) {
	if len(r.events) < eventsMax {
		r.events = append(r.events, e)
	}
}

// brokenMax is how many broken guarantees a report tells of.
const brokenMax = 20

func (r *Run) found(m *member) func(promise, sentence string) {
	return func(promise, sentence string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.broken) < brokenMax {
			r.broken = append(r.broken, Broken{At: r.at(r.now()), Promise: promise, Client: m.name, Sentence: sentence})
		}
	}
}

type numberKey struct{}

// Number is the number of the client that Config.Dial opens a connection for, the same
// for the same seed.
func Number(ctx context.Context) uint64 {
	n, _ := ctx.Value(numberKey{}).(uint64)
	return n
}

// newMember makes a member. sender is -1 for one that only reads.
func (r *Run) newMember(sender int, c class) *member {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &member{run: r, number: r.number, class: c, sender: sender}
	m.name = fmt.Sprintf("u%04x_%d", uint16(r.ledger.run), r.number)
	r.number++
	m.meter = r.meters[m.number%len(r.meters)]
	if c == healthy {
		m.follower = follower{echo: &r.echo, own: sender}
	}
	m.judge = newJudge(r.ledger, sender, r.found(m))
	m.joined, m.done, m.resume = make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
	r.members = append(r.members, m)
	return m
}

// join starts a member and waits until it is inside or is not let in.
func (r *Run) join(ctx context.Context, m *member) error {
	m.start(context.WithValue(ctx, numberKey{}, uint64(m.number)))
	select {
	case <-m.joined:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !m.inside.Load() {
		if m.refusal == nil {
			return errors.New("disconnected at once")
		}
		return m.refusal
	}
	if m.sender >= 0 {
		r.talkers[m.sender].by(m)
	}
	return nil
}

// lost notes that the server disconnected a member.
func (r *Run) lost(m *member) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = append(r.gone, m)
	if m.sender >= 0 && r.talkers[m.sender].speaker() == m {
		r.talkers[m.sender].by(nil)
	}
	if len(r.gone) == 1 {
		r.firstDrop = now
	}
	words := m.notice
	if words != "" {
		r.reasons[words]++
	}
	if len(r.gone) <= 20 {
		text := m.name + " was disconnected"
		if words != "" {
			text += ": " + words
		}
		r.note(Event{At: r.at(now), Kind: "gone", Text: text})
	}
}

// received notes deliveries that count.
func (r *Run) received(n int64, now time.Duration, m *member) {
	total := r.delivered.Add(n)
	r.lastDeliv.Store(now.Microseconds())
	if r.cfg.Mode == ModeBurst {
		r.flow.progress(total)
		return
	}
	m.meter.mu.Lock()
	if t := m.meter.second(int(now / time.Second)); t != nil {
		t.delivered += n
	}
	m.meter.mu.Unlock()
}

// Do carries the run out. When ctx ends, it ends with what there is, as partial. The
// error is ctx's never: what goes wrong is in the result's verdict.
func (r *Run) Do(ctx context.Context) (*Result, error) {
	started := time.Now()
	for s := range r.cfg.Senders {
		r.talkers = append(r.talkers, newTalker(r, s))
	}
	defer r.close()
	r.server = startScraper(r)
	if err := r.enter(ctx); err != nil {
		return r.unreachable(ctx, started, err), nil
	}
	if invalid := r.preflight(ctx); len(invalid) > 0 {
		return r.distorted(started, invalid), nil
	}
	for i, t := range r.talkers {
		r.tasks.Go(func() { t.talk(r.meters[i%len(r.meters)]) })
	}
	r.offset.Store(int64(time.Since(r.epoch)))
	r.begun.Store(true)
	r.sample(0, 0)
	r.cpu.begin(r)
	work, stop := context.WithCancel(ctx)
	defer stop()
	r.crowd.Go(func() { r.watch(work) })
	if r.cfg.Mode == ModeRun {
		r.crowd.Go(func() { r.population(work) })
		r.crowd.Go(func() { r.announceStages(work) })
	}
	var err error
	if r.cfg.Mode == ModeBurst {
		r.startStages()
		err = r.burst(work)
	} else {
		err = r.schedule(work)
	}
	r.cpu.end(r)
	r.sample(int64(r.server.value(residentBytes)), int64(r.server.value(goroutines)))
	r.Note(Event{Kind: "drain", Text: "nothing more is sent"})
	if err == nil {
		r.finishDrain(ctx)
	}
	if err == nil && !r.cfg.Reconnect && r.emptied() {
		err = errTargetGone
	}
	stop()
	r.crowd.Wait() // or somebody might come in behind the close
	interrupted := ctx.Err() != nil
	r.uncertain = r.settle()
	r.server.stop() // or a reading begun earlier might end behind the last one
	r.server.takeNow()
	r.close()
	return r.result(started, interrupted, err), nil
}

// startStages is the end of the warm-up.
func (r *Run) startStages() {
	if r.cfg.OnStart != nil {
		r.cfg.OnStart()
	}
}

// close ends all connections and waits for all goroutines.
func (r *Run) close() {
	select {
	case <-r.closed:
		return
	default:
	}
	r.mu.Lock()
	members := slices.Clone(r.members)
	r.mu.Unlock()
	for _, m := range members {
		m.ended.Store(true) // before anything wakes them: the server did not do it
	}
	close(r.closed)
	r.endSending()
	for _, m := range members {
		m.end()
	}
	for _, m := range members {
		if m.done != nil {
			<-m.done
		}
	}
	r.server.stop()
	r.tasks.Wait()
}

func (r *Run) endSending() {
	if r.draining.Swap(true) {
		return
	}
	close(r.drain)
	for _, t := range r.talkers {
		t.stop()
	}
}

// enter brings the clients inside that are there from the beginning: the first alone, to
// see whether the server can be reached and speaks the protocol.
func (r *Run) enter(ctx context.Context) error {
	first := r.newMember(r.senderAt(0), r.classAt(0))
	if err := r.join(ctx, first); err != nil {
		return err
	}
	r.mu.Lock() // Snapshot may be called already
	r.current = append(r.current, first)
	r.mu.Unlock()
	n := r.plan.clientsAt(0)
	if r.cfg.Mode == ModeBurst {
		n = r.cfg.most()
	}
	r.grow(ctx, n)
	for range r.cfg.Stall {
		r.extra(ctx, stalledReader)
	}
	for range r.cfg.Flood {
		r.extra(ctx, flooder)
	}
	return ctx.Err()
}

func (r *Run) extra(ctx context.Context, c class) {
	m := r.newMember(-1, c)
	if r.join(ctx, m) != nil {
		return
	}
	r.mu.Lock()
	r.extras = append(r.extras, m)
	r.mu.Unlock()
}

// senderAt is who talks at a place among the clients: the first ones.
func (r *Run) senderAt(place int) int {
	if place < r.cfg.Senders {
		return place
	}
	return -1
}

func (r *Run) classAt(place int) class {
	if place >= r.cfg.most()-r.cfg.slowClients() {
		return slowReader
	}
	return healthy
}

// grow brings clients inside until there are n, some at the same time.
func (r *Run) grow(ctx context.Context, n int) {
	r.mu.Lock()
	from := len(r.current)
	for i := from; i < n; i++ {
		r.current = append(r.current, nil)
	}
	r.mu.Unlock()
	arriving := make(chan *member)
	var tasks sync.WaitGroup
	for range min(r.cfg.Connecting, max(n-from, 0)) {
		tasks.Go(func() {
			for m := range arriving {
				_ = r.join(ctx, m) // who is refused is counted
			}
		})
	}
	for place := from; place < n && ctx.Err() == nil; place++ {
		arriving <- r.seat(place)
	}
	close(arriving)
	tasks.Wait()
}

// seat puts a new member at a place, to be joined. One goroutine at a time does so: who
// has which name must not depend on luck.
func (r *Run) seat(place int) *member {
	m := r.newMember(r.senderAt(place), r.classAt(place))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current[place] = m
	return m
}

// unreachable is the verdict when not even one client comes inside.
func (r *Run) unreachable(ctx context.Context, started time.Time, err error) *Result {
	res := r.blank(started)
	res.Totals.Connects, res.Totals.Refused = r.connects.Load(), r.refused.Load()
	if ctx.Err() != nil {
		res.Verdict = Verdict{Code: codeInterrupted, Text: "Interrupted before the first client was inside.", Partial: true}
		return res
	}
	res.Verdict = Verdict{Code: codeUnreachable, Partial: true}
	var refused *refusedError
	var foreign *foreignError
	var op *net.OpError
	switch {
	case errors.As(err, &refused):
		res.Verdict.Text = fmt.Sprintf("%s lets nobody in: it says %q%s.", r.cfg.Addr, refused.words, lift(refused.words))
	case errors.As(err, &foreign):
		res.Verdict.Text = fmt.Sprintf("%s does not speak the protocol %q: %s.", r.cfg.Addr, r.cfg.Proto, foreign.text)
	case errors.As(err, &op):
		res.Verdict.Text = fmt.Sprintf("%s cannot be reached: %v.", r.cfg.Addr, err)
	default:
		res.Verdict.Text = fmt.Sprintf("%s lets nobody in: %v.", r.cfg.Addr, err)
	}
	return res
}

// distorted is the verdict when the server's limits would be measured and not the server.
func (r *Run) distorted(started time.Time, why []string) *Result {
	res := r.blank(started)
	res.Totals.Connects, res.Totals.Refused = r.connects.Load(), r.refused.Load()
	res.Verdict = Verdict{Code: codeInvalid, Text: "Not run: the server's own limits would be measured. " + why[0] + ".", Invalid: why, Partial: true}
	return res
}
