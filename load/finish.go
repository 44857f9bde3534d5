package load

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The exit codes of a verdict.
const (
	codeGood        = 0
	codeMissed      = 1
	codeUnreachable = 3
	codeInvalid     = 4
	codeBroken      = 5
	codeInterrupted = 130
)

// blank is a result in which nothing has happened.
func (r *Run) blank(started time.Time) *Result {
	return &Result{
		Schema: "chatload/v1", Run: string(appendHex(nil, uint64(r.ledger.run), runLen)), Tool: r.cfg.Tool, Started: started.UTC(),
		Target: Target{Addr: r.cfg.Addr, Proto: r.cfg.Proto, Self: r.cfg.Self}, Setup: r.cfg.setup(),
		Seconds: []Second{}, Events: []Event{}, Failures: []Broken{},
		Machine: Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Go: runtime.Version()},
	}
}

// result sums the run up. All goroutines have ended.
func (r *Run) result(started time.Time, interrupted bool, err error) *Result {
	res := r.blank(started)
	res.Elapsed = max(r.cpu.took-r.cfg.Warmup, 0).Seconds()
	res.Sending = r.cpu.took.Seconds()
	r.totals(res)
	r.latencies(res)
	r.rows(res)
	if r.freezing != nil {
		r.endFreeze(r.at(r.cpu.took))
	}
	r.mu.Lock() // Note may go on
	res.Events = append(res.Events, r.events...)
	r.mu.Unlock()
	slices.SortStableFunc(res.Events, func(a, b Event) int { return int(math.Copysign(1, a.At-b.At)) })
	recoveries(res)
	res.Failures = append(res.Failures, r.broken...)
	cores := runtime.GOMAXPROCS(0)
	res.Own = Own{
		CPU: r.cpu.cpu.Seconds(), CPUShare: r.cpu.share(cores), RSS: residentMax(), ServerCPU: r.cpu.server,
		PerDelivery: r.cpu.each(r.cpu.cpu.Seconds()), PerDeliveryOut: r.cpu.each(r.cpu.server),
	}
	res.Server = r.server.server(&res.Totals, r.cfg.Flood > 0)
	r.verdict(res, interrupted, err)
	return res
}

// totals adds up what all members read. Who was disconnected, and who read slowly on
// purpose, proves nothing by what is missing. What was on its way when the run ended
// without a drain, neither.
func (r *Run) totals(res *Result) {
	t := &res.Totals
	final := r.final()
	r.mu.Lock() // Snapshot may go on
	defer r.mu.Unlock()
	t.Due = r.dueCount.Load()
	for _, talker := range r.talkers {
		t.Sent += talker.sent
	}
	t.Connects, t.Refused = r.connects.Load(), r.refused.Load()
	t.Disconnects = int64(len(r.gone))
	for _, m := range r.gone {
		if m.notice != "" {
			t.Reasoned++
		}
	}
	t.Indeterminate = r.uncertain
	stayed := map[*member]bool{}
	for _, m := range append(slices.Clone(r.current), r.extras...) {
		if m != nil && m.stayed() {
			stayed[m] = true
			t.Inside++
		}
	}
	for _, m := range r.members {
		c := &m.judge.counts
		t.Bytes += m.bytes.Load()
		t.Delivered += c.due
		t.Indeterminate += c.extra
		t.Duplicates += c.duplicates
		t.Reordered += c.reordered
		t.Corrupt += c.corrupt
		if !m.judge.inside || !m.reads() {
			continue
		}
		missing, behind := m.judge.missing(final)
		if r.drained {
			missing += behind
		} else {
			t.Indeterminate += behind
		}
		announced := min(missing, c.told)
		switch {
		case !stayed[m]:
			t.Indeterminate += c.due + missing
		case m.class != healthy:
			t.Expected += c.due + announced
			t.Announced += announced
			t.Indeterminate += missing - announced // it may not have come to them
		default:
			t.Expected += c.due + missing
			t.Announced += announced
			t.Lost += missing - announced
			if n := missing - announced; n > 0 && len(r.broken) < brokenMax {
				r.broken = append(r.broken, Broken{At: r.at(r.cpu.took), Promise: "M3", Client: m.name,
					Sentence: fmt.Sprintf("%d messages never came, and nothing was said of them", n)})
			}
		}
		r.worst(res, m)
	}
	if r.cfg.Stall > 0 && r.stall.at > 0 {
		res.Stalled = &Stalled{Readers: r.cfg.Stall, Before: r.stall.before}
		for _, m := range r.extras {
			if m.class == stalledReader {
				res.Stalled.Announced += m.judge.counts.told
			}
		}
	}
}

