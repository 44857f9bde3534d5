package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode/utf8"

	"example.com/chatd/load"
)

//go:embed page.html
var pageText string

//go:embed chart.html
var chartText string

// pages are the templates "page", "picture" and "chart".
var pages = template.Must(template.Must(template.New("page").Parse(pageText)).Parse(chartText))

// What a page holds at most, so that it stays small whatever it is about. Texts are in
// bytes as they stand in the file.
const (
	eventRows     = 24
	brokenRows    = 12
	objectiveRows = 12
	reasonRows    = 10

	verdictBytes = 600
	factBytes    = 300
	eventBytes   = 200
	shortBytes   = 100
)

// A page is what the template shows.
type page struct {
	Title      string
	Word, Tone string // the verdict, and its class
	Text       string
	Invalid    []string
	Tiles      []tile
	Objectives []objectiveRow
	Latencies  []latencyRow
	NoLatency  string // why there are none
	Charts     []*chart
	Bands      bool // some chart has a band
	Facts      []fact
	Events     []eventRow
	EventsLeft string
	Broken     []brokenRow
	BrokenLeft string
	Server     []checkRow
	Agrees     string
	AgreesTone string
	Stalled    string
	Worst      string
	Origin     string
	Height     int // of the picture, in pixels
}

type (
	tile         struct{ Name, Value, Tone string }
	objectiveRow struct{ Text, Value, Word, Tone string }
	latencyRow   struct {
		Name    string
		Figures []string
	}
	eventRow  struct{ Number, At, Kind, Text, Tone string }
	brokenRow struct{ At, Promise, Client, Sentence string }
	checkRow  struct{ What, Server, Own string }
)

// HTML writes r as one page that needs nothing else: no script, no network. The page has
// under 60 KB however long the run was, and can be read on a telephone, in the dark, and
// without seeing the pictures. baseline, which may be nil, is an earlier run whose curve
// is drawn too. The error is w's.
func HTML(w io.Writer, r, baseline *load.Result) error {
	return pages.ExecuteTemplate(w, "page", newPage(r, baseline))
}

func newPage(r, baseline *load.Result) *page {
	word, t := headline(&r.Verdict)
	p := &page{
		Title: "chatload: " + word, Word: word, Tone: toneClass(t), Text: tidy(r.Verdict.Text, verdictBytes),
		Tiles: tiles(r), Charts: charts(r, baseline), Origin: tidy(origin(r), factBytes),
	}
	for _, reason := range r.Verdict.Invalid[:min(len(r.Verdict.Invalid), reasonRows)] {
		p.Invalid = append(p.Invalid, tidy(reason, eventBytes))
	}
	all := objectives(r)
	for _, o := range all[:min(len(all), objectiveRows)] {
		word, t := outcome(o)
		p.Objectives = append(p.Objectives, objectiveRow{tidy(o.Text, shortBytes), achieved(o), word, toneClass(t)})
	}
	for _, f := range loadLines(r) {
		f.text = tidy(f.text, factBytes)
		p.Facts = append(p.Facts, f)
	}
	p.addLatencies(r)
	p.addEvents(r)
	p.addServer(r)
	for _, c := range p.Charts {
		p.Bands = p.Bands || len(c.Bands) > 0
	}
	return p
}

// tidy is text from outside in a page: clean, and of at most n bytes there.
func tidy(s string, n int) string {
	s = clean(s)
	used := 0
	for i, r := range s {
		if strings.ContainsRune("<>&\"'+`", r) {
			used += len("&#39;")
		} else {
			used += utf8.RuneLen(r)
		}
		if used > n {
			return s[:i] + "…"
		}
	}
	return s
}

func toneClass(t tone) string {
	return map[tone]string{good: "good", doubt: "doubt", bad: "bad"}[t]
}

// Name, Class and Text show a fact to the template.
func (f fact) Name() string  { return f.name }
func (f fact) Class() string { return toneClass(f.tone) }
func (f fact) Text() string  { return f.text }

// tiles are the few figures that come first.
func tiles(r *load.Result) []tile {
	t := &r.Totals
	all := []tile{{"deliveries", perSecond(ratio(float64(t.Delivered), r.Span())), ""}}
	if d := &r.Latency.Deliver; !burst(r) && d.Count > 0 {
		all = append(all, tile{"deliver p99", seconds(d.P99), ""}, tile{"deliver max", seconds(d.Max), ""})
	}
	if burst(r) && r.Own.PerDeliveryOut > 0 {
		all = append(all, tile{"server CPU a delivery", seconds(r.Own.PerDeliveryOut), ""})
	}
	if burst(r) && r.Own.PerDelivery > 0 {
		all = append(all, tile{"chatload CPU a delivery", seconds(r.Own.PerDelivery), ""})
	}
	if t.Expected > 0 {
		all = append(all, tile{"reach", share(reach(t)), ""})
	}
	return append(all,
		tile{"lost silently", grouped(t.Lost), toneClass(badIf(t.Lost > 0))},
		tile{"duplicates", grouped(t.Duplicates), toneClass(badIf(t.Duplicates > 0))},
		tile{"reordered", grouped(t.Reordered), toneClass(badIf(t.Reordered > 0))},
	)
}

func (p *page) addLatencies(r *load.Result) {
	switch {
	case burst(r):
		p.NoLatency = "A burst keeps a window of messages in flight: it measures throughput and CPU, and no latency."
		return
	case r.Latency.Deliver.Count == 0 && r.Latency.Connect.Count == 0:
		p.NoLatency = "Nothing was delivered and nobody got inside: there is no latency to show."
		return
	}
	for i, d := range latencies(r) {
		p.Latencies = append(p.Latencies, latencyRow{latencyNames[i], figures(d)})
	}
	if r.Worst != nil {
		p.Worst = tidy(worstText(r.Worst), factBytes)
	}
	if r.Stalled != nil && r.Stalled.Readers > 0 {
		p.Stalled = tidy(stalledText(r.Stalled), factBytes)
	}
}

func (p *page) addEvents(r *load.Result) {
	n := 0
	shown := notable(r.Events, eventRows)
	for _, e := range shown {
		row := eventRow{"", moment(e.At), tidy(e.Kind, 30), tidy(eventText(e, burst(r)), eventBytes), toneClass(eventTone(e))}
		if disturbs(e) {
			n++
			row.Number = fmt.Sprint(n)
		}
		p.Events = append(p.Events, row)
	}
	if left := len(r.Events) - len(shown); left > 0 {
		p.EventsLeft = "and " + count(int64(left), "more event") + ", in the JSON report"
	}
	if left := len(r.Failures) - brokenRows; left > 0 {
		p.BrokenLeft = "and " + grouped(int64(left)) + " more, in the JSON report"
	}
	for _, b := range r.Failures[:min(len(r.Failures), brokenRows)] {
		p.Broken = append(p.Broken, brokenRow{moment(b.At), tidy(b.Promise, 30), tidy(b.Client, 40), tidy(b.Sentence, eventBytes)})
	}
}

func (p *page) addServer(r *load.Result) {
	if r.Server == nil {
		return
	}
	for _, c := range crossCheck(r) {
		p.Server = append(p.Server, checkRow{c.what, c.server, c.own})
	}
	word, t := "They agree. ", good
	if !r.Server.Agrees {
		word, t = "They disagree. ", bad
	}
	p.Agrees, p.AgreesTone = tidy(word+r.Server.Text, factBytes), toneClass(t)
}
