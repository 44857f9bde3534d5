package check

import (
	"strings"
	"unicode/utf8"
)

func trim(s string) string { return strings.TrimSpace(s) }

// senders is oracle 4: each sender's lines appear once, in the order it sent them,
// under its name, unchanged where they are safe text, and without one left out.
func (j *judge) senders() {
	byLabel := j.byLabel()
	for at := range j.order {
		e := &j.order[at]
		if e.tag == "" {
			continue
		}
		c := byLabel[e.tag]
		if c == nil {
			j.violate("M6", 4, j.observer, j.lineOf(at), "nobody is there who could have said %q", e.Text)
			continue
		}
		n := c.next
		if n == 0 && !c.inside() {
			// It did not read how many of its lines were taken for names.
			for n < len(c.chats) && c.chats[n].seq < e.seq {
				n++
			}
			c.next = n
		}
		if n >= len(c.chats) || c.chats[n].seq != e.seq {
			j.outOfTurn(c, at, n)
			continue
		}
		c.next++
		c.chats[n].at = at
		j.sameText(c, at, &c.chats[n])
		if c.stay != nil && (!c.stay.insideAt(at) || c.stay.nameAt(at) != e.From) {
			j.violate("M1", 4, j.observer, j.lineOf(at), "%s's line appears as %s's", c.Client, e.From)
		}
	}
	for _, c := range j.clients {
		if n := c.next; c.Processed && c.stay != nil && n < len(c.chats) {
			j.violate("M3", 4, c, -1, "its line %q never appeared", c.chats[n].text)
		}
	}
}

func (j *judge) outOfTurn(c *client, at, n int) {
	e := &j.order[at]
	what := "was not sent"
	for i := range c.chats {
		switch {
		case c.chats[i].seq != e.seq:
		case i < n:
			what = "appears twice"
		default:
			what = "overtook " + Tag(c.Client, c.chats[n].seq)
		}
	}
	j.violate("M2", 4, j.observer, j.lineOf(at), "%q %s", e.Text, what)
}

func (j *judge) sameText(c *client, at int, sent *chat) {
	e := &j.order[at]
	if sent.me != (e.Kind == Me) {
		j.violate("C1", 4, j.observer, j.lineOf(at), "%q is an action on one side only", e.Text)
	}
	if e.Text == sent.text {
		return
	}
	if _, found := unsafeRune(sent.text); !found && utf8.ValidString(sent.text) && !stacked(sent.text) {
		j.violate("M1", 4, j.observer, j.lineOf(at), "%q was sent as %q", e.Text, sent.text)
	}
}

// stacked says whether marks may be over M6's limit: then text may change.
func stacked(s string) bool {
	marks := 0
	for _, r := range s {
		if r >= 0x300 && r <= 0x36F {
			marks++
		}
	}
	return marks > 4
}
