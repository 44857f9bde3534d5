package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A play is a hand-written run: who sent and read what, in steps.
type play struct {
	clients []Observation
	step    int
}

// the returns a client's observation, to be changed.
func (p *play) the(label string) *Observation {
	for i := range p.clients {
		if p.clients[i].Client == label {
			return &p.clients[i]
		}
	}
	p.clients = append(p.clients, Observation{Client: label})
	return &p.clients[len(p.clients)-1]
}

const greeted = "[SYSTEM]: Welcome to TCP Chat!\nEnter your name: "

// line is a line of the room at a fixed time.
func line(text string) string { return "[2026-01-02 15:04:05]" + text }

// newPlay parses a script. Each line is a step: "bob > hi" is a line sent, "bob < hi"
// one read; "all <" is read by everybody; "bob greeted" reads the greeting; "bob
// eof", "bob reset", "bob shut", "bob may too slow" and "bob processed" are facts. A
// line of the room is written without its time, after a bar.
func newPlay(script string) *play {
	p := &play{}
	p.the("ann").Observer = true
	for raw := range strings.Lines(script) {
		words := strings.SplitN(strings.TrimSpace(raw), " ", 3)
		if len(words) < 2 {
			continue
		}
		p.step++
		rest := ""
		if len(words) == 3 {
			rest = words[2]
		}
		if words[0] == "all" {
			for i := range p.clients {
				p.do(&p.clients[i], words[1], rest)
			}
			continue
		}
		p.do(p.the(words[0]), words[1], rest)
	}
	return p
}

func (p *play) do(o *Observation, what, rest string) {
	switch what {
	case ">":
		o.Sent = append(o.Sent, Sent{Line: rest, Step: p.step})
	case "<":
		text, cut := strings.CutSuffix(rest, "\\")
		if room, ok := strings.CutPrefix(text, "|"); ok {
			text = line(room)
		}
		if !cut {
			text += "\n"
		}
		p.reads(o, text)
	case "greeted":
		p.reads(o, greeted)
	case "eof":
		o.End = EOF
	case "reset":
		o.End = Reset
	case "shut":
		o.HalfClosed = true
	case "keeps":
		o.KeepsUp = true
	case "may":
		o.MayLeave = append(o.MayLeave, Cause{Reason: rest, Step: p.step})
	case "processed":
		o.Processed = true
	}
}

func (p *play) reads(o *Observation, text string) {
	o.Bytes = append(o.Bytes, text...)
	o.Reads = append(o.Reads, Read{End: len(o.Bytes), Step: p.step})
}

// room is a run in which all is well: ann observes, bob and eve talk.
const room = `
ann > ann
ann greeted
ann < |[SYSTEM]: ann has joined our chat...
bob > bob
bob greeted
bob < |[SYSTEM]: ann has joined our chat...
all < |[SYSTEM]: bob has joined our chat...
eve > bob
eve greeted
eve < [SYSTEM]: that name is taken
eve < Enter your name: \
eve > eve
eve < |[SYSTEM]: ann has joined our chat...
eve < |[SYSTEM]: bob has joined our chat...
all < |[SYSTEM]: eve has joined our chat...
bob > #bob.1: hello
ann < |[bob]: #bob.1: hello
eve < |[bob]: #bob.1: hello
bob > /who
bob < [SYSTEM]: 3 here: ann, bob, eve
eve > /me #eve.1: waves
ann < | * eve #eve.1: waves
bob < | * eve #eve.1: waves
eve > /msg bob #eve.1: psst
bob < |[eve -> you]: #eve.1: psst
eve < |[you -> bob]: #eve.1: psst
`

// ends are ways in which the room may end well.
const ends = `
eve > /name liz
all < |[SYSTEM]: eve is now known as liz
bob processed
eve processed
bob may quit: tired
bob > /quit tired
ann < |[SYSTEM]: bob has left our chat... (quit: tired)
eve < |[SYSTEM]: bob has left our chat... (quit: tired)
bob eof
ann < |[SYSTEM]: Server shutting down...
eve < |[SYSTEM]: Server shutting down...
ann eof
eve eof
`

