package report

import (
	"math"
	"strings"
)

// Progress is a run as it stands, to be shown while it goes on. Times are seconds, sizes
// bytes; latencies are of the last few seconds, as the caller likes; the zero value is a
// run that has not begun.
type Progress struct {
	Burst  bool    // shows no latency
	At     float64 // since the start of the first stage
	Length float64 // of all stages; 0: not known
	Stage  string  // "2 of 3: 0-1000c@200/s"

	Rate       float64   // deliveries a second
	P50        float64   // of deliver
	P99        float64   // of deliver
	Max        float64   // of deliver
	P99s       []float64 // deliver p99 of each second until now; 0 where nothing was due
	Rates      []float64 // deliveries in each second until now; a burst shows these instead
	Expected   int64     // deliveries owed until now
	Reached    int64     // deliveries owed and made
	Lost       int64
	Duplicates int64
	Reordered  int64
	Corrupt    int64 // shown where it is not 0

	Up      int64 // clients inside
	Slow    int64 // slow or stalled on purpose
	Refused int64

	Lag float64 // chatload's own, p99
	CPU float64 // chatload's own, 1 being all cores

	Server      bool // the next two are known
	ServerRSS   int64
	ServerTasks int64

	Fault     string  // the one under way, or empty
	FaultLeft float64 // until it is over
	Recovered bool    // Recovery is known
	Recovery  float64 // from the end of the last fault; negative: not yet
}

// The marks of a sparkline, from the least to the greatest.
const (
	sparks      = "▁▂▃▄▅▆▇█"
	sparksASCII = "_.-=+*%#"
)

// Live is the block that a terminal shows during a run: always the same number of lines
// for one kind of run, none wider than the style says, each ended by LF. Where there is
// little room the less important figures are left out.
func Live(p *Progress, style Style) string {
	s := newSheet(style)
	s.line(plain, liveBar(p, s.style.width()))
	s.line(plain, fit(s.style.width(), liveSpeed(p)))
	s.line(plain, liveSpark(p, s.style.width()))
	s.line(badIf(p.broken()), fit(s.style.width(), liveProof(p)))
	s.line(plain, fit(s.style.width(), liveClients(p)))
	s.line(plain, fit(s.style.width(), liveCost(p)))
	s.line(liveTone(p), fit(s.style.width(), liveTrouble(p)))
	return s.String()
}

// LiveLine is the same in one line, for a log: what is always worth knowing, and what
// went wrong if anything did. It ends in LF.
func LiveLine(p *Progress, style Style) string {
	s := newSheet(style)
	parts := []part{{span(math.Floor(p.At)), 0}, {perSecond(math.Round(p.Rate)), 0}}
	if !p.Burst {
		parts = append(parts, part{"p50 " + seconds(p.P50), 4}, part{"p99 " + seconds(p.P99), 0}, part{"max " + seconds(p.Max), 3})
	}
	parts = append(parts, part{"reach " + p.reach(), 1}, part{count(p.Up, "client"), 2})
	parts = append(parts, complaints(p)...)
	s.line(badIf(p.broken()), fit(s.style.width(), parts))
	return s.String()
}

// complaints are the figures that ought to be 0, where they are not.
func complaints(p *Progress) (parts []part) {
	for _, c := range []struct {
		n    int64
		what string
	}{{p.Lost, "lost"}, {p.Duplicates, "dup"}, {p.Reordered, "reorder"}, {p.Corrupt, "corrupt"}, {p.Refused, "refused"}} {
		if c.n != 0 {
			parts = append(parts, part{c.what + " " + grouped(c.n), 0})
		}
	}
	if p.Fault != "" {
		parts = append(parts, part{"fault " + clean(p.Fault), 1})
	}
	return parts
}

func (p *Progress) broken() bool {
	return p.Lost != 0 || p.Duplicates != 0 || p.Reordered != 0 || p.Corrupt != 0
}

func (p *Progress) reach() string {
	if p.Expected == 0 {
		return nothing
	}
	return share(float64(p.Reached) / float64(p.Expected))
}

// A part of a line. Those of the highest rank are left out first, those of 0 never.
type part struct {
	text string
	rank int
}

// fit joins parts, as many as there is room for.
func fit(width int, parts []part) string {
	for {
		var texts []string
		worst := -1
		for i, p := range parts {
			if p.text == "" {
				continue
			}
			texts = append(texts, p.text)
			if p.rank > 0 && (worst < 0 || p.rank >= parts[worst].rank) {
				worst = i
			}
		}
		line := strings.Join(texts, gap)
		if columns(line) <= width || worst < 0 {
			return line
		}
		parts = append(append([]part{}, parts[:worst]...), parts[worst+1:]...)
	}
}

