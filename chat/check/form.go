package check

import (
	"unicode"
	"unicode/utf8"
)

// form is oracles 5 and 20: every line reads as exactly one (time, from, text), a
// part of one only where the connection was cut, and all of it is safe to show.
func (j *judge) form(c *client) {
	for i := range c.lines {
		if c.sound[i] {
			continue
		}
		l := &c.lines[i]
		if l.Kind == Malformed {
			j.violate("M6", 5, c, i, "%q is no line of a notice, of a private line or of the room", l.Raw)
		}
		if r, ok := unsafeRune(l.Raw); ok {
			j.violate("M6", 20, c, i, "it reads %U, which is not safe to show", r)
		}
	}
	if c.rest == "" || c.End == Reset || c.End == Gone || c.End == Open && !c.KeepsUp {
		return
	}
	j.violate("W2", 5, c, len(c.lines)-1, "%q has no end, but the connection was not cut", c.rest)
}

// plain says of most safe text that it is: there is nothing but printable ASCII.
func plain(s string) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		// Of each byte the highest bit: it is less than ' ', more than '~', or not ASCII.
		if ((w-ones*' ')&^w|(w+ones)|w)&highs != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// unsafeRune finds the first rune that is neither printable nor TAB. The joiners
// and variation selectors that M6 lets stay are not printable to package unicode.
func unsafeRune(s string) (rune, bool) {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if (b < ' ' || b == 0x7F) && b != '\t' {
				return rune(b), true
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r == utf8.RuneError && n == 1 || hidden(r) {
			return r, true
		}
	}
	return 0, false
}

// hidden lists what M6 forbids beyond the ASCII controls.
func hidden(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9F, r == 0xAD, r == 0x61C, r == 0x200B, r == 0x200E, r == 0x200F:
		return true
	case r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return r == 0xFEFF || r >= 0xE0000 && r <= 0xE007F || unicode.Is(unicode.Cs, r)
}
