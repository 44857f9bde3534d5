package report

import (
	"math"
	"math/rand/v2"
	"sync"

	"pgregory.net/rapid"

	"example.com/chatd/load"
)

// anyText is text that no tool of ours would write: markup, controls, no spaces, wide.
var anyText = rapid.OneOf(
	rapid.StringN(0, 400, -1),
	rapid.SampledFrom([]string{
		"", "a", "<script>alert(1)</script>", `"><svg onload=x>`, "]]>", "\x1b[2J\x00\x07", "\u202eabc", "{{.}}", "日本語の文章",
		"deliver.p99<50ms", "a line\nand another", "\xff\xfe", "&amp;",
	}),
)

// anyFigure is any finite number; most are likely ones.
var anyFigure = rapid.OneOf(
	rapid.Float64Range(0, 100), rapid.Float64Range(0, 0.01), rapid.Just(0.0), rapid.Float64(),
)

var anyCount = rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Min(0), rapid.Int64())

// distributions are some to choose from: to make one takes long beside all else here.
var distributions = sync.OnceValue(func() []load.Distribution {
	all := []load.Distribution{{}, distributionOf(0), distributionOf(1), distributionOf(3_600_000_000), distributionOf(1, 3_600_000_000)}
	chance := rand.New(rand.NewPCG(3, 4))
	for range 7 {
		micros := make([]int64, 1+chance.IntN(200))
		for i := range micros {
			micros[i] = int64(math.Exp(chance.Float64() * 22))
		}
		all = append(all, distributionOf(micros...))
	}
	return all
})

var anyDistribution = rapid.Custom(func(t *rapid.T) load.Distribution {
	d := rapid.SampledFrom(distributions()).Draw(t, "of")
	if rapid.Bool().Draw(t, "read from a file that has no histogram") {
		return load.Distribution{Count: d.Count, Mean: d.Mean, P50: d.P50, P90: d.P90, P99: d.P99, P999: d.P999, Max: d.Max}
	}
	return d
})

var anySecond = rapid.Custom(func(t *rapid.T) load.Second {
	f := func(name string) float64 { return anyFigure.Draw(t, name) }
	n := func(name string) int64 { return anyCount.Draw(t, name) }
	return load.Second{
		At: f("at"), Sent: n("sent"), Delivered: n("delivered"), P50: f("p50"), P99: f("p99"), Max: f("max"),
		Inside: n("inside"), Lag: f("lag"), RSS: n("rss"), Tasks: n("tasks"),
	}
})

// anySeconds are those of a run that may have been long, or ones without sense.
var anySeconds = rapid.Custom(func(t *rapid.T) []load.Second {
	if rapid.Bool().Draw(t, "without sense") {
		return rapid.SliceOfN(anySecond, 0, 20).Draw(t, "seconds")
	}
	some := rapid.SliceOfN(anySecond, 1, 9).Draw(t, "some")
	all := make([]load.Second, rapid.SampledFrom([]int{0, 1, 2, 3, 60, 149, 151, 700}).Draw(t, "length"))
	for i := range all {
		all[i] = some[i*7%len(some)]
		all[i].At = float64(i)
	}
	return all
})

var anyEvent = rapid.Custom(func(t *rapid.T) load.Event {
	return load.Event{
		At: anyFigure.Draw(t, "at"), End: anyFigure.Draw(t, "end"), Text: anyText.Draw(t, "text"), Recovery: anyFigure.Draw(t, "recovery"),
		Kind: rapid.OneOf(rapid.SampledFrom([]string{"stage", "fault", "freeze", "refused", "gone", "warmup", "drain"}), anyText).Draw(t, "kind"),
	}
})

