package blackbox

import (
	"slices"
	"strings"
)

// reads waits for the client's next line that matches, and ends the case as broken
// if it does not come. It returns the line's index.
func (x *exam) reads(c *client, what string, match func(line) bool) int {
	i := x.gets(c, match)
	if i < 0 {
		x.broken(c.note("has waited for %s", what), "%s does not read %s", c.role, what)
	}
	return i
}

// gets waits for the client's next line that matches: -1 if it does not come.
func (x *exam) gets(c *client, match func(line) bool) int {
	found := -1
	x.await(func() bool {
		for i := c.seen; i < len(c.lines); i++ {
			if match(c.lines[i]) {
				found = i
				return true
			}
		}
		return c.end != reading && !c.held
	})
	if found >= 0 {
		c.seen = found + 1
	}
	return found
}

// hears waits until each reader has read what a speaker said. What looks like it,
// but is not quite it, is shown.
func (x *exam) hears(speaker *client, text string, readers ...*client) {
	for _, c := range readers {
		from := c.seen
		if x.gets(c, isSay(speaker.name, text)) < 0 {
			x.misheard(c, speaker, text, from)
		}
	}
}

func (x *exam) misheard(c, speaker *client, text string, from int) {
	tag, _, _ := strings.Cut(text, " ")
	want := x.p.lineFor(speaker.name, text)
	for _, l := range c.since(from) {
		if tag != "" && strings.Contains(l.raw, tag) {
			x.broken(l.seq, "%s reads %s, which should be %s", c.role, quote(l.raw), quote(want))
		}
	}
	x.broken(c.note("has waited for %s", quote(want)), "%s does not read what %s said", c.role, speaker.role)
}

// since returns the lines from index i on.
func (c *client) since(i int) []line {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return slices.Clone(c.lines[min(i, len(c.lines)):])
}

// count is the number of lines the client has read.
func (c *client) count() int {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return len(c.lines)
}

// ended says how the client's reading has ended so far.
func (c *client) ended() end {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return c.end
}

// fence has a line said that everybody given reads, by one of them who may speak,
// or else by a further client, and returns for each reader the lines it read since
// it was last looked at: what is not among them was not sent before.
func (x *exam) fence(readers ...*client) [][]line {
	return x.fenceBy(x.speaker(readers), readers...)
}

// fenceBy is fence with a line of a certain client, behind which its own earlier
// lines have taken effect.
func (x *exam) fenceBy(speaker *client, readers ...*client) [][]line {
	text := speaker.say("fence")
	between := make([][]line, len(readers))
	for i, c := range readers {
		if c == speaker {
			continue
		}
		from := c.seen
		x.hears(speaker, text, c)
		lines := c.since(from)
		between[i] = lines[:c.seen-from-1]
	}
	return between
}

// speaker is somebody inside who is not among the readers and may speak.
func (x *exam) speaker(readers []*client) *client {
	for _, c := range x.clients {
		if c.settled() && c.ended() == reading && c.canSay(1) && !slices.Contains(readers, c) && c.name != "" {
			return c
		}
	}
	if x.bell == nil || !x.bell.canSay(1) {
		x.bell = x.join("bell" + strings.Repeat("b", len(x.clients)%4))
	}
	return x.bell
}

func (c *client) settled() bool {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	return c.settle && !c.held
}

// ours says whether a line is by or about a client of this case. Strangers may be in
// the room.
func (x *exam) ours(l line) bool {
	return slices.ContainsFunc(x.clients, func(c *client) bool { return c.name != "" && c.name == l.from })
}

// silence ends the case as broken if a line is there that should not be. Comings,
// goings and strangers do not count.
func (x *exam) silence(c *client, lines []line, sentence string) {
	for _, l := range lines {
		switch l.kind {
		case joined, left, presence:
			continue
		case say, also:
			if strings.HasSuffix(l.text, insideProbe) {
				continue
			}
			if l.from != "" && !x.ours(l) {
				continue
			}
		}
		x.broken(l.seq, "%s reads %s: %s", c.role, quote(l.raw), sentence)
	}
}
