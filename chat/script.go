package chat

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scriptNames are the scripts of Unicode in a fixed order, so that a look-up and
// the refusal that comes of it are the same in every run.
var scriptNames = slices.Sorted(maps.Keys(unicode.Scripts))

// Writing systems of more than one script, one bit each (UTS 39, "highly
// restrictive").
const (
	japanese uint8 = 1 << iota
	korean
	chinese // with Bopomofo
)

// writtenIn says which of these systems a script is part of; the others stand alone.
func writtenIn(script string) uint8 {
	switch script {
	case "Latin", "Han":
		return japanese | korean | chinese
	case "Hiragana", "Katakana":
		return japanese
	case "Hangul":
		return korean
	case "Bopomofo":
		return chinese
	}
	return 0
}

// checkScripts refuses a name whose letters come from scripts that are not written
// together (N2). Every pair is compared: two scripts go together when one system
// has both, and systems differ only in scripts that no other has, so pairs suffice.
func checkScripts(shown string) error {
	var seen []string
	last := ""
	for _, r := range shown {
		s := scriptOf(r, last)
		if s == "Common" || s == "Inherited" || slices.Contains(seen, s) {
			continue
		}
		for _, t := range seen {
			if writtenIn(s)&writtenIn(t) == 0 {
				return refuse("a name mixes no scripts: this one has %s and %s", scriptWords(t), scriptWords(s))
			}
		}
		seen = append(seen, s)
		last = s
	}
	return nil
}

// scriptOf returns the Script property of r. It tries likely first: the letters of
// a name are mostly of one script, and there are over 160 to look through.
func scriptOf(r rune, likely string) string {
	if r < utf8.RuneSelf {
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return "Common"
	}
	if likely != "" && unicode.Is(unicode.Scripts[likely], r) {
		return likely
	}
	for _, s := range scriptNames {
		if unicode.Is(unicode.Scripts[s], r) {
			return s
		}
	}
	return "Unknown"
}

// scriptWords is a script's name as people read it.
func scriptWords(script string) string { return strings.ReplaceAll(script, "_", " ") }
