package check

import "strings"

// privates checks private lines (C1, C2): each was sent to its reader by the one
// who is named, arrives once and in order, and one that was confirmed to its sender
// reaches a reader that reads to its end.
func (j *judge) privates() {
	byLabel := j.labels // as senders has found them
	if j.got == nil {
		j.got = make(map[private]bool)
	}
	got := j.got
	clear(got)
	for _, c := range j.clients {
		var last map[string]int
		for i := range c.lines {
			l := &c.lines[i]
			if l.Kind != Private || l.To != "you" {
				continue
			}
			label, seq, ok := CutTag(l.Text)
			from := byLabel[label]
			if !ok || from == nil {
				continue
			}
			if seq <= last[label] {
				j.violate("C2", 4, c, i, "a private line of %s's comes twice or out of order", label)
			}
			if last == nil {
				last = make(map[string]int)
			}
			last[label], got[private{label, seq}] = seq, true
			j.meant(c, from, i)
		}
	}
	for _, c := range j.clients {
		for i := range c.lines {
			l := &c.lines[i]
			if l.Kind != Private || l.From != "you" {
				continue
			}
			label, seq, ok := CutTag(l.Text)
			if !ok || got[private{label, seq}] {
				continue
			}
			if to := j.whoHad(l.To, c.placed[i], c); to != nil && to.fits && (to.End == EOF || to.End == Open && to.KeepsUp) {
				j.violate("C2", 3, c, i, "the message was delivered, says the server, but %s never read it", to.Client)
			}
		}
	}
}

// A private is a private line, by its tag.
type private struct {
	from string
	seq  int
}

// meant checks that the private line i of c was sent to a name that c had.
func (j *judge) meant(c, from *client, i int) {
	l := &c.lines[i]
	for k := range from.Sent {
		to, text, ok := privateArgs(from.Sent[k].Line)
		if !ok || text != l.Text {
			continue
		}
		if c.stay == nil {
			return
		}
		for _, h := range c.stay.names {
			if j.key(h.name) == j.key(to) {
				return
			}
		}
		j.violate("C2", 19, c, i, "a private line for %s reaches somebody else", to)
		return
	}
	if _, found := unsafeRune(l.Text); !found && !strings.ContainsRune(l.Text, '\uFFFD') {
		j.violate("C2", 4, c, i, "%s never sent %q", from.Client, l.Text)
	}
}

// privateArgs reads "/msg NAME TEXT".
func privateArgs(line string) (to, text string, ok bool) {
	rest, ok := strings.CutPrefix(line, "/msg ")
	if !ok {
		return "", "", false
	}
	to, text, ok = strings.Cut(trim(rest), " ")
	return to, trim(text), ok
}

// whoHad is the client that had a name at a position, if that is certain.
func (j *judge) whoHad(name string, at int, sender *client) *client {
	if sender.stay == nil || !sender.fits || len(sender.gaps) > 0 {
		return nil
	}
	for _, s := range j.sessions {
		if s.insideAt(at) && s.insideAt(at+1) && s.nameAt(at) == name && s.leave == len(j.order) {
			return s.client
		}
	}
	return nil
}
