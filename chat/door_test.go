package chat

import (
	"fmt"
	"sync"
	"testing"
)

// TestDoorR5TooManyClosing: when more connections are closing than there are places,
// the one that has been at it longest is cut, and not the newcomer.
func TestDoorR5TooManyClosing(t *testing.T) {
	cfg := Config{MaxClients: 2, MaxPending: 2, WriteTimeout: -1, LingerTimeout: -1, RateInterval: -1}
	inRig(t, cfg, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		var gone []*peer
		for n := range 7 {
			p := r.join(fmt.Sprintf("guest%d", n))
			p.stall()
			alice.send("more to read\n")
			p.send("/quit\n")
			gone = append(gone, p)
			cut := max(0, n+1-cfg.MaxClients-cfg.MaxPending)
			for i, p := range gone {
				expect(t, fmt.Sprintf("R5: %d have left without reading: guest%d is cut", n+1, i), p.Probe().Reset, i < cut)
			}
		}
		expect(t, "R5: as many are closing as may", r.wantStats("R5").Closing, 4)
	})
}

// A holdRuntime holds sessions back before their first step.
type holdRuntime struct {
	*countingRuntime
	mu   sync.Mutex
	hold bool
	held []func()
}

func (h *holdRuntime) Go(name string, f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hold && name == "session" {
		h.held = append(h.held, func() { h.countingRuntime.Go(name, f) })
		return
	}
	h.countingRuntime.Go(name, f)
}

func (h *holdRuntime) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hold = false
	for _, start := range h.held {
		start()
	}
	h.held = nil
}

// TestDoorO2States: each connection is in one state, and counters and logs name it.
func TestDoorO2States(t *testing.T) {
	tasks := &holdRuntime{countingRuntime: &countingRuntime{}}
	states := func(st Stats) []int { return []int{st.Connecting, st.Pending, st.Active, st.Closing} }
	inRig(t, Config{Runtime: tasks, MaxClients: 1}, func(t *testing.T, r *rig) {
		r.tasks = tasks.countingRuntime
		prompt := r.dial()
		expect(t, "O2: at the prompt", states(r.wantStats("O2")), []int{0, 1, 0, 0})
		alice := r.join("alice")
		r.dial().want("L5: full", "[SYSTEM]: the chat is full (1 clients), try again later\n"+markEnd)
		expectIn(t, "O3: refused before it was asked", r.log.text(), "state=connecting reason=full")
		alice.send("/quit\n")
		expectIn(t, "O3: left from inside", r.log.text(), "state=active reason=quit")
		prompt.Close()
		alice.Close()
		r.settle()
		expectIn(t, "O3: gone from the prompt", r.log.text(), "state=authenticating reason=gone")
		tasks.hold = true
		r.dial()
		expect(t, "O2: the greeting is under way", states(r.wantStats("O2"))[:3], []int{1, 1, 0})
		stop := r.async(r.srv.Stop)
		r.wantWaiting("E3: Stop waits for it", stop)
		expect(t, "O2: it has ended before it began", states(r.wantStats("O2"))[:3], []int{0, 0, 0})
		expectIn(t, "O3: and the log says so", r.log.text(), "state=connecting reason=stop")
		tasks.letGo()
	})
}
