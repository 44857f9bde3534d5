package blackbox

import (
	"slices"
	"strconv"
	"strings"

	"example.com/chatd/chat/check"
)

// oracleStamp stands for every time: servers of other dialects write no time, or
// each reader's own.
const oracleStamp = "[0000-00-00 00:00:00]"

// oracleProfile is how the lines are written that are handed to package check:
// whatever the server's dialect, the oracles read one. A history is taken to be
// unbounded, as only what was said in this case is handed on.
func oracleProfile(p *Profile) check.Profile {
	o := check.Chat()
	o.MaxMessage, o.NameAttempts = 1<<20, 0
	o.History = 0
	if p.history > 0 {
		o.History = allHistory
	}
	return o
}

// A bench is a case before the oracles of package check. The observer was inside
// before anything was said and says nothing that counts; founders joined before that
// too; the others came while it was said.
type bench struct {
	x        *exam
	profile  check.Profile
	observer *client
	talkers  []*client // all but the observer
	head     []*client // those whose coming is put first in everybody's reading
}

// judge holds what the clients read against one order, without a gap, without a
// repeat. With a history nothing may be missing for those who came late either. It
// ends the case as broken on the first violation.
func (x *exam) judge(observer *client, founders, late []*client) {
	b := &bench{x: x, profile: oracleProfile(x.p), observer: observer, talkers: slices.Concat(founders, late)}
	b.head = slices.Concat([]*client{observer}, founders)
	if x.p.history > 0 {
		b.head = append(b.head, late...) // who has it all may have come at any time
	}
	var readings []*translation
	var observations []check.Observation
	for _, c := range append([]*client{observer}, b.talkers...) {
		t := b.translate(c)
		readings, observations = append(readings, t), append(observations, t.obs)
	}
	for _, v := range check.All(b.profile, observations) {
		b.convict(v, readings)
	}
}

// convict ends the case with what an oracle found.
func (b *bench) convict(v check.Violation, readings []*translation) {
	sentence := strings.ReplaceAll(v.Sentence, oracleStamp, "")
	for _, t := range readings {
		if t.obs.Client != v.Client {
			continue
		}
		event := t.client.lastEvent()
		if v.Line >= 0 && v.Line < len(t.events) && t.events[v.Line] >= 0 {
			event = t.events[v.Line]
		}
		b.x.broken(event, "%s: %s", t.client.role, sentence)
	}
	b.x.broken(-1, "%s", sentence)
}

// A translation is what one client read, in the words of package check.
type translation struct {
	client *client
	obs    check.Observation
	text   strings.Builder
	events []int // of each line, as check counts them, the event it came with; -1: made up
}

func (t *translation) add(text string, event int) {
	t.text.WriteString(text)
	t.events = append(t.events, event)
}

// translate writes what c read as the oracles expect it: a greeting, the comings of
// those in head, and then, as they were read, what the talkers said, comings and
// counts of missed lines. Its own lines are left out, whether the server sends them
// back or not.
func (b *bench) translate(c *client) *translation {
	t := &translation{client: c}
	t.add(b.profile.Greeting, -1)
	t.add(b.profile.Prompt, -1)
	if at := slices.Index(b.head, c); at >= 0 {
		if b.profile.History > 0 {
			at = 0
		}
		for _, h := range b.head[at:] { // without a history it has not read who came before
			t.add(b.coming(h.name), -1)
		}
	}
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	for _, l := range c.lines[max(c.inside, 0):] {
		switch {
		case l.kind == say && l.from != c.name && b.tagged(l):
			t.add(oracleStamp+"["+l.from+"]: "+l.text+"\n", l.seq)
		case l.kind == missed:
			t.add(b.profile.Notice+b.profile.Missed[0]+strconv.Itoa(l.n)+b.profile.Missed[1]+"\n", l.seq)
		case l.kind == joined && b.late(l.from) && !(l.from == c.name && b.x.p.ack == ackPresence):
			t.add(b.coming(l.from), l.seq)
		case l.kind == presence && b.x.p.ack == ackPresence && b.late(c.name):
			t.add(b.coming(c.name), l.seq)
		}
	}
	inside := c.end == reading
	t.obs = check.Observation{Client: c.name, Bytes: []byte(t.text.String()), Sent: []check.Sent{{Line: c.name}}}
	t.obs.Facts = check.Facts{Observer: c == b.observer, KeepsUp: inside, Processed: inside}
	if !inside {
		t.obs.End = check.Gone
	}
	if c == b.observer {
		return t // what it says is nowhere in the order
	}
	for _, text := range c.sent {
		t.obs.Sent = append(t.obs.Sent, check.Sent{Line: text})
	}
	return t
}

func (b *bench) coming(name string) string {
	return oracleStamp + b.profile.System + name + b.profile.Joined + "\n"
}

// tagged says whether a line was said by a talker.
func (b *bench) tagged(l line) bool {
	label, _, ok := check.CutTag(l.text)
	return ok && slices.ContainsFunc(b.talkers, func(c *client) bool { return c.name == label })
}

// late says whether name is that of one who came while it was said, and whose coming
// has a place in the order.
func (b *bench) late(name string) bool {
	isName := func(c *client) bool { return c.name == name }
	return slices.ContainsFunc(b.talkers, isName) && !slices.ContainsFunc(b.head, isName)
}
