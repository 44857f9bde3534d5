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
	"time"
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

var knownKeys = []string{
	"name", "about", "port", "time", "greeting", "prompt", "prompt-line", "typing", "blank-lines",
	"line", "joined", "left", "presence", "missed", "also", "notice", "ack", "joined-to-self", "echo",
	"history", "refusal", "full", "clients", "text", "over", "attempts", "rate", "slow-notice",
	"good-name", "bad-name", "reserved", "must", "beyond", "skip",
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

// apply carries the noted keys over into the profile.
func (b *profileBuilder) apply() error {
	p := b.p
	for key, to := range map[string]*string{
		"name": &p.Name, "about": &p.About, "port": &p.Port, "time": &p.time, "prompt": &p.prompt, "slow-notice": &p.slow,
	} {
		if v, ok := b.last(key); ok {
			*to = v
		}
	}
	for key, to := range map[string]*[]string{
		"greeting": &p.greeting, "good-name": &p.goodNames, "bad-name": &p.badNames, "reserved": &p.reserved,
	} {
		if v, ok := b.keys[key]; ok {
			*to = v
		}
	}
	b.promises()
	return errors.Join(b.forms(), b.choices(), b.numbers())
}

func (b *profileBuilder) last(key string) (string, bool) {
	v := b.keys[key]
	if len(v) == 0 {
		return "", false
	}
	return v[len(v)-1], true
}

func (b *profileBuilder) forms() error {
	p := b.p
	var errs []error
	for key, to := range map[string]*[]form{
		"line": &p.line, "joined": &p.joined, "left": &p.left, "presence": &p.presence,
		"missed": &p.missed, "also": &p.also, "notice": &p.notice,
	} {
		if len(b.keys[key]) > 0 {
			*to = nil
		}
		for _, source := range b.keys[key] {
			f, err := compileForm(source, p.time)
			*to, errs = append(*to, f), append(errs, keyed(key, err))
		}
	}
	if source, ok := b.last("typing"); ok {
		f, err := compileForm(source, p.time)
		p.typing, errs = &f, append(errs, keyed("typing", err))
	}
	if source, ok := b.last("prompt-line"); ok {
		f, err := compileForm(source, p.time)
		p.ask, errs = f, append(errs, keyed("prompt-line", err))
	}
	return errors.Join(errs...)
}

func keyed(key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", key, err)
}

func (b *profileBuilder) choices() error {
	p := b.p
	tris := map[string]tri{"yes": yes, "no": no, "any": either}
	refusals := map[string]refusal{"message": byMessage, "close": byClose, "any": anyRefusal}
	return errors.Join(
		choose(b, "echo", tris, &p.echo),
		choose(b, "joined-to-self", tris, &p.toSelf),
		choose(b, "over", map[string]tri{"refused": yes, "any": either}, &p.over),
		choose(b, "blank-lines", map[string]bool{"yes": true, "no": false}, &p.blank),
		choose(b, "refusal", refusals, &p.refusal),
		choose(b, "full", refusals, &p.full),
		choose(b, "ack", map[string]ack{"none": ackNone, "joined": ackJoined, "presence": ackPresence}, &p.ack),
	)
}

// choose sets to what the value of key stands for.
func choose[T any](b *profileBuilder, key string, words map[string]T, to *T) error {
	v, ok := b.last(key)
	if !ok {
		return nil
	}
	if *to, ok = words[v]; ok {
		return nil
	}
	var allowed []string
	for w := range words {
		allowed = append(allowed, w)
	}
	sort.Strings(allowed)
	return fmt.Errorf("%s: %q is none of %s", key, v, strings.Join(allowed, ", "))
}

func (b *profileBuilder) numbers() error {
	p := b.p
	var errs []error
	for key, to := range map[string]*int{
		"clients": &p.clients, "text": &p.text, "attempts": &p.attempts, "history": &p.history,
	} {
		v, ok := b.last(key)
		switch {
		case !ok:
		case key == "history" && v == "all":
			*to = allHistory
		case key == "history" && v == "none":
			*to = 0
		default:
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || n > 1<<20 {
				errs = append(errs, fmt.Errorf("%s: %q is no number from 0 to 1048576", key, v))
			}
			*to = n
		}
	}
	return errors.Join(append(errs, b.rate())...)
}

// rate reads "5/1s": five lines at once, one more each second.
func (b *profileBuilder) rate() error {
	v, ok := b.last("rate")
	if !ok {
		return nil
	}
	b.p.burst, b.p.interval = 0, 0
	if v == "none" {
		return nil
	}
	burst, interval, _ := strings.Cut(v, "/")
	n, err := strconv.Atoi(burst)
	d, err2 := time.ParseDuration(interval)
	if err != nil || err2 != nil || n < 1 || d <= 0 {
		return fmt.Errorf("rate: %q is no rate like 5/1s, and not none", v)
	}
	b.p.burst, b.p.interval = n, d
	return nil
}

// promises reads the lists of cases. Naming a case again changes its severity; skip
// takes its promise back.
func (b *profileBuilder) promises() {
	for _, s := range []Severity{Must, Beyond} {
		for _, list := range b.keys[string(s)] {
			for _, id := range strings.Fields(list) {
				b.promise(id, s)
			}
		}
	}
	for _, list := range b.keys["skip"] {
		for _, id := range strings.Fields(list) {
			b.promise(id, "")
		}
	}
}

func (b *profileBuilder) promise(id string, s Severity) {
	if b.p.promises[id] == "" {
		b.p.order = append(b.p.order, id)
	}
	b.p.promises[id] = s
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
