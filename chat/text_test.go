package chat

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const (
	zalgo  = "Z\u0351\u036b\u0343\u0302\u0321a\u0322\u031b\u0349\u0348\u035a\u035clgo" // five marks, then six
	family = "👨\u200d👩\u200d👧\u200d👦"
)

var cleanCases = []struct {
	name string // promise id first
	in   string
	want string // "" for in itself
}{
	{"M6 nothing", "", ""},
	{"M6 ASCII", "Hello, world! ~", ""},
	{"M6 TAB and spaces stay", "\ta  b\t", ""},
	{"M6 no-break and wide spaces stay", "a\u00a0b\u3000c\u202fd", ""},
	{"M6 Latin", "naïve Ærøskøbing e\u0301", ""},
	{"M6 Vietnamese, decomposed", "Vie\u0323\u0302t Nam", ""},
	{"M6 Greek, three marks", "α\u0313\u0301\u0345", ""},
	{"M6 Hebrew, pointed", "בְּרֵאשִׁ֖ית", ""},
	{"M6 Arabic, vowelled", "السَّلَامُ عَلَيْكُمْ", ""},
	{"M6 Persian with ZWNJ", "می\u200cخواهم", ""},
	{"M6 Hindi with ZWJ", "क्\u200dष हिन्दी", ""},
	{"M6 Thai", "กี่ที่นั่น", ""},
	{"M6 Han, kana, Hangul", "漢字 かな 한글", ""},
	{"M6 emoji family", family, ""},
	{"M6 emoji with skin and selector", "👍🏽 ❤\ufe0f 1\ufe0f\u20e3 🇫🇷", ""},
	{"M6 four marks", "a\u0301\u0302\u0303\u0304b", ""},
	{"M6 U+FFFD typed by hand", "\ufffd\u0301", ""},
	{"M6 private use and unassigned", "\ue000\U0010ffff\u0378", ""},

	{"M6 terminal escape", "\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"},
	{"M6 line ends", "a\rb\nc\vd\fe\x85", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"},
	{"M6 NUL, BEL, BS, DEL", "\x00\a\b\x7f", "\ufffd\ufffd\ufffd\ufffd"},
	{"M6 C1", "\u0085\u009b31m", "\ufffd\ufffd31m"},
	{"M6 bidi overrides", "\u202egpj.exe\u202c", "\ufffdgpj.exe\ufffd"},
	{"M6 bidi isolates", "\u2066a\u2067b\u2068c\u2069", "\ufffda\ufffdb\ufffdc\ufffd"},
	{"M6 bidi marks", "\u200ea\u200fb\u061c", "\ufffda\ufffdb\ufffd"},
	{"M6 line and paragraph separator", "a\u2028b\u2029", "a\ufffdb\ufffd"},
	{"M6 hidden", "\u00ad\u200b\u2060\u2064\ufeff", "\ufffd\ufffd\ufffd\ufffd\ufffd"},
	{"M6 tags", "🏴\U000e0067\U000e007f", "🏴\ufffd\ufffd"},
	{"M6 one for each invalid byte", "a\xff\xc3(\xe2\x82", "a\ufffd\ufffd(\ufffd\ufffd"},
	{"M6 surrogate", "\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
	{"M6 overlong", "\xc0\xaf\xe0\x80\xaf", "\ufffd\ufffd\ufffd\ufffd\ufffd"},
	{"M6 rune of five bytes", "\xf8\x88\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd\ufffd"},
	{"M6 past U+10FFFF", "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},

	{"M6 fifth mark", "a\u0301\u0302\u0303\u0304\u0305b", "a\u0301\u0302\u0303\u0304\ufffdb"},
	{"M6 sixth mark", "a\u0301\u0302\u0303\u0304\u0305\u0306b\u0301", "a\u0301\u0302\u0303\u0304\ufffd\ufffdb\u0301"},
	{"M6 marks without a base", "\u0301\u0302\u0303\u0304\u0305", "\u0301\u0302\u0303\u0304\ufffd"},
	{"M6 joiners are no base", "a\u0301\u0302\u200d\u0303\u0304\u200c\u0305", "a\u0301\u0302\u200d\u0303\u0304\u200c\ufffd"},
	{"M6 invisible runes are no base", "a\u0301\u0302\u0303\u0304\u206a\u0305\u3164\u0306\u180e\u0307", "a\u0301\u0302\u0303\u0304\u206a\ufffd\u3164\ufffd\u180e\ufffd"},
	{"M6 selectors are marks", "a\ufe0f\ufe0f\ufe0f\ufe0f\ufe0f", "a\ufe0f\ufe0f\ufe0f\ufe0f\ufffd"},
	{"M6 what replaces an unsafe rune is a base", "a\u0301\u0302\u0303\u0304\u200b\u0305", "a\u0301\u0302\u0303\u0304\ufffd\u0305"},
	{"M6 what replaces a mark is none", "a\u0301\u0302\u0303\u0304\u0305\u200d\u0306", "a\u0301\u0302\u0303\u0304\ufffd\u200d\ufffd"},
	{"M6 Zalgo", zalgo, "Z\u0351\u036b\u0343\u0302\ufffda\u0322\u031b\u0349\u0348\ufffd\ufffdlgo"},

	{"M6 forged line", "hi\n[2006-01-02 15:04:05][bob]: no", "hi\ufffd[2006-01-02 15:04:05][bob]: no"},
}

func TestAppendClean(t *testing.T) {
	for _, c := range cleanCases {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if want == "" {
				want = c.in
			}
			if got := cleanString(c.in); got != want {
				t.Errorf("%+q became\n%+q, want\n%+q", c.in, got, want)
			}
			checkClean(t, []byte(c.in))
		})
	}
}

func cleanString(text string) string { return string(appendClean(nil, []byte(text))) }

// M6, for every code point there is. The properties of Unicode say once more
// what text.go lists by number.
func TestAppendCleanM6EveryRune(t *testing.T) {
	unsafeCount := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue // a surrogate; three invalid bytes, see the table
		}
		want := string(r)
		if unsafeByName(r) {
			want = "\ufffd"
			unsafeCount++
		}
		if got := cleanString(string(r)); got != want {
			t.Errorf("%U became %+q, want %+q", r, got, want)
		}
		if got, want := cleanString("a"+string(r)+"b"), "a"+want+"b"; got != want {
			t.Errorf("%U between letters: %+q, want %+q", r, got, want)
		}
	}
	const want = 31 + 1 + 32 + // C0 but TAB, DEL, C1
		5 + 4 + 3 + // embeddings and overrides, isolates, marks
		1 + 1 + 2 + 5 + 1 + 128 // U+00AD, U+200B, U+2028/2029, U+2060-2064, BOM, tags
	if unsafeCount != want {
		t.Errorf("%d unsafe runes, want %d", unsafeCount, want)
	}
}

