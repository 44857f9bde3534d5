package blackbox

import (
	"fmt"
	"slices"
)

// An exam is one case being tried: its clients and what they found.
type exam struct {
	*hall
	p       *Profile
	run     *runner
	code    string // what makes the names of this case new
	clients []*client
	bell    *client   // speaks where nobody else may, see fence
	begun   int       // the first event of the case
	wide    bool      // the one that stops reading has read much before
	birds   []*client // the canaries that were there when it began
}

// A finding ends a case: what was found, and the event that shows it. It is thrown
// as a panic and caught by the runner, as testing's FailNow ends a test.
type finding struct {
	verdict  Verdict
	sentence string
	event    int // -1: none shows it
}

// broken ends the case: a promise is broken, and event shows it.
func (x *exam) broken(event int, format string, args ...any) {
	panic(finding{Broken, fmt.Sprintf(format, args...), event})
}

// unclear ends the case: something else went wrong, so that nothing can be said.
func (x *exam) unclear(c *client, format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	panic(finding{CouldNotTell, sentence, c.note("%s", sentence)})
}

// skip ends the case: it does not apply to this server.
func (x *exam) skip(format string, args ...any) {
	panic(finding{NotApplicable, fmt.Sprintf(format, args...), -1})
}

// name is what the client of a role is called in this case.
func (x *exam) name(role string) string { return role + x.code }

// dial connects a client that says nothing.
func (x *exam) dial(role string) *client { return x.connect(role, false) }

func (x *exam) connect(role string, slow bool) *client {
	c, err := x.tryDial(role, slow)
	if err != nil {
		event := -1
		if all := x.witnesses(); len(all) > 0 {
			event = all[0].note("%s cannot connect", role)
		}
		x.broken(event, "%s cannot connect: %s", role, plain(err))
	}
	return c
}

func (x *exam) tryDial(role string, slow bool) (*client, error) {
	c, err := x.hall.dial(x.p, role, slow)
	if err == nil {
		x.clients = append(x.clients, c)
	}
	return c, err
}

// greeted waits until the client is asked for its name.
func (x *exam) greeted(c *client) bool {
	return x.await(func() bool { return slices.ContainsFunc(c.lines, isKind(prompt)) || c.end != reading }) &&
		c.has(isKind(prompt))
}

// has says whether the client read a line that matches.
func (c *client) has(match func(line) bool) bool {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return slices.ContainsFunc(c.lines, match)
}

func isKind(k kind) func(line) bool { return func(l line) bool { return l.kind == k } }

func isSay(from, text string) func(line) bool {
	return func(l line) bool { return l.kind == say && l.from == from && l.text == text }
}

func isJoined(name string) func(line) bool {
	return func(l line) bool { return l.kind == joined && l.from == name }
}

func isLeft(name string) func(line) bool {
	return func(l line) bool { return l.kind == left && l.from == name }
}

// needs ends the case where there are not as many places for its clients.
func (x *exam) needs(places int) {
	if places += len(x.run.canaries); x.p.clients > 0 && x.p.clients < places {
		x.skip("it takes %d places, and there are %d", places, x.p.clients)
	}
}

// ready connects a client and waits until it is asked for its name.
func (x *exam) ready(role string) *client {
	c := x.dial(role)
	if !x.greeted(c) {
		x.unclear(c, "%s is not asked for a name", role)
	}
	return c
}

// join brings a client inside, and waits until all others inside have been told.
func (x *exam) join(role string) *client {
	c := x.ready(role)
	x.mustEnter(c)
	return c
}

// joinAll is join for several, one after the other.
func (x *exam) joinAll(roles ...string) []*client {
	var all []*client
	for _, r := range roles {
		all = append(all, x.join(r))
	}
	return all
}

func (x *exam) mustEnter(c *client) {
	if o := x.enter(c, x.name(c.role)); o != entered {
		x.unclear(c, "%s does not get inside", c.role)
	}
	x.announced(c)
	x.caughtUp(c)
}

// caughtUp waits until the client has read its history, where nothing but a line said
// afterwards tells.
func (x *exam) caughtUp(c *client) {
	if x.p.ack != ackNone || x.p.history == 0 || len(x.run.canaries) == 0 || !x.run.canaries[0].canSay(1) {
		return
	}
	bird := x.run.canaries[0]
	text := bird.say("chirp")
	if !x.await(func() bool { return c.sinceLocked(c.offered, isSay(bird.name, text)) }) {
		x.unclear(c, "%s does not read what %s says", c.role, bird.role)
	}
	c.seen = c.count()
}

// announced waits until everybody inside was told that c is there too.
func (x *exam) announced(c *client) {
	if x.run.quiet || len(x.p.joined) == 0 {
		return
	}
	told := func() bool {
		return !slices.ContainsFunc(x.witnesses(), func(w *client) bool {
			return w != c && w.end == reading && !w.held && w.settle && !w.sawJoinLocked(c)
		})
	}
	if !x.await(told) {
		x.unclear(c, "not everybody is told that %s is inside", c.name)
	}
}

// sawJoinLocked says whether w has read that c came, since c gave its name.
func (w *client) sawJoinLocked(c *client) bool {
	return w.sinceLocked(c.offered, isJoined(c.name))
}

// sinceLocked says whether the client has read a line that matches since an event.
func (c *client) sinceLocked(event int, match func(line) bool) bool {
	for i := len(c.lines) - 1; i >= 0 && c.lines[i].seq >= event; i-- {
		if match(c.lines[i]) {
			return true
		}
	}
	return false
}

// witnesses are the clients inside that read, the canaries with them.
func (x *exam) witnesses() []*client {
	return slices.Concat(x.clients, x.run.canaries)
}

// departs has a client leave as nc does when its input ends, and waits until the
// server has closed too, or is taking too long.
func (x *exam) departs(c *client) {
	c.finish()
	x.await(func() bool { return c.end != reading })
	c.close()
}