func TestAllIsWell(t *testing.T) {
	for _, script := range []string{room, room + ends} {
		p := newPlay(script)
		require.Empty(t, All(Chat(), p.clients))
	}
}

// TestAllFinds changes the good run, one line at a time, and names what is broken.
func TestAllFinds(t *testing.T) {
	for _, c := range []struct {
		what     string
		old, new string
		want     string // "promise oracle client"
	}{
		{"a line is missing", "eve < |[bob]: #bob.1: hello\n", "", "M3 1 eve"},
		{"a line in between is missing", "eve < |[SYSTEM]: bob has joined our chat...\n", "", "M3 1 eve"},
		{"a line comes twice", "eve < |[bob]: #bob.1: hello\n", "eve < |[bob]: #bob.1: hello\neve < |[bob]: #bob.1: hello\n", "M3 1 eve"},
		{"a line that nobody else reads", "eve < |[bob]: #bob.1: hello\n", "eve < |[bob]: #bob.1: hullo\n", "M3 1 eve"},
		{"a gap of the wrong size", "eve < |[bob]: #bob.1: hello\n", "eve < [SYSTEM]: you missed 2 lines\n", "M3 1 eve"},
		{"no own join", "all < |[SYSTEM]: eve has joined our chat...\n", "ann < |[SYSTEM]: eve has joined our chat...\nbob < |[SYSTEM]: eve has joined our chat...\n", "M3 1 eve"},
		{"history is too short", "eve < |[SYSTEM]: ann has joined our chat...\n", "", "L4 8 eve"},
		{"the own line comes back", "bob > /who\n", "bob < |[bob]: #bob.1: hello\nbob > /who\n", "M3 1 bob"},
		{"a line is said twice", "bob > /who\n", "ann < |[bob]: #bob.1: hello\neve < |[bob]: #bob.1: hello\nbob > /who\n", "M2 4 ann"},
		{"a line is changed", "bob > #bob.1: hello\n", "bob > #bob.1: hallo\n", "M1 4 ann"},
		{"a line is lost", "bob > /who\n", "bob > #bob.2: again\nbob > /who\n", "M3 4 bob"},
		{"a line of nobody's", "bob > #bob.1: hello\n", "", "M2 4 ann"},
		{"half a line", "eve < |[bob]: #bob.1: hello\n", "eve < |[bob]: #bob\\\n", "M3 1 eve"},
		{"no line at all", "bob > /who\n", "eve < what is this\nbob > /who\n", "M6 5 eve"},
		{"an escape", "bob > /who\n", "eve < [SYSTEM]: \x1b[2J\nbob > /who\n", "M6 20 eve"},
		{"an override", "bob > /who\n", "eve < [SYSTEM]: \u202Eabc\nbob > /who\n", "M6 20 eve"},
		{"leaves twice", "bob eof\n", "bob eof\nann < |[SYSTEM]: bob has left our chat...\neve < |[SYSTEM]: bob has left our chat...\n", "E1 6 ann"},
		{"leaves for another reason", "bob may quit: tired\n", "bob may connection lost\n", "E1 6 ann"},
		{"leaves before the cause", "bob may quit: tired\nbob > /quit tired\n", "bob > /quit tired\n", "E1 6 ann"},
		{"two of one name", "all < |[SYSTEM]: eve has joined our chat...\n", "all < |[SYSTEM]: eve has joined our chat...\nall < |[SYSTEM]: Bob has joined our chat...\n", "N3 7 ann"},
		{"a name refused that nobody has", "eve > bob\n", "eve > zoe\n", "N4 7 eve"},
		{"the stop line is not read", "eve < |[SYSTEM]: Server shutting down...\n", "", "M3 3 eve"},
		{"a line behind the stop", "ann < |[SYSTEM]: Server shutting down...\n", "ann < |[SYSTEM]: Server shutting down...\nann < |[eve]: late\n", "E3 13 ann"},
		{"a reset", "bob eof\n", "bob reset\n", "L5 13 bob"},
		{"the greeting is cut", "eve greeted\n", "eve < [SYSTEM]: Hello!\neve < Enter your name: \\\n", "L1 19 eve"},
		{"nobody is told who is here", "bob < [SYSTEM]: 3 here: ann, bob, eve\n", "bob < [SYSTEM]: 2 here: ann, bob\n", "C1 19 bob"},
		{"no answer", "eve > /name liz\n", "eve > /help\neve > /name liz\n", "C3 16 eve"},
		{"no answer before the end", "bob < [SYSTEM]: 3 here: ann, bob, eve\n", "", "C3 16 bob"},
		{"a private line twice", "bob < |[eve -> you]: #eve.1: psst\n", "bob < |[eve -> you]: #eve.1: psst\nbob < |[eve -> you]: #eve.1: psst\n", "C2 4 bob"},
		{"a private line to another", "eve > /msg bob #eve.1: psst\n", "eve > /msg ann #eve.1: psst\n", "C2 19 bob"},
		{"the observer missed lines", "bob > /who\n", "ann < [SYSTEM]: you missed 1 lines\nbob > /who\n", "M3 3 ann"},
	} {
		t.Run(c.what, func(t *testing.T) {
			require.Contains(t, room+ends, c.old)
			p := newPlay(strings.Replace(room+ends, c.old, c.new, 1))
			var got []string
			for _, v := range All(Chat(), p.clients) {
				got = append(got, fmt.Sprintf("%s %d %s", v.Promise, v.Oracle, v.Client))
			}
			require.Contains(t, got, c.want)
		})
	}
}