// stayed says whether it was inside when the run closed the connections.
func (m *member) stayed() bool { return m.judge.inside && m.ended.Load() && m.why == nil }

func (r *Run) worst(res *Result, m *member) {
	c := &m.judge.counts
	if c.worst == 0 || res.Worst != nil && res.Worst.Latency >= c.worst.Seconds() {
		return
	}
	res.Worst = &Worst{
		Sender: fmt.Sprintf("s%d", c.worstSender), Sequence: int64(c.worstSeq), Receiver: m.name,
		At: r.at(c.worstDue), Latency: c.worst.Seconds(),
	}
}

// latencies reads the histograms. A burst has none.
func (r *Run) latencies(res *Result) {
	res.Latency.Connect = NewDistribution(r.meters.merged(connectOf))
	if r.cfg.Mode == ModeBurst {
		return
	}
	// The messages that still have their slots have a spread too.
	m := r.meters[0]
	for s := range r.ledger.senders {
		for i := range r.ledger.senders[s].slots {
			if spread, ok := r.ledger.senders[s].slots[i].spread(); ok {
				_ = m.spread.RecordValue(micros(spread))
			}
		}
	}
	deliver := r.meters.merged(deliverOf)
	res.Latency.Deliver = NewDistribution(deliver)
	res.Latency.Service = NewDistribution(r.meters.merged(serviceOf))
	res.Latency.Spread = NewDistribution(r.meters.merged(spreadOf))
	res.Latency.Lag = NewDistribution(r.meters.merged(lagOf))
	if res.Stalled != nil {
		res.Stalled.After = p99Since(res, r.at(r.stall.at), r)
	}
}

// p99Since is the p99 of deliver over the seconds since a moment, weighted by their
// deliveries; where all seconds are still kept it is exact to two digits.
func p99Since(res *Result, at float64, r *Run) float64 {
	h := coarse()
	for _, m := range r.meters {
		for i := range m.seconds {
			if t := &m.seconds[i]; t.at >= 0 && t.deliver != nil && r.at(time.Duration(t.at)*time.Second) >= at {
				h.Merge(t.deliver)
			}
		}
	}
	if h.TotalCount() == 0 {
		return res.Latency.Deliver.P99
	}
	return float64(h.ValueAtPercentile(99)) / 1e6
}

// rows closes the seconds that are still open.
func (r *Run) rows(res *Result) {
	end := int((r.cpu.took + time.Second - 1) / time.Second)
	for second := range end {
		if second < len(r.seconds) && r.seconds[second].Sent+r.seconds[second].Delivered > 0 {
			continue
		}
		r.closeSecond(second)
	}
	for _, s := range r.seconds[:min(end, len(r.seconds))] {
		if s.At >= 0 {
			res.Seconds = append(res.Seconds, s)
		}
	}
}

// recoveries works out how long after each freeze and fault the latency was back under
// twice what it was before.
func recoveries(res *Result) {
	for i := range res.Events {
		e := &res.Events[i]
		if e.Kind != "freeze" && e.Kind != "fault" || e.End == 0 {
			continue
		}
		before := 0.0
		for _, s := range res.Seconds {
			if s.At+1 <= e.At && s.P99 > before {
				before = s.P99
			}
		}
		if before == 0 {
			continue
		}
		e.Recovery = -1
		for _, s := range res.Seconds {
			if s.At >= e.End && s.P99 > 0 && s.P99 <= 2*before {
				e.Recovery = s.At - e.End
				break
			}
		}
	}
}

// lagFloor is how late chatload may be in any case.
const lagFloor = 5 * time.Millisecond

