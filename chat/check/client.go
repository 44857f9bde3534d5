package check

import (
	"slices"
	"strings"
)

// A client is one observation, cut into lines and placed in the order.
type client struct {
	*Observation
	lines   []Line
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

func newClient(p *Profile, o *Observation) *client {
	c := &client{Observation: o, join: -1}
	c.cut(p)
	c.sift(p)
	return c
}

// cut cuts what was read into lines. The prompt has no end and comes only before
// the client is inside.
func (c *client) cut(p *Profile) {
	text := string(c.Bytes)
	offset, inside := 0, false
	c.lines = make([]Line, 0, strings.Count(text, "\n")+2)
	for text != "" {
		if !inside && strings.HasPrefix(text, p.Prompt) {
			c.prompts++
			offset, text = offset+len(p.Prompt), text[len(p.Prompt):]
			c.lines = append(c.lines, Line{Kind: Prompt, Raw: p.Prompt, Offset: offset})
			continue
		}
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			break
		}
		l := p.Parse(text[:i])
		offset, text = offset+i+1, text[i+1:]
		l.Offset = offset
		if !inside && (l.Kind.Ordered() || l.Kind == Missed) {
			inside, c.first = true, len(c.lines)
		}
		c.lines = append(c.lines, l)
	}
	c.rest = text
	if !inside {
		c.first = len(c.lines)
	}
}

// inside says whether the client saw that it was in the room.
func (c *client) inside() bool { return c.first < len(c.lines) }

// sift finds, among the lines sent, the name that was accepted and the lines of
// chat: each further prompt used up one line.
func (c *client) sift(p *Profile) {
	c.name = len(c.Sent)
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
	i, ok := slices.BinarySearchFunc(c.chats, seq, func(s chat, seq int) int { return s.seq - seq })
	if !ok {
		return nil
	}
	return &c.chats[i]
}
