package sim

import (
	"fmt"
	"sync"

	"example.com/chatd/chat"
)

// serial is the Runtime of a world in which one task runs at a time. Whenever a
// task waits, and at every Lock, the stream of chance picks who goes on; a task may
// be held back for some steps while the others run. So the seed chooses the
// interleaving, and chooses the same one again.
//
// No task ever gives the turn away while it holds a lock, so a lock is never found
// taken. One that would is reported: it would block others for as long as it waits.
type serial struct {
	chance source
	cur    *task // nil: the driver has the turn
	ready  []*task
	held   []*task
	all    []*task // that have not ended, by no order
	free   []*task // ended, with their coroutines
	step   int
	lastID int

	left    int   // how many turns the driver gives before it looks again
	chosen  *task // by the task that gave the turn away: whose turn is next
	mutexes memory[mutex]
	conds   memory[cond]

	switching int     // a Lock gives the turn away once in so many times
	plan      *delays // the order, where it is not left to chance
	holding   int     // and then holds its task back once in so many times; 0: never

	picks      uint64 // how often a task was given the turn
	order      hash   // who had it, one after the other
	failures   []string
	abandoning bool
}

// picksMax is how many turns quiescence may take; more is a livelock.
const picksMax = 1_000_000

// reset makes the runtime ready for another world.
func (s *serial) reset(seed uint64, switching, holding int) {
	s.abandon()
	s.chance = newSource(seed, 'o')
	s.step, s.lastID, s.picks, s.order = 0, 0, 0, newHash()
	s.switching, s.holding = max(switching, 1), holding
	s.failures = nil
	s.mutexes.used, s.conds.used = 0, 0
}

// memory is values of one world that the next uses again: by then nothing of the
// one before runs any more.
type memory[T any] struct {
	all  []*T
	used int
}

// take returns a value, new or as it was left.
func (m *memory[T]) take() *T {
	if m.used == len(m.all) {
		m.all = append(m.all, new(T))
	}
	m.used++
	return m.all[m.used-1]
}

// Go implements chat.Runtime.
func (s *serial) Go(name string, f func()) {
	if s.abandoning {
		return
	}
	var t *task
	if n := len(s.free); n > 0 {
		t, s.free = s.free[n-1], s.free[:n-1]
	} else {
		t = newTask(s)
	}
	s.lastID++
	t.id, t.name, t.f, t.locks, t.ended = s.lastID, name, f, 0, false
	t.index = len(s.all)
	s.all = append(s.all, t)
	s.ready = append(s.ready, t)
}

// NewMutex implements chat.Runtime.
func (s *serial) NewMutex() sync.Locker {
	m := s.mutexes.take()
	m.serial, m.taken = s, false
	return m
}

// NewCond implements chat.Runtime.
func (s *serial) NewCond(l sync.Locker) chat.Cond {
	c := s.conds.take()
	c.lock, c.waiters = l.(*mutex), c.waiters[:0]
	return c
}

func (s *serial) fail(what string) { s.failures = append(s.failures, what) }

// turns gives at most n turns.
func (s *serial) turns(n int) {
	for s.left = n; s.left > 0 && len(s.ready) > 0; {
		s.left--
		s.give(s.next())
	}
	s.left = 0
}

// next chooses whose turn it is.
func (s *serial) next() *task {
	if s.plan == nil {
		return s.take(s.chance.n(len(s.ready)))
	}
	if len(s.ready) > 1 && s.plan.strikes(s.step) {
		s.ready = append(s.ready[1:], s.ready[0])
	}
	t := s.ready[0]
	s.ready = s.ready[1:]
	return t
}

// settle runs everything, what is held too, until nothing can run.
func (s *serial) settle() {
	s.release(true)
	for s.left = picksMax; len(s.ready) > 0; {
		if s.left == 0 {
			s.fail("the tasks never come to rest: " + fmt.Sprint(s.ready))
			return
		}
		s.left--
		s.give(s.next())
		if len(s.ready) == 0 {
			s.release(true)
		}
	}
	s.left = 0
}

// release lets held tasks go on whose time has come, or all.
func (s *serial) release(all bool) {
	kept := s.held[:0]
	for _, t := range s.held {
		if all || t.hold <= s.step {
			s.ready = append(s.ready, t)
		} else {
			kept = append(kept, t)
		}
	}
	s.held = kept
}

// take removes and returns the i-th ready task.
func (s *serial) take(i int) *task {
	t := s.ready[i]
	last := len(s.ready) - 1
	s.ready[i] = s.ready[last]
	s.ready = s.ready[:last]
	return t
}

// give gives a task the turn until it parks or ends, and then whomever it has chosen.
func (s *serial) give(t *task) {
	for t != nil {
		s.count(t)
		s.cur = t
		_, alive := t.resume()
		s.cur = nil
		if t.ended || !alive {
			s.remove(t, alive)
		}
		t, s.chosen = s.chosen, nil
	}
}

// count notes that a task has the turn.
func (s *serial) count(t *task) {
	s.picks++
	s.order.add(uint64(t.id))
}

// remove takes out a task that has ended.
func (s *serial) remove(t *task, alive bool) {
	last := s.all[len(s.all)-1]
	s.all[t.index], last.index = last, t.index
	s.all = s.all[:len(s.all)-1]
	t.f = nil
	if alive {
		s.free = append(s.free, t)
	}
}

// pass gives the turn of a task away, to any that is ready. Where that is the task
// itself it just goes on: going through the driver costs most of a turn.
func (s *serial) pass(t *task) {
	s.ready = append(s.ready, t)
	if s.left > 0 {
		s.left--
		next := s.next()
		if next == t {
			s.count(t)
			return
		}
		s.chosen = next
	}
	t.park()
}

// before is called by a task that is about to take a lock: the place to switch.
func (s *serial) before(t *task) {
	if len(s.ready) == 0 {
		return
	}
	if s.plan != nil {
		if s.plan.strikes(s.step) {
			s.pass(t)
		}
		return
	}
	if !s.chance.one(s.switching) {
		return
	}
	if s.holding > 0 && s.chance.one(s.holding) {
		t.hold = s.step + 1 + s.chance.n(4)
		s.held = append(s.held, t)
		t.park()
		return
	}
	s.pass(t)
}

// abandon ends all tasks that there are, wherever they wait.
func (s *serial) abandon() {
	s.abandoning = true
	for _, t := range s.all {
		t.abandon()
	}
	s.all, s.ready, s.held, s.cur = s.all[:0], s.ready[:0], s.held[:0], nil
	s.left, s.chosen = 0, nil
	s.abandoning = false
}

// close ends the coroutines that wait for another task.
func (s *serial) close() {
	s.abandon()
	for _, t := range s.free {
		t.abandon()
	}
	s.free = nil
}
