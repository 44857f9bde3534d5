package blackbox

import (
	"strconv"
	"strings"
)

// A kind says what a line is.
type kind uint8

// The kinds of lines.
const (
	unknown  kind = iota // of no form: the greeting, a refusal, or garbage
	prompt               // for a name
	say                  // somebody's line of chat
	joined               // somebody came
	left                 // somebody went
	presence             // who is inside
	missed               // how many lines its reader was spared
	also                 // of another form that the profile knows
	notice               // for its reader alone
)

// A line is one line as its reader sees it.
type line struct {
	kind  kind
	raw   string // without its end, and without the typing prompt before it
	time  string
	from  string   // who says it, joins or leaves
	text  string   // of a say or a notice
	names []string // of a presence
	n     int      // of a missed
	seq   int      // its place among all events of the case
}

// parse reads one line. Forms for which a line of chat could pass come first: the
// server's own lines may look like lines of chat (in chatd they do, by a name that
// nobody can have), not the other way about.
func (p *Profile) parse(raw string) line {
	l := line{raw: raw}
	for _, try := range []struct {
		kind  kind
		forms []form
	}{
		{joined, p.joined}, {left, p.left}, {missed, p.missed}, {presence, p.presence},
		{also, p.also}, {say, p.line}, {notice, p.notice},
	} {
		for i := range try.forms {
			values := try.forms[i].match(raw)
			if values == nil {
				continue
			}
			l.kind, l.time, l.from, l.text = try.kind, values["time"], values["name"], values["text"]
			l.n, _ = strconv.Atoi(values["n"])
			l.names = splitNames(values["names"])
			return l
		}
	}
	return l
}

// splitNames reads a list of names: separated by commas or spaces, in any brackets.
func splitNames(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(", []()", r) })
}

// strip removes the typing prompts that stand before a line: they have no end, so
// what comes next is glued to them. A prompt with anything but another line behind
// it is the reader's own line, sent back.
func (p *Profile) strip(raw, own string) string {
	if p.typing == nil || own == "" {
		return raw
	}
	rest := raw
	for {
		at := p.typingEnd(rest, own)
		if at < 0 {
			break
		}
		rest = rest[at:]
	}
	if rest == raw || rest == "" || p.parse(rest).kind != unknown {
		return rest
	}
	return raw
}

// typingEnd is where the typing prompt for own at the start of s ends; -1: there is
// none.
func (p *Profile) typingEnd(s, own string) int {
	for i := range s {
		if s[i] != ' ' && s[i] != ':' && s[i] != ']' && s[i] != '>' && s[i] != '$' {
			continue
		}
		if m := p.typing.match(s[:i+1]); m != nil && (m["name"] == own || m["name"] == "") {
			return i + 1
		}
	}
	return -1
}
