package chat

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// A lookRuntime is a runtime that calls look whenever a task gives up the server's
// lock, but for a wait: between two critical sections, that is.
type lookRuntime struct {
	*countingRuntime
	look func()
}

type lookLock struct {
	sync.Locker
	look func()
}

func (l lookLock) Unlock() {
	l.look()
	l.Locker.Unlock()
}

func (r lookRuntime) NewMutex() sync.Locker { return lookLock{r.countingRuntime.NewMutex(), r.look} }

func (r lookRuntime) NewCond(l sync.Locker) Cond { return sync.NewCond(l.(lookLock).Locker) }

// TestAnswersOneStep: R4, an answer is one critical section, however many lines it
// has: whoever reads is at no instant one to whom nothing can be delivered.
func TestAnswersOneStep(t *testing.T) {
	var r *rig
	sections, refused := 0, 0
	line := notice(strings.Repeat("x", 2000))
	look := func() {
		for _, c := range r.srv.sessions {
			if c.state == stateActive {
				sections++
				if !c.takes(line) {
					refused++
				}
			}
		}
	}
	armed := false
	tasks := &countingRuntime{}
	inRig(t, Config{Runtime: lookRuntime{tasks, func() {
		if armed {
			look()
		}
	}}, RateInterval: -1, History: -1}, func(t *testing.T, rg *rig) {
		r = rg
		r.tasks = tasks
		alice := r.join("alice")
		for n := range 2*whoLineNames + 10 {
			r.join(fmt.Sprintf("guest%d", n))
		}
		alice.read()
		r.settle()
		armed = true
		for _, ask := range []string{"/who", "/help", "/name guest1", "/msg nobody hi", "/msg guest2 hi", "/echo on", "/nonsense"} {
			alice.send(ask + "\n")
			if alice.read() == "" {
				t.Fatalf("C2: %s is not answered", ask)
			}
		}
		r.settle()
		armed = false
		expect(t, "R4: a /msg to somebody who reads is never refused", refused, 0)
		if sections < 1000 {
			t.Fatalf("R4: looked at %d sessions only", sections)
		}
	})
}
