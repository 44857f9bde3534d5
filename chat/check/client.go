package check

import (
	"slices"
	"strings"
	"unsafe"
)

// A client is one observation, cut into lines and placed in the order.
type client struct {
	*Observation
	lines   []Line
	sound   []bool // for each line, that form has nothing to say about it
	rest    string // bytes behind the last line end
	prompts int
	first   int // index of the first ordered line, or of what shows that it is inside; len(lines): never

	// Of what it sent: which line was the accepted name, and its lines of chat.
	name   int      // index in Sent; len(Sent) for none
	chats  []chat   // in order of sending
	placed []int    // for each line, the position it is at or stands before
	gaps   []gap    // by line
	end    int      // the position up to which it read
	join   int      // index in lines of its own join; -1 for none
	stay   *session // in the room; nil if it was never there or that is unknown
	fits   bool     // its lines are a piece of the order

	next  int      // index in chats of the next due in the order
	said  []int    // for each line sent, its index in chats; -1 for none
	asked []string // for each line sent, the key of the name it asks for; "" if not worked out
}

// A chat is one line of chat that a client sent.
type chat struct {
	seq    int
	sent   int // index in Sent
	text   string
	me     bool
	echoed bool
	at     int // position in the order; -1 for none
}

type gap struct{ line, from, to int }

// begin takes an observation; what is left of the one before is its memory.
func (c *client) begin(p *Profile, o *Observation, observer *client) {
	*c = client{
		Observation: o, join: -1,
		lines: c.lines[:0], sound: c.sound[:0], chats: c.chats[:0], placed: c.placed[:0], gaps: c.gaps[:0],
		said: c.said[:0], asked: c.asked[:0],
	}
	c.cut(p, observer)
	c.sift(p)
}

// textOf is the bytes as a string, without a copy: nobody changes what a client has
// read, and a sentence about it is a copy.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// zeros is s with n zeros in it.
func zeros[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// cut cuts what was read into lines. The prompt has no end and comes only before
// the client is inside. Most lines are the observer's next: those are compared with
// its, which is less than to read them again.
func (c *client) cut(p *Profile, observer *client) {
	text := textOf(c.Bytes)
	offset, inside, next := 0, false, 0
	for text != "" {
		if !inside && strings.HasPrefix(text, p.Prompt) {
			c.prompts++
			offset, text = offset+len(p.Prompt), text[len(p.Prompt):]
			c.lines = append(c.lines, Line{Kind: Prompt, Raw: p.Prompt, Offset: offset})
			c.sound = append(c.sound, false)
			continue
		}
		if k := observer.reads(text, next); k >= 0 {
			next = k + 1
			c.lines = append(c.lines, observer.lines[k])
			c.sound = append(c.sound, observer.sound[k])
		} else {
			i := strings.IndexByte(text, '\n')
			if i < 0 {
				break
			}
			c.lines = append(c.lines, p.Parse(text[:i]))
			l := &c.lines[len(c.lines)-1]
			c.sound = append(c.sound, l.Kind != Malformed && plain(l.Raw))
			if l.Kind.Ordered() {
				next = observer.find(l.Raw, next) + 1
			}
		}
		l := &c.lines[len(c.lines)-1]
		offset += len(l.Raw) + 1
		text = text[len(l.Raw)+1:]
		l.Offset = offset
		if !inside && (l.Kind.Ordered() || l.Kind == Missed) {
			inside, c.first = true, len(c.lines)-1
		}
	}
	c.rest = text
	if !inside {
		c.first = len(c.lines)
	}
}

// ownMax is how many of the observer's lines a client is taken to leave out, being
// its own, before the next is looked for.
const ownMax = 4

// reads returns the line of the client that text begins with, of the next few from
// line i on; -1 for none.
func (c *client) reads(text string, i int) int {
	if c == nil {
		return -1
	}
	for k := i; k < min(i+ownMax, len(c.lines)); k++ {
		raw := c.lines[k].Raw
		if len(text) > len(raw) && text[len(raw)] == '\n' && text[:len(raw)] == raw && c.lines[k].Kind != Prompt {
			return k
		}
	}
	return -1
}

// find returns the client's first line from line i on that is raw; i-1 for none.
func (c *client) find(raw string, i int) int {
	if c != nil {
		for k := i; k < len(c.lines); k++ {
			if c.lines[k].Raw == raw {
				return k
			}
		}
	}
	return i - 1
}

// inside says whether the client saw that it was in the room.
func (c *client) inside() bool { return c.first < len(c.lines) }

// sift finds, among the lines sent, the name that was accepted and the lines of
// chat: each further prompt used up one line.
func (c *client) sift(p *Profile) {
	c.name = len(c.Sent)
	c.said = zeros(c.said, len(c.Sent))
	for i := range c.said {
		c.said[i] = -1
	}
	used := max(c.prompts-1, 0)
	if used >= len(c.Sent) {
		return
	}
	if c.prompts > 0 {
		c.name = used
	}
	echo := false
	for i := used + 1; i < len(c.Sent); i++ {
		s := &c.Sent[i]
		if s.Lost {
			continue
		}
		switch s.Line {
		case "/echo on", "/echo off":
			echo = s.Line == "/echo on"
			continue
		}
		text, me, ok := chatText(s.Line)
		if !ok || len(text) > p.MaxMessage {
			continue
		}
		if label, seq, ok := CutTag(text); ok && label == c.Client {
			c.said[i] = len(c.chats)
			c.chats = append(c.chats, chat{seq: seq, sent: i, text: text, me: me, echoed: echo, at: -1})
		}
	}
}

// chatText is what a line says to everybody, if it does.
func chatText(line string) (text string, me, ok bool) {
	switch {
	case strings.HasPrefix(line, "//"):
		return line[1:], false, true
	case strings.HasPrefix(line, "/me "):
		text := strings.TrimSpace(line[len("/me "):])
		return text, true, text != ""
	case strings.HasPrefix(line, "/"):
		return "", false, false
	}
	return line, false, strings.TrimSpace(line) != ""
}

// own says whether e is a line of the client's own that it does not read (M4).
func (c *client) own(e *entry) bool {
	if e.tag != c.Client || e.Kind != Say && e.Kind != Me {
		return false
	}
	said := c.chat(e.seq)
	return said != nil && !said.echoed
}

// chat returns the line of chat with a sequence number, or nil.
func (c *client) chat(seq int) *chat {
	// Mostly they are numbered without a gap.
	if len(c.chats) > 0 {
		i := seq - c.chats[0].seq
		if i >= 0 && i < len(c.chats) && c.chats[i].seq == seq && (i == 0 || c.chats[i-1].seq != seq) {
			return &c.chats[i]
		}
	}
	i, ok := slices.BinarySearchFunc(c.chats, seq, func(s chat, seq int) int { return s.seq - seq })
	if !ok {
		return nil
	}
	return &c.chats[i]
}