// verdict judges the run.
func (r *Run) verdict(res *Result, interrupted bool, err error) {
	v, t := &res.Verdict, &res.Totals
	gone := errors.Is(err, errTargetGone)
	v.Partial = interrupted || gone
	v.Invalid = r.invalid(res)
	missed := 0
	for _, o := range r.cfg.Objectives {
		judged := len(v.Invalid) == 0 && !v.Partial
		result := o.Judge(res, judged)
		v.Objectives = append(v.Objectives, result)
		if judged && !result.Met {
			missed++
		}
	}
	losses := fmt.Sprintf("%d lost silently, %d announced", t.Lost, t.Announced)
	switch broken := t.Lost + t.Duplicates + t.Reordered + t.Corrupt; {
	case broken > 0:
		v.Code = codeBroken
		v.Text = fmt.Sprintf("A guarantee is broken: %s, %d duplicates, %d reordered, %d corrupt.", losses, t.Duplicates, t.Reordered, t.Corrupt)
	case interrupted:
		v.Code = codeInterrupted
		v.Text = fmt.Sprintf("Interrupted after %.1f s; until then %s, no duplicate, nothing reordered.", res.Elapsed, losses)
	case gone:
		v.Code = codeUnreachable
		v.Text = fmt.Sprintf("The target went away %.1f s into the run: all %d clients were disconnected%s. Until then %s, no duplicate, nothing reordered.",
			r.at(r.firstDrop), len(r.gone), r.lastWords(), losses)
	case t.Expected == 0:
		v.Code = codeInvalid
		v.Invalid = append(v.Invalid, "nothing had to be received: nobody was there all the time")
		v.Text = "Invalid: " + v.Invalid[len(v.Invalid)-1] + "."
	case len(v.Invalid) > 0:
		v.Code = codeInvalid
		v.Text = "Invalid, objectives are not judged: " + strings.Join(v.Invalid, "; ") + "."
	case missed > 0:
		v.Code = codeMissed
		v.Text = fmt.Sprintf("%d of %d objectives missed; %s, no duplicate, nothing reordered.", missed, len(v.Objectives), losses)
	default:
		v.Code = codeGood
		v.Text = "Every message came once, in order and unchanged"
		if t.Announced > 0 {
			v.Text = fmt.Sprintf("Every message came once, in order and unchanged, but for %d that the server said it left out", t.Announced)
		}
		if len(v.Objectives) > 0 {
			v.Text += fmt.Sprintf("; all %d objectives met", len(v.Objectives))
		}
		v.Text += "."
	}
}

// lastWords is what the server said to those whom it disconnected.
func (r *Run) lastWords() string {
	words, most := "", int64(0)
	for w, n := range r.reasons {
		if n > most || n == most && w < words {
			words, most = w, n
		}
	}
	if words == "" {
		return ", without a word"
	}
	return fmt.Sprintf(", and %d of them were told %q", most, words)
}

// invalid says why objectives would judge chatload and not the server.
func (r *Run) invalid(res *Result) (why []string) {
	if r.cfg.Mode == ModeBurst {
		return nil // it does as much as it can
	}
	most := lagFloor.Seconds()
	for _, o := range r.cfg.Objectives {
		if o.latency() && o.Bound/10 > most {
			most = o.Bound / 10
		}
	}
	if lag := res.Latency.Lag.P99; lag > most {
		why = append(why, fmt.Sprintf("chatload itself was late: lag p99 %.1f ms, over %.1f ms", lag*1e3, most*1e3))
	}
	if n := r.slowedSenders(); n > 0 {
		why = append(why, fmt.Sprintf("the server holds back the lines of %d senders (\"slow down\")%s", n, lift("slow down")))
	}
	t := &res.Totals
	if t.Due > 0 && float64(t.Sent) < 0.98*float64(t.Due) && len(r.gone) == 0 {
		why = append(why, fmt.Sprintf("only %d of %d messages that were due were sent", t.Sent, t.Due))
	}
	if res.Own.CPUShare > 0.9 {
		why = append(why, fmt.Sprintf("chatload itself used %.0f %% of all cores", 100*res.Own.CPUShare))
	}
	return why
}

// slowedSenders counts the senders that the server has told to talk less.
func (r *Run) slowedSenders() (n int) {
	for _, m := range r.members {
		if m.sender >= 0 && m.slowed.Load() {
			n++
		}
	}
	return n
}