// unsafeByName is M6 in the contract's words.
func unsafeByName(r rune) bool {
	switch {
	case r == '\t':
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
		return true
	case r >= 0xE0000 && r <= 0xE007F:
		return true
	}
	return slices.Contains([]rune("\u00ad\u200b\u2028\u2029\u2060\u2061\u2062\u2063\u2064\ufeff"), r)
}

// M6, for every byte alone, and after one that begins a rune.
func TestAppendCleanM6EveryByte(t *testing.T) {
	for b := range 256 {
		in := []byte{byte(b)}
		want := string(in)
		if b >= utf8.RuneSelf || unsafeByName(rune(b)) {
			want = "\ufffd"
		}
		if got := cleanString(string(in)); got != want {
			t.Errorf("%#02x became %+q, want %+q", b, got, want)
		}
		for lead := 0x80; lead < 256; lead++ {
			checkClean(t, []byte{'a', byte(lead), byte(b), 'z'})
		}
	}
}

// M6: what is in dst stays, and long plain text costs nothing.
func TestAppendCleanAppends(t *testing.T) {
	dst := append(make([]byte, 0, 4096), "[bob]: \u0301"...)
	if got := string(appendClean(dst, []byte("hi\x00"))); got != "[bob]: \u0301hi\ufffd" {
		t.Errorf("got %+q", got)
	}
	for _, text := range []string{"plain", strings.Repeat("naïve \x00 e\u0301 ", 50)} {
		in := []byte(text)
		if n := testing.AllocsPerRun(100, func() { appendClean(dst, in) }); n != 0 {
			t.Errorf("%v allocations for %q", n, text)
		}
	}
}

