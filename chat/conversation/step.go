package conversation

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A Step is one line at the margin and what comes of it.
type Step struct {
	// Line is its number in the file.
	Line int
	// Lanes are what comes of it for each client, by when they first connected.
	Lanes []Lane
	// Stopped says that the server has stopped.
	Stopped bool

	source string
	verb   verb
	who    string
	text   string
}

// A Lane is what one client reads in one step.
type Lane struct {
	Client string
	Output Output
}

// An Output is what a client reads, and how its input ends.
type Output struct {
	Text string
	End  End
}

// An End is what a client learns about the end of its input.
type End uint8

const (
	// Open is no end.
	Open End = iota
	// Closed is the end of input: the server has closed its side.
	Closed
	// Reset is a broken connection.
	Reset
)

var endWords = map[End]string{Closed: "closed", Reset: "reset"}

type verb uint8

const (
	remarks verb = iota
	connects
	types
	drips
	halfCloses
	closes
	resets
	stopsReading
	readsAgain
	guestsCome
	timePasses
	wallSteps
	kicks
	panics
	runsOut
	stops
)

func (v verb) needsLab() bool { return v >= stopsReading && v < stops }

// grammar is what people and machines can do. The first group is who, the second
// what else there is to know.
var grammar = []struct {
	verb    verb
	pattern *regexp.Regexp
}{
	{remarks, regexp.MustCompile(`^(?:#.*|\$ .*|motd: .*|)$()()`)},
	{connects, regexp.MustCompile(`^([a-z0-9]+) connects(?: from (\S+))?$`)},
	{types, regexp.MustCompile(`^([a-z0-9]+) >(?: (.*))?$`)},
	{drips, regexp.MustCompile(`^([a-z0-9]+) drips > (.*)$`)}, // a byte at a time
	{halfCloses, regexp.MustCompile(`^([a-z0-9]+) half-closes$()`)},
	{closes, regexp.MustCompile(`^([a-z0-9]+) closes$()`)},
	{resets, regexp.MustCompile(`^([a-z0-9]+) resets$()`)},
	{stopsReading, regexp.MustCompile(`^([a-z0-9]+) stops reading$()`)},
	{readsAgain, regexp.MustCompile(`^([a-z0-9]+) reads again$()`)},
	{guestsCome, regexp.MustCompile(`^()(\d+) guests come in$`)}, // guest-01 and so on
	{timePasses, regexp.MustCompile(`^\(()(\S+) pass(?:es)?\)$`)},
	{wallSteps, regexp.MustCompile(`^\(()the wall clock steps by (\S+)\)$`)},
	{kicks, regexp.MustCompile(`^the server kicks ()(\S+)$`)},
	{panics, regexp.MustCompile(`^the server panics at ([a-z0-9]+)'s next bytes$()`)},
	{runsOut, regexp.MustCompile(`^the server runs out of file descriptors$()()`)},
	{stops, regexp.MustCompile(`^the server stops$()()`)},
}

func parseStep(line string) (Step, error) {
	for _, g := range grammar {
		m := g.pattern.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s := Step{source: line, verb: g.verb, who: m[1], text: m[2]}
		return s, s.check()
	}
	return Step{}, fmt.Errorf("nobody knows what %q means", line)
}

// check finds what the patterns let pass.
func (s Step) check() (err error) {
	switch s.verb {
	case types, drips:
		_, err = decode(s.text)
	case timePasses, wallSteps:
		_, err = time.ParseDuration(s.text)
	}
	return err
}

const (
	indent  = "    "
	stopped = "the server has stopped"
)

var (
	readsPattern = regexp.MustCompile(`^([a-z0-9]+(?:, [a-z0-9]+)*) <(?: (.*))?$`)
	endsPattern  = regexp.MustCompile(`^([a-z0-9]+(?:, [a-z0-9]+)*): (closed|reset)$`)
)

// parseOutcome reads an indented line.
func (s *Step) parseOutcome(line string) error {
	line = strings.TrimPrefix(line, indent)
	if line == stopped {
		s.Stopped = true
		return nil
	}
	if m := readsPattern.FindStringSubmatch(line); m != nil {
		text, err := decode(m[2])
		s.each(m[1], func(o *Output) { o.Text += string(text) })
		return err
	}
	if m := endsPattern.FindStringSubmatch(line); m != nil {
		s.each(m[1], func(o *Output) {
			o.End = Closed
			if m[2] == endWords[Reset] {
				o.End = Reset
			}
		})
		return nil
	}
	return fmt.Errorf("nobody knows what %q means", line)
}

// each calls f with the outputs of the clients in a list.
func (s *Step) each(clients string, f func(*Output)) {
	for _, client := range strings.Split(clients, ", ") {
		f(s.output(client))
	}
}

func (s *Step) output(client string) *Output {
	for i := range s.Lanes {
		if s.Lanes[i].Client == client {
			return &s.Lanes[i].Output
		}
	}
	s.Lanes = append(s.Lanes, Lane{Client: client})
	return &s.Lanes[len(s.Lanes)-1].Output
}

// want is what the file says that client reads.
func (s Step) want(client string) Output {
	for _, l := range s.Lanes {
		if l.Client == client {
			return l.Output
		}
	}
	return Output{}
}

// String is the step as a file has it.
func (s Step) String() string {
	var b strings.Builder
	b.WriteString(s.source + "\n")
	s.writeOutcome(&b)
	return b.String()
}

// writeOutcome writes the indented lines. Clients who read the same share them.
func (s Step) writeOutcome(b *strings.Builder) {
	var outputs []Output
	readers := map[Output][]string{}
	for _, l := range s.Lanes {
		if readers[l.Output] == nil {
			outputs = append(outputs, l.Output)
		}
		readers[l.Output] = append(readers[l.Output], l.Client)
	}
	for _, o := range outputs {
		who := indent + strings.Join(readers[o], ", ")
		for _, line := range encodeLines(o.Text) {
			b.WriteString(strings.TrimRight(who+" < "+line, " ") + "\n")
		}
		if o.End != Open {
			b.WriteString(who + ": " + endWords[o.End] + "\n")
		}
	}
	if s.Stopped {
		b.WriteString(indent + stopped + "\n")
	}
}
