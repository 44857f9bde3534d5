package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/chatd/chat/check"
)

// Report is what a person needs of a run: the broken promises, one line per event
// with its virtual time and client, the offending lines marked.
func (r *Result) Report() string {
	var b strings.Builder
	for _, v := range r.Violations {
		fmt.Fprintln(&b, v)
	}
	fmt.Fprintln(&b)
	bad := r.badLines()
	for _, e := range r.events() {
		mark := "  "
		if bad[e.key] {
			mark = "=>"
		}
		fmt.Fprintf(&b, "%s %12v %3d %-4s %s %s\n", mark, e.at, e.step, e.client, e.arrow, e.text)
	}
	return b.String()
}

// An event is one line sent or read.
type event struct {
	at     time.Duration
	step   int
	client string
	arrow  string
	text   string
	key    string // client and line, of a line read
}

// events are all that happened, in the order of steps.
func (r *Result) events() (all []event) {
	profile := check.Chat()
	for i := range r.Clients {
		c := &r.Clients[i]
		for _, s := range c.Sent {
			text := fmt.Sprintf("%q", s.Line)
			if s.Lost {
				text = "(a line too long)"
			}
			all = append(all, event{s.At, s.Step, c.Client, ">", text, ""})
		}
		all = append(all, read(&profile, c)...)
	}
	slices.SortStableFunc(all, func(a, b event) int {
		return cmp.Or(a.step-b.step, cmp.Compare(a.at, b.at), rank(a)-rank(b))
	})
	return all
}

// rank puts causes before effects, within one moment.
func rank(e event) int { return strings.Index("><|", e.arrow) }

// read are the lines that a client read.
func read(p *check.Profile, c *check.Observation) (all []event) {
	offset, line := 0, 0
	last := check.Read{}
	for rest := string(c.Bytes); rest != ""; line++ {
		n := strings.IndexByte(rest, '\n') + 1
		if strings.HasPrefix(rest, p.Prompt) {
			n = len(p.Prompt)
		} else if n == 0 {
			n = len(rest)
		}
		for _, last = range c.Reads {
			if last.End > offset+n-1 {
				break
			}
		}
		all = append(all, event{last.At, last.Step, c.Client, "<", fmt.Sprintf("%q", rest[:n]), fmt.Sprintf("%s %d", c.Client, line)})
		offset, rest = offset+n, rest[n:]
	}
	end := [...]string{"", "reads the end", "is reset", "is gone"}[c.End]
	if end != "" {
		all = append(all, event{last.At, last.Step, c.Client, "|", end, ""})
	}
	return all
}

// badLines are the keys of the lines that break a promise.
func (r *Result) badLines() map[string]bool {
	bad := make(map[string]bool)
	for _, v := range r.Violations {
		if v.Line >= 0 {
			bad[fmt.Sprintf("%s %d", v.Client, v.Line)] = true
		}
	}
	return bad
}
