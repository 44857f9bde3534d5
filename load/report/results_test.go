package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/chatd/load"
)

// The runs that golden files show, made by hand.
var runsByName = map[string]func() *load.Result{
	"good":        goodRun,
	"short":       shortRun,
	"freeze":      freezeRun,
	"invalid":     invalidRun,
	"broken":      brokenRun,
	"burst":       burstRun,
	"interrupted": interruptedRun,
	"nobody":      nobodyRun,
}

// The runs that take long to make are made once; each caller gets a copy to change.
var (
	goodRun   = copies(makeGoodRun)
	shortRun  = copies(makeShortRun)
	freezeRun = copies(makeFreezeRun)
	hourRun   = copies(makeHourRun)
)

func copies(run func() *load.Result) func() *load.Result {
	once := sync.OnceValue(run)
	return func() *load.Result {
		r := *once()
		r.Setup.Stages, r.Setup.Objectives = slices.Clone(r.Setup.Stages), slices.Clone(r.Setup.Objectives)
		r.Verdict.Objectives = slices.Clone(r.Verdict.Objectives)
		r.Seconds, r.Events, r.Failures = slices.Clone(r.Seconds), slices.Clone(r.Events), slices.Clone(r.Failures)
		r.Worst, r.Server, r.Stalled = copied(r.Worst), copied(r.Server), copied(r.Stalled)
		return &r
	}
}

func copied[T any](v *T) *T {
	if v == nil {
		return nil
	}
	c := *v
	return &c
}

// A made run is filled second by second from a chance that has a seed.
type made struct {
	r    *load.Result
	rand *rand.Rand
	hist map[string]*hdrhistogram.Histogram
}

func makeRun(seconds, clients int) *made {
	m := &made{rand: rand.New(rand.NewPCG(1, 2)), hist: map[string]*hdrhistogram.Histogram{}}
	for _, name := range latencyNames {
		m.hist[name] = hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	}
	m.r = &load.Result{
		Schema:  "chatload/v1",
		Run:     "k3v9",
		Tool:    "v1.0.0",
		Started: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
		Elapsed: float64(seconds),
		Target:  load.Target{Addr: "127.0.0.1:8989", Proto: "line", Self: true},
		Setup: load.Setup{
			Mode: "run", Preset: "steady", Seed: 7, Clients: clients, Senders: clients / 2, Rate: 200, Size: 96,
			Arrival: "poisson", Warmup: 1, Drain: 2, Stages: []string{"10s:0-10c@200/s"},
		},
		Own:     load.Own{CPU: 0.62, CPUShare: 0.031, PerDelivery: 34e-6, RSS: 23 << 20, ServerCPU: 0.9, PerDeliveryOut: 50e-6},
		Machine: load.Machine{OS: "linux", Arch: "amd64", Cores: 2, Go: "go1.26.0"},
	}
	return m
}

// latency draws one, in seconds: mostly near a millisecond, with a tail.
func (m *made) latency() float64 {
	return 0.0009 * math.Exp(0.45*m.rand.NormFloat64()) * (1 + 6*math.Pow(m.rand.Float64(), 40))
}

// second adds the deliveries due in one second; more says how much later than usual
// one of them comes that is due at that time.
func (m *made) second(at int, sent int, more func(at float64) float64) {
	receivers := m.r.Setup.Clients - 1
	own := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	for i := range sent {
		due := float64(at) + float64(i)/float64(sent)
		first := math.Inf(1)
		last := 0.0
		for range receivers {
			usual := m.latency()
			late := usual + more(due)
			first, last = min(first, late), max(last, late)
			m.record("deliver", late)
			m.record("service", usual+0.9*more(due))
			_ = own.RecordValue(int64(late * 1e6))
			if w := m.r.Worst; w == nil || late > w.Latency {
				m.r.Worst = &load.Worst{Sender: "k3v9-2", Sequence: int64(i), Receiver: "k3v9-8", At: due, Latency: late}
			}
		}
		m.record("spread", last-first)
		m.record("lag", 0.00004+0.00008*m.rand.Float64())
	}
	delivered := int64(sent * receivers)
	m.r.Totals.Due += int64(sent)
	m.r.Totals.Sent += int64(sent)
	m.r.Totals.Delivered += delivered
	m.r.Totals.Expected += delivered
	m.r.Totals.Bytes += delivered * 140
	m.r.Seconds = append(m.r.Seconds, load.Second{
		At: float64(at), Sent: int64(sent), Delivered: delivered, Inside: int64(m.r.Setup.Clients), Lag: 0.00012,
		P50: float64(own.ValueAtPercentile(50)) / 1e6, P99: float64(own.ValueAtPercentile(99)) / 1e6, Max: float64(own.Max()) / 1e6,
	})
}

