package sim

import (
	"bytes"
	"math"
	"slices"
	"time"

	"example.com/chatd/chat/check"
)

// handed is what the server had handed to a connection by a step.
type handed struct {
	step int
	line string // the last line for everybody
}

// watchesLag says whether what is handed over is of interest: whoever lags is ended.
func (w *world) watchesLag() bool { return w.opts.Kick > 0 && w.opts.smallTranscript() }

// hand notes the last line for everybody in p.
func (s *stopwatch) hand(w *world, p []byte) {
	for p = bytes.TrimSuffix(p, []byte("\n")); len(p) > 0; {
		i := bytes.LastIndexByte(p, '\n')
		if l := w.profile.Parse(string(p[i+1:])); l.Kind.Ordered() {
			s.handed = append(s.handed, handed{int(w.stepNow.Load()), l.Raw})
			return
		}
		p = p[:max(i, 0)]
	}
}

// handedBy is the last line that was handed over by a step.
func (s *stopwatch) handedBy(step int) (line string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.handed {
		if h.step <= step {
			line, ok = h.line, true
		}
	}
	return line, ok
}

// A past is the order of the room with what was forgotten when.
type past struct {
	lines []timed
	tails []int // the oldest line held after so many lines
	at    map[string][]int
}

// timed is a line and when it was read.
type timed struct {
	check.Line
	step int
	at   time.Duration
}

func (w *world) past() *past {
	p := &past{at: make(map[string][]int)}
	all := w.observed()
	kept := make([]timed, 0, len(all))
	for _, l := range all {
		if l.Kind.Ordered() {
			kept = append(kept, l)
		}
	}
	p.lines = kept
	lengths := make([]int, len(p.lines))
	for i, l := range p.lines {
		lengths[i] = len(l.Raw) + 1
		p.at[l.Raw] = append(p.at[l.Raw], i)
	}
	p.tails = w.profile.Tail(lengths)
	return p
}

// timed are all lines that a client read.
func (w *world) timed(c *client) (lines []timed) {
	offset, reads := 0, c.obs.Reads
	lines = make([]timed, 0, bytes.Count(c.obs.Bytes, newline))
	for rest := c.obs.Bytes; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return lines
		}
		text := rest[:i]
		for bytes.HasPrefix(text, []byte(w.profile.Prompt)) {
			text = text[len(w.profile.Prompt):]
		}
		offset += i + 1
		for len(reads) > 1 && reads[0].End < offset {
			reads = reads[1:]
		}
		lines = append(lines, timed{w.profile.Parse(textOf(text)), reads[0].Step, reads[0].At})
		rest = rest[i+1:]
	}
}

// head is how many lines had been said by a step, at most.
func (p *past) head(step int) int {
	n, _ := slices.BinarySearchFunc(p.lines, step, func(l timed, step int) int {
		if l.step <= step {
			return -1
		}
		return 1
	})
	return n
}

// own says whether a line is one that the client does not read.
func (p *past) own(i int, c *client) bool {
	label, _, ok := check.CutTag(p.lines[i].Text)
	return ok && label == c.obs.Client && (p.lines[i].Kind == check.Say || p.lines[i].Kind == check.Me)
}

// lag is oracle 9: whoever reads too slowly is overtaken exactly where lines are
// forgotten, and not before (R4).
func (l *ledger) lag(w *world) {
	if !w.opts.smallTranscript() || l.atOnce || w.unobserved {
		return
	}
	p := w.past()
	for _, c := range w.clients[1:] {
		l.gaps(w, p, c)
	}
	if w.opts.Kick > 0 && w.fuse.struck.Load() == 0 {
		l.kicks(w, p)
	}
}

// gaps: a client that missed lines goes on with the oldest line held.
func (l *ledger) gaps(w *world, p *past, c *client) {
	if !bytes.Contains(c.obs.Bytes, []byte(w.profile.Missed[0])) {
		return
	}
	missed := false
	for _, line := range w.timed(c) {
		switch {
		case line.Kind == check.Missed:
			missed = true
		case missed && line.Kind.Ordered():
			missed = false
			if !p.couldBegin(line, l.calmFrom(line.step), c) {
				w.violate("R4", 9, "%s goes on behind a gap with %q, which was never the oldest line held", c.obs.Client, line.Raw)
			}
		}
	}
}

// calmFrom is the first step from one on at whose end all was quiet: by then the
// observer had read what anybody had.
func (l *ledger) calmFrom(step int) int {
	i, _ := slices.BinarySearch(l.calm, step)
	if i == len(l.calm) {
		return math.MaxInt
	}
	return l.calm[i]
}

// couldBegin says whether the line, or one of the client's own before it, was the
// oldest line held by a step.
func (p *past) couldBegin(line timed, step int, c *client) bool {
	limit := p.tails[p.head(step)]
	for _, at := range p.at[line.Raw] {
		for {
			if _, ok := slices.BinarySearch(p.tails, at); ok && at <= limit {
				return true
			}
			if at == 0 || !p.own(at-1, c) {
				break
			}
			at--
		}
	}
	return len(p.at[line.Raw]) == 0 // another oracle's
}

// kicks: under SlowKick nobody is ended whose next line is still held.
func (l *ledger) kicks(w *world, p *past) {
	for at, leave := range p.lines {
		if leave.Kind != check.Leave || leave.Text != " (too slow)" {
			continue
		}
		c := w.called(leave.From)
		if c == nil || c.trouble.watch.interrupted() {
			continue
		}
		w.marks.hit(MarkLagKicked)
		i, _ := slices.BinarySearch(l.calm, leave.step)
		if i == 0 {
			continue
		}
		line, ok := c.trouble.watch.handedBy(l.calm[i-1])
		if !ok || len(p.at[line]) == 0 {
			continue
		}
		if next := p.at[line][0] + 1; next >= p.tails[at] {
			w.violate("R4", 9, "%s is ended as too slow, but what it had not been sent was still held", c.obs.Client)
		}
	}
}

// called is the client that ever asked for a name in this spelling; nil if there
// are several.
func (w *world) called(name string) (found *client) {
	for _, c := range w.clients {
		for i := range c.obs.Sent {
			if line := c.obs.Sent[i].Line; line == name || line == "/name "+name {
				if found != nil && found != c {
					return nil
				}
				found = c
			}
		}
	}
	return found
}
