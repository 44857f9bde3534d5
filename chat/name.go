package chat

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

const (
	nameRunesMax = 32
	// nameRawRunesMax is what a name may have before NFC, which turns at most
	// four code points into one. More needs no work to be refused.
	nameRawRunesMax = 4 * nameRunesMax
	// nameRoundsMax bounds the mappings that are repeated until nothing changes
	// (RFC 8264 asks for it and gives up after the fourth). Names need two; the
	// tests look at every code point.
	nameRoundsMax = 4
)

// name is one checked name: how it is shown and how it is compared. Two names are
// one when their keys are equal, and look alike when they share any of skeleton
// and look.
type name struct {
	shown    string // as typed, NFC (N1)
	key      string // case-mapped, NFC: Alice, ALICE and a decomposed spelling have one
	skeleton string // what key looks like: equal for a1ice and alice (N2)
	look     string // what shown looks like: equal for AIice (capital i) and Alice (N2)
}

// nameMapping is the mapping of RFC 8265's UsernameCaseMapped (full and half width
// folded, lower case, NFC) over RFC 8264's FreeformClass.
//
// The profile itself uses the IdentifierClass and the bidi rule. Those refuse what
// N1 allows: Thai and Lao am (a vowel with a compatibility decomposition, in most
// Thai texts), a Hebrew name that ends in a digit and a dash, mathematical
// letters. The FreeformClass allows all of them, and still refuses what cannot be
// seen or told apart: default-ignorable letters and marks (Hangul fillers, variation
// selectors), conjoining jamo that NFC did not compose, stretching letters such as
// tatweel, two sets of Arabic digits in one name, unassigned code points. What
// looks alike in spite of it is for the skeletons.
var nameMapping = precis.NewFreeform(precis.FoldWidth, precis.LowerCase(), precis.Norm(norm.NFC))

// reservedLooks are the looks of the words that this program speaks with, in both
// cases, since ADMlN (small L) looks like ADMIN and not like admin.
var reservedLooks = func() map[string]bool {
	looks := map[string]bool{}
	for _, word := range []string{"SYSTEM", "server", "admin", "you"} {
		looks[skeletonOf(strings.ToLower(word))] = true
		looks[skeletonOf(strings.ToUpper(word))] = true
	}
	return looks
}()

// parseName checks raw, the line or argument a client sent. The error is a refusal
// whose text is what the user reads after "[SYSTEM]: ".
func parseName(raw []byte) (name, error) {
	shown, err := shownName(raw)
	if err != nil {
		return name{}, err
	}
	if err := checkRunes(shown); err != nil {
		return name{}, err
	}
	if err := checkScripts(shown); err != nil {
		return name{}, err
	}
	key, err := keyOf(shown)
	if err != nil {
		return name{}, err
	}
	n := name{shown: shown, key: key, skeleton: skeletonOf(key), look: skeletonOf(shown)}
	switch {
	case n.skeleton == "":
		return name{}, refuse("that name cannot be told from others")
	case reservedLooks[n.skeleton] || reservedLooks[n.look]:
		return name{}, refuse("that name is reserved")
	}
	return n, nil
}

// shownName trims and normalizes, and bounds the work for everything after it.
func shownName(raw []byte) (string, error) {
	if !utf8.Valid(raw) {
		return "", refuse("a name is UTF-8 text, this is not")
	}
	raw = bytes.TrimSpace(raw)
	count := utf8.RuneCount(raw)
	var shown string
	if count <= nameRawRunesMax {
		shown = norm.NFC.String(string(raw))
		count = utf8.RuneCountInString(shown)
	}
	switch {
	case count == 0:
		return "", refuse("a name cannot be empty")
	case count > nameRunesMax:
		return "", refuse("names have 1 to %d characters, yours has %d", nameRunesMax, count)
	}
	return shown, nil
}

