package load

import (
	"fmt"
	"strings"
	"time"
)

// Progress is a run as it stands. Times are seconds.
type Progress struct {
	Burst  bool
	At     float64 // since the first stage; negative in the warm-up
	Length float64 // of all stages
	Stage  string

	Rate          float64 // deliveries in the last whole second
	P50, P99, Max float64 // of deliver, in the last second that has any
	P99s          []float64
	Rates         []float64
	Delivered     int64
	Expected      int64 // an estimate: of those inside now
	Duplicates    int64
	Reordered     int64
	Corrupt       int64
	Inside        int64
	Slow          int64
	Refused       int64
	Lag           float64 // p99 of the last second
	CPUShare      float64
	ServerKnown   bool
	ServerRSS     int64
	ServerTasks   int64
}

// progressSeconds is how many seconds a Progress goes back.
const progressSeconds = 60

// Snapshot returns the run as it stands.
func (r *Run) Snapshot() Progress {
	now := r.now()
	p := Progress{
		Burst: r.cfg.Mode == ModeBurst, Length: (r.cfg.length() - r.cfg.Warmup).Seconds(),
		Delivered: r.delivered.Load(), Inside: int64(r.insideNow()), Refused: r.refused.Load(),
		Slow: int64(r.cfg.slowClients() + r.cfg.Stall),
	}
	if !r.begun.Load() {
		p.Stage = "connecting"
		return p
	}
	p.At = min(r.at(now), p.Length)
	stage, of := r.plan.stageAt(now)
	switch {
	case r.draining.Load():
		p.Stage = "drain"
	case stage == 0:
		p.Stage = "warm-up"
	default:
		p.Stage = fmt.Sprintf("%d of %d: %s", stage, of, r.cfg.Stages[stage-1])
	}
	second := int(now / time.Second)
	for at := max(second-progressSeconds, 0); at < second; at++ {
		row := r.meters.secondRow(at)
		p.P99s, p.Rates = append(p.P99s, row.P99), append(p.Rates, float64(row.Delivered))
		p.Rate, p.P50, p.P99, p.Max, p.Lag = float64(row.Delivered), row.P50, row.P99, row.Max, row.Lag
	}
	p.Expected = r.sent.Load() * max(r.readersOfOne(), 0)
	p.Expected = max(p.Expected, p.Delivered)
	r.mu.Lock()
	for i := range r.broken {
		switch b := &r.broken[i]; {
		case strings.HasSuffix(b.Sentence, cameTwice):
			p.Duplicates++
		case b.Promise == "M2":
			p.Reordered++
		default:
			p.Corrupt++
		}
	}
	wall, cpu := r.cpu.wall, r.cpu.cpuFrom
	r.mu.Unlock()
	if took := time.Since(wall); took > 0 && !wall.IsZero() {
		p.CPUShare = (processCPU() - cpu).Seconds() / took.Seconds() / cores()
	}
	if r.cfg.Admin != "" && r.server != nil {
		p.ServerKnown, p.ServerRSS, p.ServerTasks = true, int64(r.server.value(residentBytes)), int64(r.server.value(goroutines))
	}
	return p
}