// TestTag: a tag is read back, and nothing else is one.
func TestTag(t *testing.T) {
	client, seq, ok := CutTag(Tag("bob", 12) + "text")
	require.Equal(t, []any{"bob", 12, true}, []any{client, seq, ok})
	for _, text := range []string{"", "#", "#bob", "#bob.", "#bob.1", "#.1: x", "#bob.x1: y", "bob.1: x"} {
		_, _, ok := CutTag(text)
		require.False(t, ok, text)
	}
}

// TestParse: every kind of line, and what is none.
func TestParse(t *testing.T) {
	p := Chat()
	for raw, want := range map[string]Kind{
		"[SYSTEM]: hello":                                 Notice,
		"[SYSTEM]: you missed 3 lines":                    Missed,
		"[SYSTEM]: you missed some lines":                 Notice,
		line("[bob]: x"):                                  Say,
		line("[bob]: [eve]: x"):                           Say,
		line(" * bob x"):                                  Me,
		line("[SYSTEM]: bob has joined our chat..."):      Join,
		line("[SYSTEM]: bob has left our chat... (idle)"): Leave,
		line("[SYSTEM]: bob is now known as eve"):         Rename,
		line("[SYSTEM]: Server shutting down..."):         Stop,
		line("[bob -> you]: x"):                           Private,
		line("[you -> bob]: x"):                           Private,
		line("[bob -> eve]: x"):                           Malformed,
		line("[SYSTEM]: hello"):                           Malformed,
		line("[bob] x"):                                   Malformed,
		"[2026-01-02 15:04][bob]: x":                      Malformed,
		"":                                                Malformed,
		"hello":                                           Malformed,
	} {
		require.Equal(t, want, p.Parse(raw).Kind, raw)
	}
}

// TestTail: history is cut, and lines are missed, at the limit and not elsewhere.
func TestTail(t *testing.T) {
	p := Chat()
	p.Tail = func(lengths []int) []int {
		tail := make([]int, len(lengths)+1)
		for n := range tail {
			tail[n] = max(0, n-2) // two lines are held
		}
		return tail
	}
	play := newPlay(room + ends)
	require.Contains(t, fmt.Sprint(All(p, play.clients)), "L4 (oracle 8)")
}
