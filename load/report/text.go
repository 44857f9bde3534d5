package report

import (
	"fmt"
	"io"
	"math"

	"example.com/chatd/load"
)

// Text writes what a person reads at the end of a run: the verdict first, then the
// objectives, the latencies, where the worst of them were, the load, what happened,
// the server's own counts and the worst single message. A burst has no latencies. No
// line is wider than the style says. The error is w's.
func Text(w io.Writer, r *load.Result, style Style) error {
	s := newSheet(style)
	textVerdict(s, r)
	textObjectives(s, r)
	if !burst(r) {
		textLatencies(s, r)
		textHistogram(s, r)
	}
	textLoad(s, r)
	textEvents(s, r)
	textBroken(s, r)
	textServer(s, r)
	if !burst(r) {
		textStalled(s, r)
		textWorst(s, r)
	}
	textOrigin(s, r)
	_, err := io.WriteString(w, s.String())
	return err
}

func textVerdict(s *sheet, r *load.Result) {
	words, t := headline(&r.Verdict)
	s.line(t, words)
	s.say(plain, "", r.Verdict.Text)
	for _, reason := range r.Verdict.Invalid {
		s.say(doubt, "  - ", reason)
	}
}

func textObjectives(s *sheet, r *load.Result) {
	all := objectives(r)
	if len(all) == 0 {
		return
	}
	s.blank()
	t := table{columns: []column{{head: "objective", left: true}, {head: "measured"}, {left: true}}}
	for _, o := range all {
		word, tone := outcome(o)
		t.add(tone, o.Text, achieved(o), word)
	}
	t.print(s)
}

func textLatencies(s *sheet, r *load.Result) {
	s.blank()
	if r.Latency.Deliver.Count == 0 && r.Latency.Connect.Count == 0 {
		s.say(plain, "", "Nothing was delivered and nobody got inside: there is no latency to show.")
		return
	}
	t := table{columns: []column{
		{head: "latency", left: true}, {head: "p50"}, {head: "p90", rank: 3}, {head: "p99"},
		{head: "p99.9", rank: 2}, {head: "max"}, {head: "mean", rank: 4}, {head: "samples", rank: 1},
	}}
	for i, d := range latencies(r) {
		t.add(plain, append([]string{latencyNames[i]}, figures(d)...)...)
	}
	t.print(s)
	s.say(plain, "", "deliver: receipt - due (judged); service: receipt - written; spread: last - first "+
		"receiver; connect: dial to inside; lag: written - due, chatload's own.")
}

// figures are p50, p90, p99, p99.9, max, mean and the number of samples.
func figures(d *load.Distribution) []string {
	if d.Count == 0 {
		return []string{nothing, nothing, nothing, nothing, nothing, nothing, "0"}
	}
	return []string{
		seconds(d.P50), seconds(d.P90), seconds(d.P99), seconds(d.P999), seconds(d.Max), seconds(d.Mean),
		grouped(d.Count),
	}
}

func textLoad(s *sheet, r *load.Result) {
	s.heading("load")
	for _, l := range loadLines(r) {
		s.say(l.tone, fmt.Sprintf("  %-10s  ", l.name), l.text)
	}
}

const eventsShown = 14

func textEvents(s *sheet, r *load.Result) {
	if len(r.Events) == 0 {
		return
	}
	s.heading("events")
	shown := notable(r.Events, eventsShown)
	for _, e := range shown {
		s.say(eventTone(e), fmt.Sprintf("  %9s  %-7s  ", moment(e.At), cut(clean(e.Kind), 7)), eventText(e, burst(r)))
	}
	if left := len(r.Events) - len(shown); left > 0 {
		s.say(plain, "  ", "and "+count(int64(left), "more event")+", in the JSON report")
	}
}

const brokenShown = 5

func textBroken(s *sheet, r *load.Result) {
	if len(r.Failures) == 0 {
		return
	}
	s.heading("broken guarantees")
	for _, b := range r.Failures[:min(brokenShown, len(r.Failures))] {
		s.say(bad, fmt.Sprintf("  %9s  %-4s  ", moment(b.At), cut(clean(b.Promise), 4)), b.Client+": "+b.Sentence)
	}
	if left := len(r.Failures) - brokenShown; left > 0 {
		s.say(plain, "  ", "and "+grouped(int64(left))+" more, in the JSON report")
	}
}

func textServer(s *sheet, r *load.Result) {
	if r.Server == nil {
		return
	}
	s.heading("the server's own count")
	t := table{indent: "  ", columns: []column{{left: true}, {head: "server"}, {head: "chatload"}}}
	for _, c := range crossCheck(r) {
		t.add(plain, c.what, c.server, c.own)
	}
	t.print(s)
	word, tone := "They agree. ", good
	if !r.Server.Agrees {
		word, tone = "They disagree. ", bad
	}
	s.say(tone, "  ", word+r.Server.Text)
}

func textStalled(s *sheet, r *load.Result) {
	if r.Stalled == nil || r.Stalled.Readers == 0 {
		return
	}
	s.heading("stalled on purpose")
	s.say(plain, "  ", stalledText(r.Stalled))
}

func textWorst(s *sheet, r *load.Result) {
	if r.Worst == nil {
		return
	}
	s.heading("the worst single message")
	s.say(plain, "  ", worstText(r.Worst))
}

func textOrigin(s *sheet, r *load.Result) {
	s.blank()
	s.say(plain, "", origin(r))
}

// moment is a time of the run, with a tenth of a second.
func moment(at float64) string {
	if !finite(at) || math.Abs(at) > 1e7 {
		return nothing
	}
	return fmt.Sprintf("%.1f s", at)
}
