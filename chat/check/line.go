package check

import (
	"strconv"
	"strings"
)

// A Kind says what a line is.
type Kind uint8

// The kinds of lines. Those from Say on are in the order, for everybody.
const (
	Malformed Kind = iota
	Prompt
	Notice  // for one client alone
	Missed  // the notice that counts missed lines
	Private // to or from one other client
	Say
	Me
	Join
	Leave
	Rename
	Stop
)

// Ordered says whether lines of that kind are for everybody, in one order.
func (k Kind) Ordered() bool { return k >= Say }

// A Line is one line as its reader sees it.
type Line struct {
	Kind   Kind
	Raw    string // without its end
	Time   string // "2006-01-02 15:04:05" where it has one
	From   string // who says it, joins, leaves, or had the name before a rename
	To     string // the other side of a private line; the new name of a rename
	Text   string
	N      int // of a Missed
	Offset int // of its end in what the client read
}

const stampBytes = len("[2006-01-02 15:04:05]")

// Parse reads one line, without its end. M6: what cannot be read as exactly one
// (time, from, text) is Malformed.
func (p *Profile) Parse(raw string) Line {
	l := Line{Raw: raw}
	if rest, ok := strings.CutPrefix(raw, p.Notice); ok {
		l.Kind, l.Text = Notice, rest
		l.parseMissed(p)
		return l
	}
	if !stamped(raw) {
		return l
	}
	l.Time = raw[1 : stampBytes-1]
	rest := raw[stampBytes:]
	if text, ok := strings.CutPrefix(rest, p.System); ok {
		l.parseSystem(p, text)
		return l
	}
	l.parseTalk(rest)
	return l
}

// stamped says whether a line begins with a time in brackets.
func stamped(raw string) bool {
	const shape = "[0000-00-00 00:00:00]"
	if len(raw) < len(shape) {
		return false
	}
	for i := range len(shape) {
		c := raw[i]
		if shape[i] == '0' && (c < '0' || c > '9') || shape[i] != '0' && c != shape[i] {
			return false
		}
	}
	return true
}

func (l *Line) parseMissed(p *Profile) {
	rest, ok := strings.CutPrefix(l.Text, p.Missed[0])
	if !ok {
		return
	}
	number, ok := strings.CutSuffix(rest, p.Missed[1])
	n, err := strconv.Atoi(number)
	if ok && err == nil && n > 0 {
		l.Kind, l.N = Missed, n
	}
}

func (l *Line) parseSystem(p *Profile, text string) {
	if text == p.Stop {
		l.Kind = Stop
		return
	}
	name, _, ok := strings.Cut(text, " ")
	if !ok || name == "" {
		return
	}
	rest := text[len(name):]
	if rest == p.Joined {
		l.Kind, l.From = Join, name
	} else if reason, ok := strings.CutPrefix(rest, p.Left); ok {
		l.Kind, l.From, l.Text = Leave, name, reason
	} else if to, ok := strings.CutPrefix(rest, p.Renamed); ok && isName(to) {
		l.Kind, l.From, l.To = Rename, name, to
	}
}

// parseTalk reads "[name]: text", "[a -> b]: text" and " * name text".
func (l *Line) parseTalk(rest string) {
	if action, ok := strings.CutPrefix(rest, " * "); ok {
		name, text, ok := strings.Cut(action, " ")
		if ok && isName(name) {
			l.Kind, l.From, l.Text = Me, name, text
		}
		return
	}
	if rest == "" || rest[0] != '[' {
		return
	}
	who, text, ok := strings.Cut(rest[1:], "]: ")
	if !ok {
		return
	}
	if from, to, ok := strings.Cut(who, " -> "); ok {
		if isName(from) && isName(to) && (from == "you") != (to == "you") {
			l.Kind, l.From, l.To, l.Text = Private, from, to, text
		}
		return
	}
	if isName(who) {
		l.Kind, l.From, l.Text = Say, who, text
	}
}

// isName says whether s could be a name at all: N1 has no spaces and no brackets.
func isName(s string) bool { return s != "" && !strings.ContainsAny(s, " []\t*:>") }