func (m *made) record(name string, v float64) { _ = m.hist[name].RecordValue(int64(v * 1e6)) }

func (m *made) done() *load.Result {
	for range m.r.Setup.Clients {
		m.record("connect", 0.0012+0.001*m.rand.Float64())
	}
	for i, d := range latencies(m.r) {
		*d = load.NewDistribution(m.hist[latencyNames[i]])
	}
	m.r.Totals.Connects = int64(m.r.Setup.Clients)
	m.r.Totals.Inside = int64(m.r.Setup.Clients)
	return m.r
}

func (m *made) objective(text string, value float64, unit string, met bool) {
	m.r.Setup.Objectives = append(m.r.Setup.Objectives, text)
	m.r.Verdict.Objectives = append(m.r.Verdict.Objectives,
		load.ObjectiveResult{Text: text, Value: value, Unit: unit, Met: met, Judged: true})
}

func usual(float64) float64 { return 0 }

func makeGoodRun() *load.Result {
	m := makeRun(10, 10)
	m.r.Events = []load.Event{
		{At: 0, Kind: "stage", Text: "0 to 10 clients at 200 messages/s", End: 10},
		{At: 0, End: 1, Kind: "warmup", Text: "latency is left out"},
	}
	for s := range 10 {
		m.second(s, 200, usual)
	}
	m.objective("deliver.p99<50ms", 0.00261, "s", true)
	m.objective("lost<1", 0, "1", true)
	m.r.Verdict.Text = "Every message reached every member once and in order, and both objectives were met."
	return m.done()
}

func makeShortRun() *load.Result {
	m := makeRun(2, 2)
	m.r.Setup.Senders, m.r.Setup.Rate, m.r.Setup.Stages, m.r.Setup.Preset = 1, 1, []string{"2s:2c@1/s"}, ""
	m.r.Setup.Size, m.r.Setup.Warmup = 1, 0
	for s := range 2 {
		m.second(s, 1, usual)
	}
	m.r.Verdict.Text = "Every message reached every member once and in order."
	return m.done()
}

// makeFreezeRun makes one in which the server stood still from 4 s to 6 s, then had a fault.
func makeFreezeRun() *load.Result {
	m := makeRun(12, 10)
	m.r.Setup.Faults = []string{"8s:1s:latency:50%"}
	m.r.Setup.Stages = []string{"12s:10c@200/s"}
	m.r.Setup.Stall = 1
	for s := range 12 {
		m.second(s, 200, func(at float64) float64 {
			switch {
			case at >= 4 && at < 6:
				return 6 - at
			case at >= 8 && at < 9:
				return 0.04
			}
			return 0
		})
		last := &m.r.Seconds[s]
		last.RSS, last.Tasks = int64(30<<20+s<<19), int64(40+s)
		if s == 4 || s == 5 {
			last.Delivered = 0
		}
	}
	m.r.Seconds[6].Delivered *= 3
	m.r.Events = []load.Event{
		{At: 0, End: 12, Kind: "stage", Text: "10 clients at 200 messages/s"},
		{At: 4, End: 6.01, Kind: "freeze", Text: "nothing was delivered", Recovery: 0.21},
		{At: 8, End: 9, Kind: "fault", Text: "latency on 50 % of the connections", Recovery: -1},
		{At: 12, Kind: "drain", Text: "waiting for the rest"},
	}
	m.objective("deliver.p99<50ms", 1.93, "s", false)
	m.r.Verdict.Code = codeMissed
	m.r.Verdict.Text = "deliver.p99 was 1.93 s, over 50 ms; the server stood still for 2.01 s from 4.00 s on."
	r := m.done()
	r.Server = &load.Server{
		URL: "http://127.0.0.1:9090/metrics", Messages: 2400, Delivered: 21600, Missed: 0, Joins: 10,
		RSS: 36 << 20, Tasks: 51, Agrees: true, Text: "Messages and deliveries are the same.",
	}
	r.Stalled = &load.Stalled{Readers: 1, Before: 0.0026, After: 0.00281, Announced: 1234}
	return r
}

func invalidRun() *load.Result {
	r := goodRun()
	r.Verdict.Code = codeInvalid
	r.Verdict.Text = "chatload itself was too slow: the objectives are shown, not judged."
	r.Verdict.Invalid = []string{
		"its own lag p99 was 12.0 ms, over 5 ms",
		"it sent 95.10 % of the rate asked for, under 98 %",
	}
	for i := range r.Verdict.Objectives {
		r.Verdict.Objectives[i].Judged = false
	}
	return r
}

