package chat

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzLineDecoder: W1, W3, W4 and W5 hold for any bytes, chopped anywhere, and
// for lines of any length. sizes are the lengths of the chunks, over and over.
func FuzzLineDecoder(f *testing.F) {
	for _, c := range lineCases {
		f.Add([]byte(c.in), []byte{1, 2, 3}, uint16(testLineMax))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, lineMax uint16) {
		max := int(lineMax) % 2100
		want := referenceLines(in, max)
		if diff := cmp.Diff(want, decodeLines(t, max, in, atOnce)); diff != "" {
			t.Errorf("at once (-want +got):\n%s", diff)
		}
		chopped := decodeLines(t, max, in, func(i int) int {
			if len(sizes) == 0 {
				return 1
			}
			return 1 + int(sizes[i%len(sizes)])
		})
		if diff := cmp.Diff(want, chopped); diff != "" {
			t.Errorf("chopped (-want +got):\n%s", diff)
		}
	})
}

var (
	// telnetPattern is one telnet command, or the start of one at the end of the
	// input: subnegotiation, option, anything else.
	telnetPattern = regexp.MustCompile(`(?s)` +
		"\u00ff\u00fa(?:[^\u00ff]|\u00ff[^\u00f0])*(?:\u00ff\u00f0|\u00ff?$)|" +
		"\u00ff[\u00fb-\u00fe](?:.|$)|" +
		"\u00ff(?:.|$)")
	lineEndPattern = regexp.MustCompile("\n|\r\n|\r\x00")
)

// referenceLines is what lineDecoder must say, the slow and obvious way: all of
// the input at once, commands out first, then cut at every end, then measured.
func referenceLines(in []byte, max int) (said []string) {
	text, interrupted := referenceTelnet(latin1(in))
	lines := lineEndPattern.Split(text, -1)
	half := lines[len(lines)-1]
	if interrupted || half == "" { // dropped, or none
		lines = lines[:len(lines)-1]
	}
	for _, line := range lines {
		line := bytesOfLatin1(line)
		if len(line) > max {
			said = append(said, saidTooLong)
		} else {
			said = append(said, fmt.Sprintf("%q", line))
		}
	}
	if interrupted {
		said = append(said, saidInterrupt)
	}
	return said
}

// referenceTelnet takes the commands out, up to the first IAC IP.
func referenceTelnet(text string) (rest string, interrupted bool) {
	var out strings.Builder
	for {
		at := telnetPattern.FindStringIndex(text)
		if at == nil {
			out.WriteString(text)
			return out.String(), false
		}
		out.WriteString(text[:at[0]])
		switch text[at[0]:at[1]] {
		case "\u00ff\u00ff":
			out.WriteString("\u00ff")
		case "\u00ff\u00f4":
			return out.String(), true
		}
		text = text[at[1]:]
	}
}

// latin1 makes every byte a rune, since regexp sees runes, and no invalid ones.
func latin1(p []byte) string {
	runes := make([]rune, len(p))
	for i, c := range p {
		runes[i] = rune(c)
	}
	return string(runes)
}

func bytesOfLatin1(s string) (p []byte) {
	for _, r := range s {
		p = append(p, byte(r))
	}
	return p
}

// FuzzClean: M6 for any text, besides which honest text is not touched, and a
// line made of it is one line.
func FuzzClean(f *testing.F) {
	for _, c := range cleanCases {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		checkClean(t, text)
		const head = "[2006-01-02 15:04:05][bob]: "
		line := appendClean([]byte(head), text)
		if !strings.HasPrefix(string(line), head) || strings.ContainsAny(string(line), "\r\n") {
			t.Errorf("M6: %+q makes the line %+q", text, line)
		}
		if honest(string(text)) && string(line) != head+string(text) {
			t.Errorf("M6: honest %+q became %+q", text, line[len(head):])
		}
	})
}

// honestPattern is text nobody has a reason to touch: letters of any script with
// at most two marks, digits, signs, emoji, joiners within words, spaces, TAB; but
// not the letters that show nothing (the Hangul fillers), nor U+FFFD.
var honestPattern = regexp.MustCompile(`^(?:[\pL\pN\pP\pS][\pM\x{200C}\x{200D}]{0,2}|[\p{Zs}\t])*$`)

func honest(text string) bool {
	return honestPattern.MatchString(text) && !strings.ContainsAny(text, "\ufffd\u115f\u1160\u3164\uffa0")
}
