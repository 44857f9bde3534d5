package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

var errTargetGone = errors.New("the target is gone")

// schedule hands every message to its sender when it is due, whatever the server does.
func (r *Run) schedule(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	started := false
	for {
		m, ok := r.plan.next()
		due := m.due
		if !ok {
			due = r.cfg.length()
		}
		if !started && due >= r.cfg.Warmup {
			if err := r.waitUntil(ctx, timer, r.cfg.Warmup); err != nil {
				return err
			}
			started = true
			r.startStages()
		}
		if err := r.waitUntil(ctx, timer, due); err != nil {
			return err
		}
		if !ok {
			return nil
		}
		r.dueCount.Add(1)
		r.talkers[m.sender].say(m)
	}
}

// waitUntil waits for a time of the run. When everybody has been disconnected and nobody
// comes back there is nothing left to wait for.
func (r *Run) waitUntil(ctx context.Context, timer *time.Timer, due time.Duration) error {
	for {
		wait := due - r.now()
		if wait <= 0 {
			return ctx.Err()
		}
		timer.Reset(min(wait, 100*time.Millisecond))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		if !r.cfg.Reconnect && r.emptied() {
			return errTargetGone
		}
	}
}

// emptied says whether the server has disconnected everybody.
func (r *Run) emptied() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.gone) == 0 {
		return false
	}
	for _, m := range r.current {
		if m != nil && m.inside.Load() {
			return false
		}
	}
	return true
}

// population is who is there: clients come and go with the stages, are replaced by
// churn, come back, stall and flood.
func (r *Run) population(ctx context.Context) {
	chance := rand.New(rand.NewPCG(r.cfg.Seed, 'c'))
	nextChurn := time.Duration(-1)
	if r.cfg.Churn > 0 {
		nextChurn = r.cfg.Warmup + churnStep(chance, r.cfg.Churn)
	}
	stallAt := r.cfg.Warmup + (r.cfg.length()-r.cfg.Warmup)/4
	stalled := false
	var tasks sync.WaitGroup
	defer tasks.Wait()
	slots := make(chan struct{}, r.cfg.Connecting)
	replace := func(place int) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		m := r.seat(place)
		tasks.Go(func() {
			_ = r.join(ctx, m) // who is refused is counted
			<-slots
		})
	}
	for _, m := range r.extras {
		if m.class == flooder {
			tasks.Go(func() { r.flood(ctx, m) })
		}
	}
	tick := time.NewTicker(populationTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.drain:
			return
		case <-tick.C:
		}
		now := r.now()
		if !stalled && now >= stallAt && r.cfg.Stall > 0 {
			stalled = true
			r.stallNow(now)
		}
		r.resize(r.plan.clientsAt(now), replace)
		for nextChurn >= 0 && now >= nextChurn {
			r.churn(chance, replace)
			nextChurn += churnStep(chance, r.cfg.Churn)
		}
		if r.cfg.Reconnect {
			r.bringBack(replace)
		}
	}
}

const populationTick = 20 * time.Millisecond

func churnStep(chance *rand.Rand, rate float64) time.Duration {
	return time.Duration(chance.ExpFloat64() / rate * float64(time.Second))
}

// resize makes the clients n.
func (r *Run) resize(n int, replace func(int)) {
	r.mu.Lock()
	from := len(r.current)
	var leaving []*member
	for len(r.current) > max(n, 1) {
		leaving = append(leaving, r.current[len(r.current)-1])
		r.current = r.current[:len(r.current)-1]
	}
	for len(r.current) < n {
		r.current = append(r.current, nil)
	}
	to := len(r.current)
	r.mu.Unlock()
	for _, m := range leaving {
		if m != nil {
			r.leave(m)
		}
	}
	for place := from; place < to; place++ {
		replace(place)
	}
}

func (r *Run) leave(m *member) {
	if m.sender >= 0 {
		r.talkers[m.sender].by(nil)
	}
	m.end()
}

// churn replaces one client that neither talks nor is slow, and not the first of those.
func (r *Run) churn(chance *rand.Rand, replace func(int)) {
	r.mu.Lock()
	from, to := max(r.cfg.Senders, 1), min(len(r.current), r.cfg.most()-r.cfg.slowClients())
	var m *member
	place := -1
	if to > from {
		place = from + chance.IntN(to-from)
		m = r.current[place]
	}
	if m == nil || !m.inside.Load() {
		r.mu.Unlock()
		return
	}
	r.current[place] = nil // nobody replaces it twice
	r.mu.Unlock()
	r.leave(m)
	replace(place)
}

// bringBack replaces those whom the server disconnected, after a pause.
func (r *Run) bringBack(replace func(int)) {
	var places []int
	r.mu.Lock()
	for place, m := range r.current {
		if m != nil && !m.inside.Load() && m.hasEnded() && time.Since(m.dialled) > reconnectPause {
			places = append(places, place)
			r.current[place] = nil // nobody replaces it twice
		}
	}
	r.mu.Unlock()
	for _, place := range places {
		replace(place)
	}
}

