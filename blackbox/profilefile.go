package blackbox

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
)

//go:embed profiles/*.profile
var profileFiles embed.FS

// Builtin returns the profile called name: chatd, netcat or budget.
func Builtin(name string) (*Profile, error) {
	f, err := profileFiles.Open("profiles/" + name + ".profile")
	if err != nil {
		return nil, fmt.Errorf("there is no profile %q: %s, or a file", name, strings.Join(BuiltinNames(), ", "))
	}
	defer f.Close()
	return ParseProfile(f)
}

// BuiltinNames are the names that [Builtin] takes, sorted.
func BuiltinNames() (names []string) {
	entries, _ := profileFiles.ReadDir("profiles")
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".profile"))
	}
	sort.Strings(names)
	return names
}

// ParseProfile reads a profile. Each line is "key = value"; a value in double
// quotes is a Go string, for spaces at its ends and for escapes. A line that starts
// with # is a comment. "script NAME PROMISE title" begins a script, which ends at
// "end". The error names the line.
func ParseProfile(r io.Reader) (*Profile, error) {
	b := &profileBuilder{
		p:    &Profile{promises: map[string]Severity{}, notes: map[string]string{}, text: 200, toSelf: either},
		keys: map[string][]string{},
	}
	in := bufio.NewScanner(r)
	for n := 1; in.Scan(); n++ {
		if err := b.take(in.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return b.finish()
}

// Set changes one key as the line "key = value" at the end of the file would, but for
// lists of lines and names, which it replaces. After an error the profile is not to be
// used.
func (p *Profile) Set(key, value string) error {
	b := &profileBuilder{p: p, keys: map[string][]string{}}
	if err := b.set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
		return err
	}
	if err := b.apply(); err != nil {
		return err
	}
	return p.validate()
}

// A profileBuilder is a profile in the making. Forms are compiled at the end, when
// the shape of a time is known.
type profileBuilder struct {
	p      *Profile
	keys   map[string][]string
	script *script // the one being read
}

func (b *profileBuilder) take(text string) error {
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return nil
	}
	if b.script != nil {
		return b.takeStep(text)
	}
	if rest, ok := strings.CutPrefix(text, "script "); ok {
		s, err := newScript(rest)
		b.script = s
		return err
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q is no key = value", text)
	}
	return b.set(strings.TrimSpace(key), strings.TrimSpace(value))
}

func (b *profileBuilder) takeStep(text string) error {
	if text == "end" {
		s := b.script
		b.script = nil
		b.p.scripts = append(b.p.scripts, s)
		b.promise(s.id, s.severity)
		return nil
	}
	return b.script.step(text)
}

// set notes the value of a key.
func (b *profileBuilder) set(key, value string) error {
	if strings.HasPrefix(value, `"`) {
		s, err := strconv.Unquote(value)
		if err != nil {
			return fmt.Errorf("%s: %s is no string in double quotes", key, value)
		}
		value = s
	}
	word, rest, _ := strings.Cut(key, " ")
	if word == "note" {
		b.p.notes[strings.TrimSpace(rest)] = value
		return nil
	}
	if !slices.Contains(knownKeys, key) {
		return fmt.Errorf("there is no key %q", key)
	}
	b.keys[key] = append(b.keys[key], value)
	return nil
}

func (b *profileBuilder) finish() (*Profile, error) {
	if b.script != nil {
		return nil, fmt.Errorf("the script %s has no end", b.script.id)
	}
	if err := b.apply(); err != nil {
		return nil, err
	}
	return b.p, b.p.validate()
}

// validate finds what no server could be checked with.
func (p *Profile) validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.Name == "" {
		fail("the key name is missing")
	}
	if len(p.line) == 0 {
		fail("the key line is missing: how a line of chat looks")
	}
	if (p.prompt == "") == (p.ask.re == nil) {
		fail("one of prompt and prompt-line is needed: what asks for a name")
	}
	if p.ack == ackJoined && len(p.joined) == 0 || p.ack == ackPresence && len(p.presence) == 0 {
		fail("ack names a form that the profile has not")
	}
	known := map[string]bool{}
	for _, c := range p.cases() {
		if known[c.ID] {
			fail("there are two cases called %s", c.ID)
		}
		known[c.ID] = true
	}
	for _, id := range p.order {
		if !known[id] {
			fail("there is no case %q", id)
		}
	}
	for _, s := range p.scripts {
		if err := s.check(p.time); err != nil {
			errs = append(errs, err)
		}
	}
	for id := range p.notes {
		if !known[id] {
			fail("note: there is no case %q", id)
		}
	}
	return errors.Join(errs...)
}
