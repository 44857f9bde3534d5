package check

import "fmt"

// A Violation is one broken promise.
type Violation struct {
	Promise  string // its id in docs/SPEC.md: "L4"
	Oracle   int    // its number
	Client   string // the label of the client that saw it; "" for nobody's
	Line     int    // index among the lines the client read; -1 for none
	Sentence string
}

// String is the violation in one line.
func (v Violation) String() string {
	who := ""
	if v.Client != "" {
		who = " " + v.Client
		if v.Line >= 0 {
			who += fmt.Sprintf(" line %d", v.Line+1)
		}
		who += ":"
	}
	return fmt.Sprintf("%s (oracle %d)%s %s", v.Promise, v.Oracle, who, v.Sentence)
}

// All holds the observations of one run against every oracle. One of them must be
// the observer's. The result is in the order of the oracles, the same for the same
// observations.
func All(p Profile, observations []Observation) []Violation {
	j := &judge{p: &p}
	for i := range observations {
		j.clients = append(j.clients, newClient(&p, &observations[i]))
	}
	for _, c := range j.clients {
		j.form(c)
		j.login(c)
	}
	if !j.findOrder() {
		return j.found
	}
	j.presence()
	for _, c := range j.clients {
		j.piece(c)
	}
	j.senders()
	j.reasons()
	for _, c := range j.clients {
		j.ending(c)
		j.answers(c)
		j.refusals(c)
	}
	j.privates()
	return j.found
}

// A judge is one verdict in the making.
type judge struct {
	p        *Profile
	clients  []*client
	observer *client
	order    []entry
	tail     []int // Profile.Tail of the order; nil: all is held
	sessions []*session
	found    []Violation
}

// An entry is one line of the order.
type entry struct {
	Line
	step int    // when the observer read it
	tag  string // client label of its tag, "" for none
	seq  int
}

// A session is one stay in the room, from join to leave, as the order has it.
type session struct {
	join, leave int // positions; leave is len(order) for one that stayed
	names       []held
	label       string // of the tags of what is said in it
	client      *client
}

// held is one name, held from position at on.
type held struct {
	name string
	at   int
}

// nameAt is the name the session holds just before position at.
func (s *session) nameAt(at int) string {
	name := s.names[0].name
	for _, h := range s.names {
		if h.at < at {
			name = h.name
		}
	}
	return name
}

func (s *session) insideAt(at int) bool { return s.join < at && at <= s.leave }

func (j *judge) violate(promise string, oracle int, c *client, line int, format string, args ...any) {
	v := Violation{Promise: promise, Oracle: oracle, Line: line, Sentence: fmt.Sprintf(format, args...)}
	if c != nil {
		v.Client = c.Client
	}
	j.found = append(j.found, v)
}
