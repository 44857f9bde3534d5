package check

import (
	"fmt"
	"strings"
	"sync"
)

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
	j := judges.Get().(*judge)
	j.begin(p, observations)
	j.all()
	found := j.found
	j.found = nil
	judges.Put(j)
	return found
}

// judges keeps judges with their memory: a simulation passes thousands of verdicts a
// second, and what is new in each of them fits what the one before it used.
var judges = sync.Pool{New: func() any { return new(judge) }}

// begin takes the observations and forgets those of the verdict before.
func (j *judge) begin(p Profile, observations []Observation) {
	j.profile = p
	j.p = &j.profile
	j.greeting = p.Greeting + p.Prompt
	j.greetingLines = strings.Count(p.Greeting, "\n")
	j.observer, j.tail = nil, nil
	j.order, j.sessions = j.order[:0], j.sessions[:0]
	clear(j.keys)
	for len(j.memory) < len(observations) {
		j.memory = append(j.memory, new(client))
	}
	j.clients = j.memory[:len(observations)]
	for i := range observations {
		if observations[i].Observer {
			j.observer = j.clients[i]
			j.observer.begin(j.p, &observations[i], nil)
		}
	}
	for i, c := range j.clients {
		if c != j.observer {
			c.begin(j.p, &observations[i], j.observer)
		}
	}
}

// all asks every oracle.
func (j *judge) all() {
	for _, c := range j.clients {
		j.form(c)
		j.login(c)
	}
	if !j.findOrder() {
		return
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

	greeting      string // with the first prompt
	greetingLines int

	// Memory for the next verdict.
	profile Profile
	memory  []*client
	stays   []*session
	lengths []int
	keys    map[string]string
	inside  map[string]*session
	labels  map[string]*client
	got     map[private]bool
}

// key is Profile.Key, which is asked for the same few names again and again.
func (j *judge) key(name string) string {
	if key, ok := j.keys[name]; ok {
		return key
	}
	if j.keys == nil {
		j.keys = make(map[string]string)
	}
	key := j.p.key(name)
	j.keys[name] = key
	return key
}

// newSession begins a session at a position.
func (j *judge) newSession(join int, name string) *session {
	if len(j.stays) == len(j.sessions) {
		j.stays = append(j.stays, new(session))
	}
	s := j.stays[len(j.sessions)]
	*s = session{join: join, leave: len(j.order), names: append(s.names[:0], held{name, join})}
	j.sessions = append(j.sessions, s)
	return s
}

// byLabel finds clients by their labels; of two with the same, the last.
func (j *judge) byLabel() map[string]*client {
	if j.labels == nil {
		j.labels = make(map[string]*client)
	}
	clear(j.labels)
	for _, c := range j.clients {
		j.labels[c.Client] = c
	}
	return j.labels
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
