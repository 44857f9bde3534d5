package blackbox

import (
	"slices"
	"strings"
	"sync"
)

var historyCase = &Case{
	ID: "history", Promise: "L4",
	Title:  "a newcomer reads what the profile says of what was said before: all of it in order, or nothing",
	Advice: "Keep lines as they were sent, and send the newcomer what is kept in the order it was said, before anything new.",
	try: func(x *exam) {
		ann, bob := x.join("ann"), x.join("bob")
		var said []string
		for _, text := range []string{"first", "second", "third"} {
			said = append(said, ann.say(text))
			x.hears(ann, said[len(said)-1], bob)
		}
		cat := x.join("cat")
		live := bob.say("after cat came")
		x.hears(bob, live, cat)
		mine := matching(cat.since(cat.inside), func(l line) bool {
			return l.kind == say && (l.from == ann.name || l.from == bob.name) && !strings.HasSuffix(l.text, insideProbe)
		})
		if x.p.history == 0 {
			if len(mine) > 1 {
				x.broken(mine[0].seq, "cat reads what was said before it came")
			}
			return
		}
		for i, want := range append(said, live) {
			if i >= len(mine) || mine[i].text != want {
				x.misread(cat, mine, i, want)
			}
		}
		if own := matching(cat.since(cat.inside), isJoined(cat.name)); x.p.ack == ackJoined && len(own) == 1 && own[0].seq < mine[len(said)-1].seq {
			x.broken(own[0].seq, "cat reads that it is inside before it has read the history")
		}
	},
}

// misread ends the case: the i-th line should have been want.
func (x *exam) misread(c *client, lines []line, i int, want string) {
	if i >= len(lines) {
		x.broken(c.lastEvent(), "%s does not read %s", c.role, quote(want))
	}
	x.broken(lines[i].seq, "%s reads %s where %s should be", c.role, quote(lines[i].text), quote(want))
}

var joinerCase = &Case{
	ID: "joiner", Promise: "L4",
	Title:  "who comes while others talk misses nothing and reads nothing twice",
	Advice: "Copy the history, put the newcomer into the list and start its queue in one critical section, the one in which lines are sent round.",
	try: func(x *exam) {
		if x.p.history == 0 && x.p.ack == ackNone {
			x.skip("nothing tells from where on a newcomer should read")
		}
		if x.p.history == 0 && x.run.quiet {
			x.skip("nothing tells the others from where on a newcomer should read")
		}
		x.needs(7)
		eye := x.join("eye")
		talkers := x.joinAll("ann", "bob", "cat")
		var late []*client
		rounds := 2
		if x.p.burst > 0 {
			rounds = 1 // nobody may say more
		}
		for range rounds {
			late = append(late, x.comeWhileTalking(eye, talkers, []string{"dan", "eve", "fay"})...)
		}
		x.judge(eye, talkers, late)
	},
}

// comeWhileTalking brings clients inside, one after the other, while the talkers
// talk, and takes them out again once they have read all there was.
func (x *exam) comeWhileTalking(eye *client, talkers []*client, roles []string) []*client {
	var late []*client
	for _, role := range roles {
		c := x.ready(role)
		late = append(late, c)
		talk := x.startTalk(eye, talkers)
		o := x.enter(c, x.name(role)+x.nth())
		talk.stop()
		if o != entered {
			x.unclear(c, "%s does not get inside while others talk", role)
		}
	}
	x.fenceBy(eye, append(slices.Clone(talkers), late...)...)
	for _, c := range late {
		c.close()
	}
	for _, c := range late {
		if len(x.p.left) > 0 && !x.run.deaf {
			x.await(func() bool { return eye.sinceLocked(c.offered, isLeft(c.name)) })
		}
	}
	return late
}

// nth makes the name of one who comes again under the same role another.
func (x *exam) nth() string { return string(letters[len(x.clients)%len(letters)]) }

// talk is a room in which several talk, each waiting for its last line to be read
// before it says the next.
type talk struct {
	stopped chan struct{}
	talkers sync.WaitGroup
}

const talkLines = 60 // that one says while one newcomer comes

func (x *exam) startTalk(eye *client, talkers []*client) *talk {
	t := &talk{stopped: make(chan struct{})}
	for _, c := range talkers {
		t.talkers.Go(func() {
			for range talkLines {
				from, text := eye.count(), c.say("while they come")
				heard := x.await(func() bool { return slices.ContainsFunc(eye.lines[min(from, len(eye.lines)):], isSay(c.name, text)) })
				select {
				case <-t.stopped:
					return
				default:
				}
				if !heard || !c.canSay(1) || x.p.burst > 0 {
					return
				}
			}
		})
	}
	return t
}

// stop lets everybody finish, and waits for it.
func (t *talk) stop() {
	close(t.stopped)
	t.talkers.Wait()
}