// checkRunes keeps N1's list of what a name is made of.
func checkRunes(shown string) error {
	marks := 0
	for i, r := range shown {
		mark := unicode.Is(unicode.M, r)
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		switch {
		case !letter && !mark && r != '-' && r != '_' && r != '.':
			return refuse("names are made of letters, digits, marks and - _ . : %s is none of these", quoteRune(r))
		case i == 0 && !letter:
			return refuse("a name starts with a letter or a digit")
		case !mark:
			marks = 0
		default:
			marks++
		}
		if marks > marksMax {
			return refuse("one character of a name has at most %d marks", marksMax)
		}
		if invisible(r) {
			return errUnseen(r)
		}
	}
	return nil
}

// invisible letters and marks that Unicode does not call default-ignorable: two
// blank hieroglyphs and the Khitan filler.
func invisible(r rune) bool { return r == 0x13441 || r == 0x13442 || r == 0x16FE4 }

func errUnseen(r rune) error {
	return refuse("U+%04X is not for names: it cannot be seen, or not be told from other letters", r)
}

// quoteRune shows a rune in a refusal, by its number where it is not printable or
// prints nothing.
func quoteRune(r rune) string {
	if unicode.IsPrint(r) && r != 0x2800 && r != 0xFFFC && r != 0x1D159 {
		return `"` + string(r) + `"`
	}
	return fmt.Sprintf("U+%04X", r)
}

// keyOf returns what shown is compared by. Mapping once is not always enough, so it
// is repeated until it changes nothing.
func keyOf(shown string) (string, error) {
	if isASCII(shown) {
		return strings.ToLower(shown), nil // what the mapping comes to, for the runes of N1
	}
	key := shown
	for range nameRoundsMax {
		next, err := nameMapping.String(key)
		if err != nil {
			return "", whyNoKey(shown)
		}
		if next == key {
			return key, nil
		}
		key = next
	}
	return "", whyNoKey(shown)
}

// whyNoKey finds the rune that nameMapping refuses; the library does not say.
func whyNoKey(shown string) error {
	for _, r := range shown {
		if _, err := nameMapping.String(string(r)); err != nil {
			return errUnseen(r)
		}
	}
	// Each is fine alone: the context rule that is left is that of Arabic digits.
	return refuse("a name has one set of digits: this one mixes Arabic and Persian ones")
}

// skeletonOf returns what s looks like, by the table of UTS 39. The result is
// lower-cased and mapped again until it rests, since the table turns 0 into a
// capital O and a mathematical capital A into A. Strings that UTS 39 confuses have
// one result here too.
//
// confusable.Skeleton itself will not do: it drops code points that this Go does
// not know, and its table, newer, maps letters (U+5152, as in names) to such.
func skeletonOf(s string) string {
	if isASCII(s) {
		return skeletonOfASCII(s)
	}
	return skeletonByTable(s)
}

// skeletonsOfASCII are those of single characters; for ASCII, that of a string is
// that of its characters.
var skeletonsOfASCII = func() (all [utf8.RuneSelf]string) {
	for c := range all {
		all[c] = skeletonByTable(string(rune(c)))
	}
	return all
}()

func skeletonOfASCII(s string) string {
	var b strings.Builder
	b.Grow(2 * len(s))
	for i := range len(s) {
		b.WriteString(skeletonsOfASCII[s[i]])
	}
	return b.String()
}

// isASCII says whether s is ASCII alone, as most names are.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func skeletonByTable(s string) string {
	for range nameRoundsMax {
		next := strings.ToLower(withoutSoftDots(lookalikes(s)))
		if next == s {
			break
		}
		s = next
	}
	return s
}

func lookalikes(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if to := confusable.GetReplacement(r); to != "" {
			b.WriteString(to)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}

// withoutSoftDots leaves out a dot above (U+0307) that merely repeats the dot of an
// i or j: such an i is drawn like the one without, and UTS 39's table of single code
// points cannot say so. s is NFD.
func withoutSoftDots(s string) string {
	if !strings.ContainsRune(s, '\u0307') {
		return s
	}
	const above = 230 // the combining class of what sits above and hides the dot
	soft := false
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u0307' && soft:
			return -1
		case !unicode.Is(unicode.M, r):
			soft = unicode.Is(unicode.Soft_Dotted, r)
		case norm.NFD.PropertiesString(string(r)).CCC() == above:
			soft = false
		}
		return r
	}, s)
}
