package blackbox

import (
	"sync"
	"time"
)

// A hall is what the clients of one run share: one lock for all that was read, and
// a signal for whoever waits.
type hall struct {
	addr    string
	timeout time.Duration

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something was read
	events  int           // how many there were, in all clients
}

func newHall(addr string, timeout time.Duration) *hall {
	return &hall{addr: addr, timeout: timeout, changed: make(chan struct{})}
}

// await waits until cond, which is called with the lock held, and reports false if
// that does not come within the timeout.
func (h *hall) await(cond func() bool) bool {
	timer := time.NewTimer(h.timeout)
	defer timer.Stop()
	for {
		h.mu.Lock()
		ok, changed := cond(), h.changed
		h.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		}
	}
}

func (h *hall) changedLocked() {
	close(h.changed)
	h.changed = make(chan struct{})
}
