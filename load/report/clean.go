package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// clean makes s safe to show at a terminal and in a document: what could move a
// cursor, turn the direction of text or break a file becomes U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) ||
			unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r&0xfffe == 0xfffe:
			return utf8.RuneError
		}
		return r
	}, s)
}

// columns is how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		return 0
	case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut is s in at most n columns; an ellipsis says that something is missing.
func cut(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used > n-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// wrap breaks s into lines of at most n columns, between words where it can. A word
// longer than a line, an address say, is broken anywhere.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && columns(line)+1+columns(word) <= n {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for columns(word) > n {
			head := headOf(word, n)
			lines = append(lines, head)
			word = word[len(head):]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// headOf is the longest start of word in n columns, one rune at least.
func headOf(word string, n int) string {
	used := 0
	for i, r := range word {
		if used += runeColumns(r); used > n && i > 0 {
			return word[:i]
		}
	}
	return word
}

// asciiOnly writes what is left of the text without anything but ASCII.
func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case r == 'µ':
			return 'u'
		case r == '█':
			return '#'
		case r == '▏':
			return '.'
		case r == '░':
			return '-'
		case r == '…':
			return '~'
		}
		if i := strings.IndexRune(sparks, r); i >= 0 {
			return rune(sparksASCII[i/len("▁")])
		}
		if runeColumns(r) == 0 {
			return -1
		}
		return '?'
	}, s)
}