func TestIsBlank(t *testing.T) {
	for _, c := range []struct {
		name string // promise id first
		text string
		want bool
	}{
		{"M5 empty", "", true},
		{"M5 spaces", " \t  ", true},
		{"M5 wide spaces", "\u00a0\u1680\u2003\u202f\u205f\u3000", true},
		{"M6 joiners", "\u200c\u200d", true},
		{"M6 marks", " \u0301\ufe0f\U000e0100\u034f", true},
		{"M6 marks past the fourth", "\u0301\u0301\u0301\u0301\u0301\u0301", true},
		{"M6 invisible letters", "\u115f\u1160\u3164\u2800", true},
		{"M5 a letter among spaces", "   a ", false},
		{"M5 a letter under marks", "\u0301a\u0301", false},
		{"M6 controls are shown", " \r ", false},
		{"M6 controls that are white space are shown", "\v", false},
		{"M6 NEL is shown", "\u0085", false},
		{"M6 separators are shown", "\u2028", false},
		{"M6 zero width space is shown", "\u200b", false},
		{"M6 word joiner is shown", "\u2060", false},
		{"M6 invalid bytes are shown", "\xff", false},
		{"M6 U+FFFD is shown", "\ufffd", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := isBlank([]byte(c.text)); got != c.want {
				t.Errorf("isBlank(%+q) = %v", c.text, got)
			}
		})
	}
}

// M6, for every code point there is.
func TestIsBlankM6EveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := unicode.In(r, unicode.White_Space, unicode.Join_Control, unicode.M) ||
			strings.ContainsRune("\u115f\u1160\u3164\u2800", r)
		if unsafeByName(r) {
			want = false
		}
		if text := []byte(string(r)); isBlank(text) != want || isBlank(appendClean(nil, text)) != want {
			t.Errorf("%U: isBlank is not %v, before and after cleaning", r, want)
		}
	}
}

// checkClean holds for any text: M6, and the agreement of isBlank with it.
func checkClean(t *testing.T, text []byte) {
	t.Helper()
	got := appendClean(nil, text)
	if want := referenceClean(text); string(got) != want {
		t.Errorf("M6: %+q became\n%+q, want\n%+q", text, got, want)
	}
	if !utf8.Valid(got) {
		t.Errorf("M6: %+q became %+q, no UTF-8", text, got)
	}
	if bytes.ContainsFunc(got, unsafeByName) || bytes.ContainsAny(got, "\r\n") {
		t.Errorf("M6: %+q became %+q, which is not safe", text, got)
	}
	if again := appendClean(nil, got); !bytes.Equal(again, got) {
		t.Errorf("M6: %+q became %+q, and cleaned again %+q", text, got, again)
	}
	if utf8.RuneCount(got) != utf8.RuneCount(text) {
		t.Errorf("M6: %+q became %+q, with more or fewer runes", text, got)
	}
	if len(got) > 3*len(text) {
		t.Errorf("M6: %d bytes became %d", len(text), len(got))
	}
	checkBlank(t, text, got)
}

// checkBlank: isBlank says the same before and after cleaning, but for more than
// four marks with no base (see isBlank).
func checkBlank(t *testing.T, text, cleaned []byte) {
	t.Helper()
	before, after := isBlank(text), isBlank(cleaned)
	if after && !before {
		t.Errorf("M5: %+q is not blank, but %+q is", text, cleaned)
	}
	if before && !after && !strings.Contains(string(cleaned), "\ufffd") {
		t.Errorf("M5: %+q is blank, but %+q is not", text, cleaned)
	}
	if before && strings.ContainsFunc(string(text), func(r rune) bool { return r == utf8.RuneError || unsafeByName(r) }) {
		t.Errorf("M5: %+q is blank, but shows something", text)
	}
}

// referenceClean is M6 said slowly: rune by rune, each looking back for itself.
func referenceClean(text []byte) string {
	runes := []rune(string(text)) // U+FFFD for each invalid byte
	out := slices.Clone(runes)
	for i, r := range runes {
		if unsafeByName(r) || (unicode.IsMark(r) && marksBefore(runes[:i]) >= 4) {
			out[i] = utf8.RuneError
		}
	}
	return string(out)
}

// marksBefore counts the marks at the end of runes, back to the rune that
// carries them.
func marksBefore(runes []rune) (n int) {
	for _, r := range slices.Backward(runes) {
		switch {
		case unicode.IsMark(r):
			n++
		case unsafeByName(r): // shown as U+FFFD
			return n
		case !unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
			return n
		}
	}
	return n
}