func liveBar(p *Progress, width int) string {
	time := span(math.Floor(p.At))
	if p.Length > 0 {
		time += " of " + span(p.Length)
	}
	stage := ""
	if p.Stage != "" {
		stage = gap + "stage " + clean(p.Stage)
	}
	room := min(max(width-columns(time)-columns(stage)-4, 8), 30)
	done := 0
	if p.Length > 0 && finite(p.At) {
		done = int(math.Round(min(max(p.At/p.Length, 0), 1) * float64(room)))
	}
	return "[" + strings.Repeat("█", done) + strings.Repeat("░", room-done) + "]" + gap + time + stage
}

func liveSpeed(p *Progress) []part {
	rate := flow(math.Round(p.Rate), "delivery")
	if p.Burst {
		return []part{{rate, 0}}
	}
	return []part{{rate, 1}, {"p50 " + seconds(p.P50), 2}, {"p99 " + seconds(p.P99), 0}, {"max " + seconds(p.Max), 0}}
}

// liveSpark is p99 by second, on a logarithmic scale, with its least and greatest; in a
// burst, the deliveries.
func liveSpark(p *Progress, width int) string {
	name, values, show := "p99 by second", p.P99s, seconds
	if p.Burst {
		name, values, show = "deliveries/s", p.Rates, func(v float64) string { return number(math.Round(v)) }
	}
	low, high := bounds(values)
	if high == 0 {
		return name
	}
	scale := show(low) + " to " + show(high)
	room := width - columns(name) - columns(scale) - 2*len(gap)
	if room < 8 {
		scale = show(high)
		room = width - columns(name) - columns(scale) - 2*len(gap)
	}
	return name + gap + spark(values, max(room, 4)) + gap + scale
}

// bounds are the least and the greatest of the values above 0.
func bounds(values []float64) (low, high float64) {
	for _, v := range values {
		if v > 0 && finite(v) {
			high = max(high, v)
			if low == 0 || v < low {
				low = v
			}
		}
	}
	return low, high
}

// spark draws values in at most n columns; where there are more of them a column shows
// the greatest of several. A value of 0 is a gap.
func spark(values []float64, n int) string {
	marks := []rune(sparks)
	low, high := bounds(values)
	each := (len(values) + n - 1) / max(n, 1)
	var b strings.Builder
	for i := 0; i < len(values); i += each {
		_, v := bounds(values[i:min(i+each, len(values))])
		if v == 0 {
			b.WriteByte(' ')
			continue
		}
		// Within a factor of 2 it is noise, and drawn small rather than stretched.
		level := (math.Log(v) - math.Log(low)) / max(math.Log(high)-math.Log(low), math.Ln2)
		b.WriteRune(marks[min(int(level*float64(len(marks))), len(marks)-1)])
	}
	return b.String()
}

func liveProof(p *Progress) []part {
	parts := []part{
		{"reach " + p.reach(), 1}, {"lost " + grouped(p.Lost), 0},
		{"dup " + grouped(p.Duplicates), 0}, {"reorder " + grouped(p.Reordered), 0},
	}
	if p.Corrupt != 0 {
		parts = append(parts, part{"corrupt " + grouped(p.Corrupt), 0})
	}
	return parts
}

func liveClients(p *Progress) []part {
	return []part{
		{"clients " + grouped(p.Up) + " up", 0}, {grouped(p.Slow) + " slow", 1}, {grouped(p.Refused) + " refused", 0},
	}
}

func liveCost(p *Progress) []part {
	own := part{"chatload CPU " + share(p.CPU), 2}
	if !p.Burst {
		own.text = "chatload lag " + seconds(p.Lag) + ", CPU " + share(p.CPU)
	}
	if !p.Server {
		own.rank = 0
		return []part{own}
	}
	return []part{own, {"server " + size(float64(p.ServerRSS)), 0}, {count(p.ServerTasks, "goroutine"), 1}}
}

func liveTone(p *Progress) tone {
	if p.Fault != "" || p.Recovered && p.Recovery < 0 {
		return doubt
	}
	return plain
}

func liveTrouble(p *Progress) []part {
	now := part{"no fault under way", 0}
	if p.Fault != "" {
		now.text = "fault " + clean(p.Fault) + ", " + span(max(p.FaultLeft, 0)) + " left"
	}
	switch {
	case p.Burst || !p.Recovered:
		return []part{now}
	case p.Recovery < 0:
		return []part{now, {"not recovered from the last", 1}}
	}
	return []part{now, {"recovered from the last in " + seconds(p.Recovery), 1}}
}