func brokenRun() *load.Result {
	r := freezeRun()
	r.Verdict.Code = codeBroken
	r.Verdict.Text = "3 deliveries were lost silently and 1 message came twice."
	r.Totals.Lost, r.Totals.Duplicates, r.Totals.Announced = 3, 1, 12
	r.Totals.Delivered -= 15
	r.Totals.Disconnects, r.Totals.Reasoned = 1, 1
	r.Server.Agrees, r.Server.Text = false, "The server delivered 21,600, the clients read 21,585."
	r.Failures = []load.Broken{
		{At: 3.2, Promise: "M3", Client: "k3v9-4", Sentence: "message 31 of k3v9-2 never came, and nothing was announced"},
		{At: 3.2, Promise: "M3", Client: "k3v9-4", Sentence: "message 32 of k3v9-2 never came, and nothing was announced"},
		{At: 3.2, Promise: "M3", Client: "k3v9-4", Sentence: "message 33 of k3v9-2 never came, and nothing was announced"},
		{At: 7.9, Promise: "M3", Client: "k3v9-6", Sentence: `message 12 of k3v9-1 came twice: "<b>&\u202e` + "\x1b[2J\"" + ` a second time`},
	}
	r.Events = append(r.Events, load.Event{At: 12.4, Kind: "gone", Text: "the server closed <script>alert(1)</script>"})
	return r
}

func burstRun() *load.Result {
	r := goodRun()
	r.Setup.Mode, r.Setup.Window, r.Setup.Rate, r.Setup.Clients, r.Setup.Preset = "burst", 256, 0, 1000, ""
	r.Setup.Senders, r.Setup.Stages, r.Setup.Warmup = 4, []string{"10s:1000c"}, 0
	r.Totals = load.Totals{
		Due: 149000, Sent: 149000, Delivered: 149000 * 999, Expected: 149000 * 999, Bytes: 149000 * 999 * 140,
		Connects: 1000, Inside: 1000,
	}
	for i := range r.Seconds {
		r.Seconds[i].Delivered = int64(14_885_100 + 90_000*(i%3))
		r.Seconds[i].Inside = 1000
	}
	r.Own.CPU, r.Own.CPUShare, r.Own.PerDelivery = 10.7, 0.535, 0.072e-6
	r.Own.ServerCPU, r.Own.PerDeliveryOut = 8.9, 0.06e-6
	r.Verdict = load.Verdict{Text: "14,885,100 deliveries/s, every one once and in order."}
	r.Events = nil
	return r
}

func interruptedRun() *load.Result {
	m := makeRun(3, 10)
	m.r.Elapsed = 2.6
	for s := range 3 {
		m.second(s, 200, usual)
	}
	m.r.Verdict = load.Verdict{Code: codeInterrupted, Partial: true, Text: "Interrupted after 2.6 s of 10 s; what was measured until then follows."}
	m.objective("deliver.p99<50ms", 0.0026, "s", true)
	m.r.Verdict.Objectives[0].Judged = false
	m.r.Totals.Due = 2000
	return m.done()
}

func nobodyRun() *load.Result {
	m := makeRun(0, 10)
	m.r.Target.Self, m.r.Own = false, load.Own{RSS: 9 << 20}
	m.r.Verdict = load.Verdict{Code: codeUnreachable, Partial: true, Text: "Every one of 10 connections to 127.0.0.1:8989 was refused."}
	m.r.Events = []load.Event{{At: 0.1, Kind: "refused", Text: "connect: connection refused"}}
	r := m.done()
	r.Latency, r.Worst = load.Latencies{}, nil
	r.Totals = load.Totals{Due: 2000, Refused: 10}
	return r
}

// makeHourRun makes one that is long, with many faults.
func makeHourRun() *load.Result {
	m := makeRun(3600, 3)
	for s := range 3600 {
		m.second(s, 10, func(at float64) float64 {
			if int(at)%300 < 5 {
				return 0.3
			}
			return 0
		})
		m.r.Seconds[s].RSS = int64(20<<20 + s*2000)
		if s%300 == 0 {
			m.r.Events = append(m.r.Events, load.Event{
				At: float64(s), End: float64(s + 5), Kind: "fault", Text: "blackhole on 5 % of the connections", Recovery: 0.4,
			})
		}
	}
	m.objective("deliver.p99<500ms", 0.3, "s", true)
	m.r.Verdict.Text = "Every message reached every member once and in order, and the objective was met."
	return m.done()
}
