package blackbox

import (
	"slices"
	"time"
)

// A Profile says how a server speaks and what it promises. It is data: read one
// with [ParseProfile] or take one of the three of [Builtin]. docs/CHATCHECK.md
// explains every key.
type Profile struct {
	// Name is what the profile is called, About one sentence, Port the port that is
	// meant where an address has none.
	Name, About, Port string

	greeting []string // lines that come before the first prompt
	prompt   string   // literal, without a line end; "" if promptLine
	ask      form     // the line that asks for a name, where the prompt is a line
	typing   *form    // what an insider reads before typing; nil: nothing

	line, joined, left, presence, missed, also, notice []form

	time    string // the shape of a time, 0 for any digit
	blank   bool   // blank lines may be read anywhere
	ack     ack
	toSelf  tri // whether a newcomer reads its own join notice
	echo    tri // whether a sender reads its own line back
	history int // lines a newcomer reads; allHistory: every one; 0: none

	refusal refusal // what a refused name meets
	full    refusal // what one too many meets

	clients  int // places; 0: not known
	text     int // bytes of a text that must pass
	over     tri // whether a longer text is refused with a notice; any: not looked at
	attempts int // names that a connection may try; 0: not looked at

	burst    int           // lines a session may say at once; 0: any number
	interval time.Duration // in which it earns one more

	goodNames, badNames, reserved []string // with {tag} for what makes them new
	slow                          string   // begins the notice to a sender over its rate

	promises map[string]Severity
	order    []string // of the promises, as the profile has them
	notes    map[string]string
	scripts  []*script
}

// allHistory is the history of a server that forgets nothing.
const allHistory = 1 << 30

// A Severity says how much a promise weighs.
type Severity string

// The severities. The zero value is a promise that the profile does not make.
const (
	Must   Severity = "must"   // the server has to keep it
	Beyond Severity = "beyond" // a good server keeps it; broken, it is advice
)

// ack says what tells a client that it is inside.
type ack uint8

const (
	ackNone ack = iota // nothing: the others are told
	ackJoined
	ackPresence
)

// tri is yes, no, or either of them.
type tri uint8

const (
	either tri = iota
	yes
	no
)

// refusal says what one that is not let in meets.
type refusal uint8

const (
	anyRefusal refusal = iota
	byMessage          // a line that says why
	byClose            // the end of the connection, with or without a line
)

// Severity is that of a case, "" if the profile does not promise it.
func (p *Profile) Severity(id string) Severity { return p.promises[id] }

// Note is what the profile says about a case, "" for nothing.
func (p *Profile) Note(id string) string { return p.notes[id] }

// cases returns the cases of the profile and, behind them, those that it does not
// promise, in the order of the checks.
func (p *Profile) cases() []*Case {
	all := slices.Clone(builtinCases)
	for _, s := range p.scripts {
		all = append(all, s.asCase())
	}
	return all
}

// lineFor is a line of chat as the server should write it, to be shown to people.
func (p *Profile) lineFor(name, text string) string { return p.line[0].with(name, text) }
