package chat

import (
	"unicode"
	"unicode/utf8"
)

// marksMax is how many marks one base may carry. Honest writing needs three or
// four (Vietnamese, pointed Hebrew); the towers that climb over their
// neighbours' lines need many more.
const marksMax = 4

// unsafeRunes are the runes that reach no reader (M6), besides bytes that are
// no UTF-8: they move a cursor, turn the reading order of what follows, or hide.
var unsafeRunes = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0000, Hi: 0x0008, Stride: 1}, // C0 controls,
		{Lo: 0x000A, Hi: 0x001F, Stride: 1}, // but TAB
		{Lo: 0x007F, Hi: 0x009F, Stride: 1}, // DEL, C1 controls
		{Lo: 0x00AD, Hi: 0x00AD, Stride: 1}, // soft hyphen
		{Lo: 0x061C, Hi: 0x061C, Stride: 1}, // Arabic letter mark
		{Lo: 0x200B, Hi: 0x200B, Stride: 1}, // zero width space; the joiners, next, stay
		{Lo: 0x200E, Hi: 0x200F, Stride: 1}, // left-to-right mark, right-to-left mark
		{Lo: 0x2028, Hi: 0x202E, Stride: 1}, // line and paragraph separator, bidi embeddings and overrides
		{Lo: 0x2060, Hi: 0x2064, Stride: 1}, // word joiner, invisible operators
		{Lo: 0x2066, Hi: 0x2069, Stride: 1}, // bidi isolates
		{Lo: 0xFEFF, Hi: 0xFEFF, Stride: 1}, // byte order mark
	},
	R32: []unicode.Range32{
		{Lo: 0xE0000, Hi: 0xE007F, Stride: 1}, // tags
	},
}

// appendClean appends text to dst, made safe to show (M6). Each unsafe rune,
// each byte that is no UTF-8 and each mark too many becomes U+FFFD. None is
// deleted: deleting one brings its neighbours together, so that cleaning twice
// would find more to do. The result is at most three times as long as text.
func appendClean(dst, text []byte) []byte {
	plain := asciiPrefix(text)
	dst, text = append(dst, text[:plain]...), text[plain:]
	marks := 0 // on the base we are at
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text) // U+FFFD for one byte where it is no UTF-8
		text = text[n:]
		switch {
		case unicode.Is(unsafeRunes, r):
			// What is shown in its place carries marks like any other rune.
			r, marks = utf8.RuneError, 0
		case unicode.Is(unicode.M, r):
			// Past the limit the count stands until the next base, so that the
			// U+FFFD of a mark is not a base for four more.
			if marks == marksMax {
				r = utf8.RuneError
			} else {
				marks++
			}
		case marks > 0 && isBase(r):
			marks = 0
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// asciiPrefix counts the leading bytes of text that are printable ASCII or TAB:
// all of nearly every text.
func asciiPrefix(text []byte) int {
	for i, c := range text {
		if (c < ' ' && c != '\t') || c >= 0x7F {
			return i
		}
	}
	return len(text)
}

// isBase reports whether r, which is no mark, starts a new stack of marks. What
// is not seen does not: neither joiners nor the invisible runes that stay
// (U+180E, U+206A, Hangul fillers), or marks would climb past the limit in fours.
func isBase(r rune) bool {
	return !unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// isBlank reports whether text counts as empty (M5, M6): nothing in it but
// white space, joiners, marks and letters that show nothing.
//
// Ask it about the text as typed, before appendClean. An unsafe rune is not
// blank, white space or not, because its U+FFFD will be shown; so before and
// after cleaning the answer is the same, but for a text with a fifth mark and no
// base at all, which M6 counts as empty and cleaning would make visible.
func isBlank(text []byte) bool {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if !isBlankRune(r) {
			return false
		}
		text = text[n:]
	}
	return true
}

func isBlankRune(r rune) bool {
	switch r {
	case 0x200C, 0x200D, // the joiners
		0x115F, 0x1160, 0x3164, 0x2800: // Hangul fillers, the empty braille cell
		return true
	}
	return (unicode.IsSpace(r) && !unicode.Is(unsafeRunes, r)) || unicode.Is(unicode.M, r)
}