// reconnectPause is what a client waits at least between two tries.
const reconnectPause = 200 * time.Millisecond

// hasEnded says whether the member's connection has ended.
func (m *member) hasEnded() bool {
	select {
	case <-m.done:
		return true
	default:
		return false
	}
}

// stallNow makes the stalled readers stop reading.
func (r *Run) stallNow(now time.Duration) {
	r.mu.Lock()
	for _, m := range r.extras {
		if m.class == stalledReader {
			m.paused.Store(true)
		}
	}
	r.stall.at = now
	n := r.cfg.Stall
	r.mu.Unlock()
	h := r.meters.merged(deliverOf)
	r.mu.Lock()
	r.stall.before = float64(h.ValueAtPercentile(99)) / 1e6
	r.mu.Unlock()
	readers := "1 reader stops"
	if n != 1 {
		readers = fmt.Sprintf("%d readers stop", n)
	}
	r.Note(Event{Kind: "stall", Text: readers + " reading"})
}

// flood sends as fast as the server takes it. What it says is no message: nobody has to
// receive it, and all have to bear it.
func (r *Run) flood(ctx context.Context, m *member) {
	line := r.proto.said(nil, m.name, []byte("a flood of words that nobody asked for"))
	var block []byte
	for len(block) < 4<<10 {
		block = append(block, line...)
	}
	stop := context.AfterFunc(ctx, m.end)
	defer stop()
	for {
		select {
		case <-r.drain:
			return
		default:
		}
		if _, err := m.conn.Write(block); err != nil {
			return
		}
	}
}

// announceStages notes each stage's beginning.
func (r *Run) announceStages(ctx context.Context) {
	for i := range r.plan.stages {
		s := &r.plan.stages[i]
		select {
		case <-time.After(s.begin - r.now()):
		case <-ctx.Done():
			return
		case <-r.drain:
			return
		}
		kind := "stage"
		if i < len(r.plan.stages)-len(r.cfg.Stages) {
			kind = "warmup"
		}
		r.Note(Event{Kind: kind, Text: s.String()})
	}
}

// finishDrain waits until everything has arrived, or for as long as it may take.
func (r *Run) finishDrain(ctx context.Context) {
	deadline := time.Now().Add(r.cfg.Drain)
	r.endSending()
	r.wakeStalled()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for time.Now().Before(deadline) && ctx.Err() == nil && !(r.arrived() && r.quiet()) {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	r.drained = ctx.Err() == nil
}

// quietMin is how long nothing more comes where nobody can know what still might.
const quietMin = 300 * time.Millisecond

// quiet says whether nothing more is to be expected of messages that may never have
// reached the server: a sender's connection has ended.
func (r *Run) quiet() bool {
	for s := range r.ledger.senders {
		if len(r.ledger.senders[s].uncertain()) > 0 || r.cutOff(s) {
			return r.now()-time.Duration(r.lastDeliv.Load())*time.Microsecond > quietMin
		}
	}
	return true
}

// cutOff says whether nobody speaks for the sender any more.
func (r *Run) cutOff(s int) bool {
	m := r.talkers[s].speaker()
	return m == nil || !m.inside.Load() || m.slowed.Load()
}

func (r *Run) wakeStalled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.extras {
		if m.paused.Swap(false) {
			m.resume <- struct{}{}
		}
	}
}

// arrived says whether all has been said, and every healthy member has all that it must
// receive.
func (r *Run) arrived() bool {
	for _, t := range r.talkers {
		if !t.idle() {
			return false
		}
	}
	final := r.final()
	none := make([][]span, len(final))
	for s := range none {
		none[s] = r.ledger.senders[s].uncertain()
		if r.cutOff(s) {
			none[s] = union(none[s], span{r.ledger.senders[s].seen.Load() + 1, final[s]})
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.current {
		if m == nil || !m.inside.Load() || m.class != healthy || !m.reads() {
			continue
		}
		want := int64(0)
		for s, n := range final {
			if base := m.judge.base[s]; s != m.sender && n > base {
				want += int64(n-base) - within(none[s], span{base + 1, n})
			}
		}
		if m.due.Load() < want {
			return false
		}
	}
	return true
}

// final is the last message of each sender.
func (r *Run) final() []uint32 {
	final := make([]uint32, len(r.ledger.senders))
	for s := range final {
		final[s] = r.ledger.senders[s].begun.Load()
	}
	return final
}

// settle makes final what nobody needs to receive, while it is still known who is there.
// It returns how many messages those are, besides the ones that could not be written.
func (r *Run) settle() (uncertain int64) {
	for s := range r.ledger.senders {
		if r.cutOff(s) {
			r.ledger.senders[s].sever()
		}
		uncertain += r.ledger.senders[s].settle()
	}
	return uncertain
}

// speaker is who speaks for the sender.
func (t *talker) speaker() *member {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.to
}
