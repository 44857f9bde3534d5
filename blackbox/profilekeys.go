package blackbox

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// knownKeys are the keys of a profile; docs/CHATCHECK.md explains each.
var knownKeys = []string{
	"name", "about", "port", "time", "greeting", "prompt", "prompt-line", "typing", "blank-lines",
	"line", "joined", "left", "presence", "missed", "also", "notice", "ack", "joined-to-self", "echo",
	"history", "refusal", "full", "clients", "text", "over", "attempts", "rate", "slow-notice",
	"good-name", "bad-name", "reserved", "must", "beyond", "skip",
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