var anyObjective = rapid.Custom(func(t *rapid.T) load.ObjectiveResult {
	return load.ObjectiveResult{
		Text: anyText.Draw(t, "objective"), Value: anyFigure.Draw(t, "value"), Unit: rapid.SampledFrom([]string{"s", "B", "1", "1/s", ""}).Draw(t, "unit"),
		Met: rapid.Bool().Draw(t, "met"), Judged: rapid.Bool().Draw(t, "judged"),
	}
})

// anyResult is a result without regard to whether any run could have it.
var anyResult = rapid.Custom(func(t *rapid.T) *load.Result {
	f := func(name string) float64 { return anyFigure.Draw(t, name) }
	n := func(name string) int64 { return anyCount.Draw(t, name) }
	s := func(name string) string { return anyText.Draw(t, name) }
	list := func(name string, most int) []string { return rapid.SliceOfN(anyText, 0, most).Draw(t, name) }
	r := &load.Result{
		Schema: Schema, Run: s("run"), Tool: s("tool"), Elapsed: f("elapsed"),
		Target: load.Target{Addr: s("addr"), Proto: s("proto"), Self: rapid.Bool().Draw(t, "self")},
		Setup: load.Setup{
			Mode: rapid.SampledFrom([]string{"run", "run", "burst"}).Draw(t, "mode"), Preset: s("preset"), Clients: int(n("clients")),
			Senders: int(n("senders")), Rate: f("rate"), Size: int(n("size")), Arrival: s("arrival"), Warmup: f("warmup"), Drain: f("drain"),
			Stages: list("stages", 30), Churn: f("churn"), Slow: s("slow"), Stall: int(n("stall")), Flood: int(n("flood")), Faults: list("faults", 30),
		},
		Verdict: load.Verdict{
			Code: rapid.SampledFrom([]int{0, 1, 3, 4, 5, 130, 77}).Draw(t, "code"), Text: s("verdict"), Invalid: list("invalid", 30),
			Objectives: rapid.SliceOfN(anyObjective, 0, 30).Draw(t, "objectives"), Partial: rapid.Bool().Draw(t, "partial"),
		},
		Totals: load.Totals{
			Due: n("due"), Sent: n("sent"), Delivered: n("delivered"), Bytes: n("bytes"), Expected: n("expected"), Indeterminate: n("indeterminate"),
			Announced: n("announced"), Lost: n("lost"), Duplicates: n("duplicates"), Reordered: n("reordered"), Corrupt: n("corrupt"),
			Connects: n("connects"), Refused: n("refused"), Disconnects: n("disconnects"), Reasoned: n("reasoned"), Inside: n("inside"),
		},
		Seconds: anySeconds.Draw(t, "seconds"),
		Events:  rapid.SliceOfN(anyEvent, 0, 100).Draw(t, "events"),
		Own:     load.Own{CPU: f("cpu"), CPUShare: f("share"), PerDelivery: f("each"), RSS: n("own rss"), ServerCPU: f("server cpu"), PerDeliveryOut: f("server each")},
		Machine: load.Machine{OS: s("os"), Arch: s("arch"), Cores: int(n("cores")), Go: s("go")},
	}
	for _, d := range latencies(r) {
		*d = anyDistribution.Draw(t, "distribution")
	}
	if rapid.Bool().Draw(t, "has more") {
		r.Worst = &load.Worst{Sender: s("sender"), Sequence: n("sequence"), Receiver: s("receiver"), At: f("worst at"), Latency: f("worst")}
		r.Server = &load.Server{URL: s("url"), Messages: f("messages"), Delivered: f("delivered"), Missed: f("missed"), Joins: f("joins"), RSS: f("rss"), Tasks: f("tasks"), Text: s("text")}
		r.Stalled = &load.Stalled{Readers: int(n("readers")), Before: f("before"), After: f("after"), Announced: n("announced")}
		for range rapid.IntRange(0, 20).Draw(t, "broken") {
			r.Failures = append(r.Failures, load.Broken{At: f("broken at"), Promise: s("promise"), Client: s("client"), Sentence: s("sentence")})
		}
	}
	return r
})
