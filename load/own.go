package load

import (
	"runtime"
	"time"
)

// cpuUse is chatload's own CPU and memory, and the server's CPU where it can be known.
// Run.mu guards it.
type cpuUse struct {
	wall       time.Time
	took       time.Duration
	cpuFrom    time.Duration
	cpu        time.Duration
	server     float64
	serverFrom float64
	delivered  int64
	count      int64
}

func (u *cpuUse) begin(r *Run) {
	from := r.server.value(cpuSeconds)
	r.mu.Lock()
	defer r.mu.Unlock()
	u.wall, u.cpuFrom, u.delivered = time.Now(), processCPU(), r.delivered.Load()
	u.serverFrom = from
}

func (u *cpuUse) end(r *Run) {
	r.server.takeNow()
	to := r.server.value(cpuSeconds)
	r.mu.Lock()
	defer r.mu.Unlock()
	u.took, u.cpu, u.count = time.Since(u.wall), processCPU()-u.cpuFrom, r.delivered.Load()-u.delivered
	u.server = max(to-u.serverFrom, 0)
}

// share is the part of all cores that it used.
func (u *cpuUse) share(cores int) float64 {
	if u.took <= 0 {
		return 0
	}
	return u.cpu.Seconds() / u.took.Seconds() / float64(cores)
}

// each is CPU for one delivery.
func (u *cpuUse) each(cpu float64) float64 {
	if u.count == 0 {
		return 0
	}
	return cpu / float64(u.count)
}

func cores() float64 { return float64(runtime.GOMAXPROCS(0)) }
