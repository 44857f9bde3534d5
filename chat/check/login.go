package check

import "strings"

// login checks everything before the client is inside: the greeting, one answer
// and a prompt for each refused name, at most so many of them, and the last words
// to one that does not get in (L1, L2, L3, L5).
func (j *judge) login(c *client) {
	if len(c.lines) == 0 {
		return
	}
	if c.lines[0].Kind == Notice && c.first == 1 && len(c.lines) == 1 && j.p.isGoodbye(c.lines[0].Text) {
		return // refused at the door: only that line
	}
	if !j.greeted(c) {
		return
	}
	j.attempts(c)
}

// greeted checks the greeting as far as it was read.
func (j *judge) greeted(c *client) bool {
	want := j.greeting
	got := textOf(c.Bytes[:min(len(c.Bytes), len(want))])
	if got == want || c.End != EOF && strings.HasPrefix(want, got) {
		return true
	}
	j.violate("L1", 19, c, 0, "it is greeted with %q, not with %q", got, want)
	return false
}

// attempts checks what follows the greeting: each line sent is answered by one
// notice and the prompt, until a name is accepted.
func (j *judge) attempts(c *client) {
	begin := j.greetingLines + 1
	refused := 0
	for i := begin; i < c.first; i++ {
		l := &c.lines[i]
		switch {
		case l.Kind == Prompt && c.lines[i-1].Kind == Prompt:
			j.violate("L2", 19, c, i, "a second prompt without an answer before it")
		case l.Kind == Notice && c.lines[i-1].Kind == Notice && !j.p.isGoodbye(l.Text):
			j.violate("L2", 19, c, i, "a second answer to one name")
		case l.Kind == Notice && c.lines[i-1].Kind == Prompt && !j.p.isGoodbye(l.Text) && !c.lostBefore(refused):
			refused++
		}
	}
	if n := j.p.NameAttempts; n > 0 && refused > n {
		j.violate("L2", 19, c, c.first-1, "%d names were refused, only %d may be tried", refused, n)
	}
	if used := max(c.prompts-1, 0); used > len(c.Sent) {
		j.violate("L2", 19, c, c.first-1, "%d answers at the prompt to %d lines sent", used, len(c.Sent))
	}
}

// lostBefore says whether the n-th line sent was too long, which is no attempt.
func (c *client) lostBefore(n int) bool { return n < len(c.Sent) && c.Sent[n].Lost }
