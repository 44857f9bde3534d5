package blackbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A script is a case written in a profile: who says what and who then reads what.
//
//	script me C1 an action is shown to the others
//	advice  what to do if it is not
//	ann> /me waves
//	bob< [{time}] * {ann} waves
//	end
//
// Everybody named is inside before it begins. {ann} is the name that ann has. A line
// with < is the next that this client reads, comings and goings of others left out;
// "ann<." means that ann's connection is closed then, "ann= NAME" that this is ann's
// name from here on. Behind the last step nobody reads anything more.
type script struct {
	id, promise, title, advice string

	severity Severity
	roles    []string
	steps    []scriptStep
}

type scriptStep struct {
	role string
	what string // "<", ">" or "="
	text string // "." behind <: the end
}

var roleForm = regexp.MustCompile(`\{([a-z]+)\}`)

var stepForm = regexp.MustCompile(`^([a-z]+)([<>=])\s?(.*)$`)

// newScript reads what stands behind the word script.
func newScript(rest string) (*script, error) {
	words := strings.SplitN(strings.TrimSpace(rest), " ", 3)
	if len(words) < 3 {
		return nil, fmt.Errorf("script %s: a script has a name, a promise and a title", rest)
	}
	return &script{id: words[0], promise: words[1], title: words[2], severity: Must}, nil
}

// step reads one line of a script.
func (s *script) step(text string) error {
	if advice, ok := strings.CutPrefix(text, "advice "); ok {
		s.advice = strings.TrimSpace(advice)
		return nil
	}
	if text == "beyond" {
		s.severity = Beyond
		return nil
	}
	m := stepForm.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("script %s: %q is no step like ann> text or bob< form", s.id, text)
	}
	if m[2] != "<" {
		for _, other := range roleForm.FindAllStringSubmatch(m[3], -1) {
			s.role(other[1])
		}
	}
	s.role(m[1])
	s.steps = append(s.steps, scriptStep{role: m[1], what: m[2], text: m[3]})
	return nil
}

// role adds one to those who are inside.
func (s *script) role(name string) {
	if !slices.Contains(s.roles, name) {
		s.roles = append(s.roles, name)
	}
}

// check finds what cannot be carried out.
func (s *script) check(shape string) error {
	if len(s.steps) == 0 {
		return fmt.Errorf("script %s: it has no steps", s.id)
	}
	var names []string
	for _, role := range s.roles {
		names = append(names, "{"+role+"}", role)
	}
	for _, step := range s.steps {
		if step.what != "<" {
			continue
		}
		if _, err := compileForm(strings.NewReplacer(names...).Replace(step.text), shape); err != nil {
			return fmt.Errorf("script %s: %w", s.id, err)
		}
	}
	return nil
}

func (s *script) asCase() *Case {
	return &Case{ID: s.id, Promise: s.promise, Title: s.title, Advice: s.advice, try: s.try}
}

func (s *script) try(x *exam) {
	cast := map[string]*client{}
	var names []string
	for _, role := range s.roles {
		cast[role] = x.join(role)
		names = append(names, "{"+role+"}", cast[role].name)
	}
	fill := strings.NewReplacer(names...)
	for _, c := range cast {
		c.seen = c.count()
	}
	var last *client
	for _, step := range s.steps {
		c := cast[step.role]
		switch {
		case step.what == "=":
			c.call(fill.Replace(step.text))
		case step.what == ">":
			c.send(fill.Replace(step.text) + "\n")
			c.spend(1)
			last = c
		case step.text == ".":
			if !x.await(func() bool { return c.end != reading }) {
				x.broken(c.note("has waited for the end"), "%s is not disconnected", c.role)
			}
		default:
			s.expect(x, c, fill.Replace(step.text))
		}
	}
	s.nothingMore(x, cast, last)
}

// expect waits for the client's next line and holds it against a form.
func (s *script) expect(x *exam, c *client, source string) {
	f, _ := compileForm(source, x.p.time) // check has found that it can be
	counts := func(l line) bool { return s.counts(x, l) }
	i := x.gets(c, counts)
	if i < 0 {
		x.broken(c.note("has waited for %q", source), "%s does not read %s", c.role, quote(source))
	}
	if l := c.since(i)[0]; f.match(l.raw) == nil {
		x.broken(l.seq, "%s reads %s, where %s should be", c.role, quote(l.raw), quote(source))
	}
}

// counts says whether a line is part of the script: comings, goings and what
// strangers say are not, unless they are those of its own clients' doing.
func (s *script) counts(x *exam, l line) bool {
	switch l.kind {
	case joined, presence:
		return false
	case say, left:
		return x.ours(l)
	}
	return true
}

// nothingMore proves that nobody reads more than the script says, by a line of the
// one who spoke last, if it still can, and one of somebody else.
func (s *script) nothingMore(x *exam, cast map[string]*client, last *client) {
	var all []*client
	for _, role := range s.roles {
		if c := cast[role]; c.ended() == reading {
			all = append(all, c)
		}
	}
	if last != nil && last.ended() == reading && last.canSay(1) {
		s.nothingBefore(x, last, all)
	}
	s.nothingBefore(x, x.speaker(all), all)
}

func (s *script) nothingBefore(x *exam, speaker *client, readers []*client) {
	for i, lines := range x.fenceBy(speaker, readers...) {
		for _, l := range lines {
			if s.counts(x, l) && !(l.kind == say && strings.HasSuffix(l.text, ": fence")) {
				x.broken(l.seq, "%s reads %s, which nobody should have sent it", readers[i].role, quote(l.raw))
			}
		}
	}
}
