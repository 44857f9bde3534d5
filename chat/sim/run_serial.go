package sim

import "example.com/chatd/chat"

// A Serial runs schedules one task at a time (S): the seed chooses every
// interleaving, and even the global order is the same each time. It needs no
// *testing.T. It may be used for any number of runs, by one goroutine at a time.
type Serial struct{ serial serial }

// NewSerial returns a runner. Close it to be rid of its coroutines.
func NewSerial() *Serial { return &Serial{} }

// Close ends the runner's coroutines.
func (s *Serial) Close() { s.serial.close() }

// Run carries out a schedule.
func (s *Serial) Run(schedule *Schedule) *Result {
	o := &schedule.Options
	s.serial.reset(o.Seed, o.Switching, o.Holding)
	defer s.serial.abandon()
	r := run(schedule, &serialEngine{&s.serial})
	r.Order = uint64(s.serial.order)
	r.Picks = s.serial.picks
	return r
}

// serialEngine drives a world on the serial runtime.
type serialEngine struct{ *serial }

func (e *serialEngine) runtime() chat.Runtime { return e.serial }

func (e *serialEngine) begin(step int, salt uint32) {
	e.step = step
	e.chance = newSource(uint64(salt), 'o')
}

func (e *serialEngine) some() {
	e.release(false)
	if e.plan != nil {
		return // what comes together comes before anybody has a turn
	}
	e.turns(e.chance.n(16))
}

func (e *serialEngine) together() bool     { return true }
func (e *serialEngine) hurries() bool      { return true }
func (e *serialEngine) tasks() int         { return len(e.all) }
func (e *serialEngine) failures() []string { return e.serial.failures }
