package chat

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// mustName is a name that has to be accepted.
func mustName(t *testing.T, in string) name {
	t.Helper()
	n, err := parseName([]byte(in))
	if err != nil {
		t.Fatalf("%q (%+q): refused: %v", in, in, err)
	}
	return n
}

// nameRefusal is the text of the refusal that in has to get.
func nameRefusal(t *testing.T, in string) string {
	t.Helper()
	n, err := parseName([]byte(in))
	if err == nil {
		t.Fatalf("%q (%+q): accepted as %+v", in, in, n)
	}
	checkRefusal(t, err)
	return err.Error()
}

// nameCases are names that are accepted; "" for shown means as typed, for key as
// shown.
var nameCases = []struct{ why, in, shown, key string }{
	{"latin", "alice", "", ""},
	{"capitals", "ALICE", "", "alice"},
	{"digits first", "007", "", ""},
	{"punctuation", "a-_.b", "", ""},
	{"trimmed", " \t\u00a0\u3000alice\r\v\u2028", "alice", ""},
	{"one character", "x", "", ""},
	{"thirty-two characters", strings.Repeat("é", 32), "", ""},
	{"thirty-two after NFC", strings.Repeat("o\u0302\u0323", 32), strings.Repeat("ộ", 32), ""},
	{"four marks", "a\u0316\u0317\u0318\u0319", "", ""},
	{"four marks on every base", "a\u0316\u0317\u0318\u0319-\u0316\u0317\u0318\u0319", "", ""},
	{"diacritics, decomposed", "Zoe\u0308", "Zoë", "zoë"},
	{"marks out of order", "q\u0307\u0323", "q\u0323\u0307", ""},
	{"vietnamese", "Nguyễn", "", "nguyễn"},
	{"sharp s", "Straße", "", "straße"},
	{"capital sharp s", "STRAẞE", "", "straße"},
	{"turkish dotted I", "İlker", "", "i\u0307lker"},
	{"turkish dotless i", "Işıl", "", "işıl"},
	{"a title case letter", "ǅ", "", "ǆ"},
	{"a ligature", "ﬁn", "", ""},
	{"mathematical", "𝐀lice", "", "𝐀lice"},
	{"kelvin", "\u212aate", "Kate", "kate"},
	{"full-width", "Ａｌｉｃｅ１", "", "alice1"},
	{"greek", "Γιώργος", "", "γιώργος"},
	{"greek capitals", "ΓΙΏΡΓΟΣ", "", "γιώργοσ"},
	{"cyrillic", "Ёлка", "", "ёлка"},
	{"cyrillic, decomposed", "Е\u0308лка", "Ёлка", "ёлка"},
	{"armenian", "Արամ", "", "արամ"},
	{"georgian", "ნინო", "", ""},
	{"georgian mtavruli", "ᲜᲘᲜᲝ", "", "ნინო"},
	{"cherokee", "ᏣᎳᎩ", "", "ꮳꮃꭹ"},
	{"cherokee, lower case", "ꮳꮃꭹ", "", ""},
	{"deseret", "𐐔𐐯", "", "𐐼𐐯"},
	{"adlam", "𞤀𞤁", "", "𞤢𞤣"},
	{"hebrew", "שלום", "", ""},
	{"hebrew with points", "שָׁלוֹם", "", ""},
	{"hebrew, a dash last", "אב-", "", ""},
	{"hebrew, a digit first", "1אב", "", ""},
	{"arabic", "محمد", "", ""},
	{"arabic with marks", "مُحَمَّد", "", ""},
	{"arabic with its digits", "علي٤٢", "", ""},
	{"persian with its digits", "علی۴۲", "", ""},
	{"syriac", "ܐܒܐ", "", ""},
	{"thaana", "އަހުމަދު", "", ""},
	{"devanagari", "कृष्णा", "", ""},
	{"devanagari digits", "राम१२", "", ""},
	{"bengali", "রবীন্দ্র", "", ""},
	{"tamil", "தமிழ்", "", ""},
	{"thai", "สมชาย", "", ""},
	{"thai with marks", "กั๊ก", "", ""},
	{"thai am", "น้ำ", "", ""},
	{"lao am", "ນ້ຳ", "", ""},
	{"khmer", "ខ្មែរ", "", ""},
	{"myanmar", "မြန်မာ", "", ""},
	{"tibetan", "བོད", "", ""},
	{"ethiopic", "አበበ", "", ""},
	{"mongolian", "ᠮᠣᠩᠭᠣᠯ", "", ""},
	{"canadian", "ᐃᓄᒃ", "", ""},
	{"hangul", "김철수", "", ""},
	{"hangul jamo", "\u1100\u1175\u11b7", "김", ""},
	{"hangul, half-width", "ﾡ", "", "ㄱ"},
	{"han", "王小明", "", ""},
	{"a han compatibility letter", "\uf900", "豈", ""},
	{"han that UTS 39 maps to what Go does not know", "兒玉", "", ""},
	{"hiragana", "さくら", "", ""},
	{"katakana with its long vowel", "サーバー", "", ""},
	{"katakana, half-width with voicing", "ｶﾞ", "", "ガ"},
	{"a repeated ideograph", "佐々木", "", ""},
	{"egyptian", "𓀀", "", ""},
}

// N1: what a name may be, how it is shown, what it is compared by.
func TestNameN1Accepted(t *testing.T) {
	for _, c := range nameCases {
		t.Run(c.why, func(t *testing.T) {
			n := mustName(t, c.in)
			if c.shown == "" {
				c.shown = c.in
			}
			if c.key == "" {
				c.key = c.shown
			}
			assert.Equal(t, c.shown, n.shown, "shown")
			assert.Equal(t, c.key, n.key, "key")
			checkName(t, n)
		})
	}
}

const (
	lengthRefusal = "names have 1 to 32 characters, yours has "
	madeOfRefusal = "names are made of letters, digits, marks and - _ . : "
	startRefusal  = "a name starts with a letter or a digit"
	emptyRefusal  = "a name cannot be empty"
	marksRefusal  = "one character of a name has at most 4 marks"
	unseenRefusal = " is not for names: it cannot be seen, or not be told from other letters"
	digitsRefusal = "a name has one set of digits: this one mixes Arabic and Persian ones"
	bytesRefusal  = "a name is UTF-8 text, this is not"
	scriptRefusal = "a name mixes no scripts: this one has "
)

// N1, C2: what a name may not be, and what its sender reads.
func TestNameN1Refused(t *testing.T) {
	for _, c := range []struct{ why, in, want string }{
		{"nothing", "", emptyRefusal},
		{"white space", " \t\u3000\u2029", emptyRefusal},
		{"33 characters", strings.Repeat("a", 33), lengthRefusal + "33"},
		{"33 after NFC", strings.Repeat("e\u0301", 33), lengthRefusal + "33"},
		{"17 that NFC makes 34", strings.Repeat("\u0958", 17), lengthRefusal + "34"},
		{"129 are counted as typed", strings.Repeat("e\u0301", 64) + "x", lengthRefusal + "129"},
		{"the longest line", strings.Repeat("a", 32<<10), lengthRefusal + "32768"},
		{"bytes", "al\xffice", bytesRefusal},
		{"half a character", "alic\xc3", bytesRefusal},
		{"a surrogate", "\xed\xa0\x80", bytesRefusal},
		{"bytes, however many", strings.Repeat("\x80", 32<<10), bytesRefusal},
		{"a space", "alice b", madeOfRefusal + `" " is none of these`},
		{"a no-break space", "alice\u00a0b", madeOfRefusal + `U+00A0 is none of these`},
		{"an exclamation mark", "alice!", madeOfRefusal + `"!" is none of these`},
		{"a bracket", "[SYSTEM]", madeOfRefusal + `"[" is none of these`},
		{"a colon", "alice:", madeOfRefusal + `":" is none of these`},
		{"a command", "/quit", madeOfRefusal + `"/" is none of these`},
		{"an emoji", "alice😀", madeOfRefusal + `"😀" is none of these`},
		{"a roman numeral", "Ⅳ", madeOfRefusal + `"Ⅳ" is none of these`},
		{"a superscript", "m²", madeOfRefusal + `"²" is none of these`},
		{"an escape", "a\x1b[31m", madeOfRefusal + `U+001B is none of these`},
		{"a tab inside", "a\tb", madeOfRefusal + `U+0009 is none of these`},
		{"a line end inside", "a\nb", madeOfRefusal + `U+000A is none of these`},
		{"a zero", "a\x00b", madeOfRefusal + `U+0000 is none of these`},
		{"C1", "a\u009bb", madeOfRefusal + `U+009B is none of these`},
		{"a bidi override", "a\u202eb", madeOfRefusal + `U+202E is none of these`},
		{"a soft hyphen", "a\u00adb", madeOfRefusal + `U+00AD is none of these`},
		{"a zero-width space", "a\u200bb", madeOfRefusal + `U+200B is none of these`},
		{"a joiner", "a\u200db", madeOfRefusal + `U+200D is none of these`},
		{"a byte order mark", "\ufeffalice", madeOfRefusal + `U+FEFF is none of these`},
		{"a tag", "a\U000e0041", madeOfRefusal + `U+E0041 is none of these`},
		{"a blank symbol", "a\u2800", madeOfRefusal + `U+2800 is none of these`},
		{"an object replacement", "a\ufffc", madeOfRefusal + `U+FFFC is none of these`},
		{"a replacement character", "a\ufffd", madeOfRefusal + "\"\ufffd\" is none of these"},
		{"private use", "a\ue000", madeOfRefusal + `U+E000 is none of these`},
		{"unassigned", "a\u0378", madeOfRefusal + `U+0378 is none of these`},
		{"a noncharacter", "a\U0010ffff", madeOfRefusal + `U+10FFFF is none of these`},
		{"a dash first", "-a", startRefusal},
		{"a dot first", ".a", startRefusal},
		{"a low line first", "_", startRefusal},
		{"a mark first", "\u0301a", startRefusal},
		{"a fifth mark", "a\u0316\u0317\u0318\u0319\u031c", marksRefusal},
		{"a fifth mark inside", "ab\u0316\u0317\u0318\u0319\u031cc", marksRefusal},
		{"zalgo", "a" + strings.Repeat("\u0316", 28), marksRefusal},
		{"a variation selector", "a\ufe0f", "U+FE0F" + unseenRefusal},
		{"a grapheme joiner", "a\u034f", "U+034F" + unseenRefusal},
		{"hangul fillers", "\u3164", "U+3164" + unseenRefusal},
		{"a choseong filler", "a\u115f", "U+115F" + unseenRefusal},
		{"a jungseong filler", "a\u1160", "U+1160" + unseenRefusal},
		{"a half-width filler", "a\uffa0", "U+FFA0" + unseenRefusal},
		{"khmer inherent vowels", "ក\u17b4", "U+17B4" + unseenRefusal},
		{"a blank hieroglyph", "𓀀\U00013441", "U+13441" + unseenRefusal},
		{"a jamo alone", "\u1100", "U+1100" + unseenRefusal},
		{"tatweel", "محـمد", "U+0640" + unseenRefusal},
		{"two sets of digits", "علي٤۶", digitsRefusal},
	} {
		t.Run(c.why, func(t *testing.T) {
			assert.Equal(t, c.want, nameRefusal(t, c.in))
		})
	}
}

// N1, N3: spellings of one name, which one client at a time may hold.
func TestNameN3OneName(t *testing.T) {
	for _, spellings := range [][]string{
		{"Alice", "alice", "ALICE", "aLiCe", "Ａｌｉｃｅ", " alice "},
		{"Zoë", "ZOE\u0308", "zoe\u0308", "ｚｏë"},
		{"Ångström", "\u212bngstro\u0308m", "A\u030aNGSTRÖM"},
		{"Straße", "STRAẞE"},
		{"Άννα", "Α\u0301ννα", "ΆΝΝΑ"},
		{"Ёлка", "ёлка", "Е\u0308ЛКА"},
		{"ნინო", "ᲜᲘᲜᲝ"},
		{"ᏣᎳᎩ", "ꮳꮃꭹ"},
		{"İ", "i\u0307"},
		{"ガ", "カ\u3099", "ｶﾞ"},
		{"김", "\u1100\u1175\u11b7"},
		{"x1", "x１"},
	} {
		first := mustName(t, spellings[0])
		for _, s := range spellings[1:] {
			other := mustName(t, s)
			assert.Equal(t, first.key, other.key, "%q and %q", spellings[0], s)
			assert.Equal(t, first.skeleton, other.skeleton, "%q and %q", spellings[0], s)
		}
	}
}

// N1: the case mapping is that of RFC 8265, which keeps these apart and says so
// (section 3.5: sharp s, final sigma), nor is a name taken by a mere relative of it.
func TestNameN1TwoNames(t *testing.T) {
	for _, pair := range [][2]string{
		{"strasse", "straße"},
		{"Γιώργος", "ΓΙΏΡΓΟΣ"},
		{"zoe", "zoë"},
		{"alice", "alice2"},
		{"alice", "alice."},
		{"Ila", "Lia"},
		{"Ali", "All"},
		{"かな", "カナ"},
		{"ali", "علي"},
		{"兒玉", "玉"},
		{"нина", "hnha"},
	} {
		a, b := mustName(t, pair[0]), mustName(t, pair[1])
		assert.NotEqual(t, a.key, b.key, "%q and %q", pair[0], pair[1])
		assert.False(t, alike(a, b), "%q and %q", pair[0], pair[1])
	}
}

// alike says whether two names share a look.
func alike(a, b name) bool {
	return a.skeleton == b.skeleton || a.look == b.look || a.skeleton == b.look || a.look == b.skeleton
}

// N2: names that are not one and look as if they were.
func TestNameN2LookAlikes(t *testing.T) {
	for _, pair := range [][2]string{
		{"alice", "a1ice"},
		{"Alice", "A1ICE"},
		{"alice", "aIice"}, // a capital i
		{"Alice", "AIice"},
		{"ALICE", "ALlCE"}, // a small L
		{"bob", "b0b"},
		{"BOB", "B0B"},
		{"modern", "modem"},
		{"pop", "рор"}, // Cyrillic
		{"ABE", "ΑΒΕ"}, // Greek
		{"BOBA", "ВОВА"},
		{"alice", "𝐀𝐥𝐢𝐜𝐞"},
		{"fin", "ﬁn"},
		{"ilker", "İlker"},
		{"ilker", "ılker"},
		{"jan", "j\u0307an"},
		{"i\u0323x", "i\u0323\u0307x"},
		{"٤", "۴"},
		{"工", "エ"},
	} {
		a, b := mustName(t, pair[0]), mustName(t, pair[1])
		assert.True(t, alike(a, b), "%+v and %+v", a, b)
		assert.NotEqual(t, a.key, b.key, "%q and %q", pair[0], pair[1])
	}
}

// N2: the words this program speaks with belong to it, however spelled.
func TestNameN2Reserved(t *testing.T) {
	for _, in := range []string{
		"SYSTEM", "system", "System", "sYsTeM", "ＳＹＳＴＥＭ", "𝐒𝐘𝐒𝐓𝐄𝐌", "𝓼𝔂𝓼𝓽𝓮𝓶", "SYSTERN", "systern",
		"ЅҮЅТЕМ", // Cyrillic, capitals alone look so
		"server", "Server", "SERVER",
		"admin", "Admin", "ADMIN", "adm1n", "ADMlN", "AdmIn", "admi\u0307n", "ADMİN", "admın", "adrnin",
		"you", "You", "YOU", "y0u", "Y0U", " you ",
	} {
		assert.Equal(t, "that name is reserved", nameRefusal(t, in), "%q", in)
	}
	for _, in := range []string{"systems", "sys", "yours", "adm", "administrator", "server-1", "юзер", "система"} {
		mustName(t, in)
	}
}

// N2: which scripts go together.
func TestNameN2Scripts(t *testing.T) {
	for _, in := range []string{
		"alice漢字ひらカタ", "漢字かな", "カタひら", "alice한글漢字", "한글abc", "漢字ㄅㄆ", "aㄅ",
		"алиса1", "αβγ-2", "שלום.3", "ก1", "サーバー", "さーば", "aー", "а\u0301", "ω\u0301", "𝐀д", "aᴬ",
	} {
		mustName(t, in)
	}
	for in, scripts := range map[string]string{
		"аlice":    "Cyrillic and Latin",
		"alicе":    "Latin and Cyrillic",
		"Αlice":    "Greek and Latin",
		"сαт":      "Cyrillic and Greek",
		"aש":       "Latin and Hebrew",
		"aא":       "Latin and Hebrew",
		"שم":       "Hebrew and Arabic",
		"aक":       "Latin and Devanagari",
		"a१":       "Latin and Devanagari",
		"กລ":       "Thai and Lao",
		"かな한글":     "Hiragana and Hangul",
		"漢字カ한":     "Katakana and Hangul",
		"かA한":      "Hiragana and Hangul", // not neighbours
		"ㄅか":       "Bopomofo and Hiragana",
		"한ㄅ":       "Hangul and Bopomofo",
		"漢字д":      "Han and Cyrillic",
		"aᐃ":       "Latin and Canadian Aboriginal",
		"1-а.b":    "Cyrillic and Latin",
		"abՕ":      "Latin and Armenian",
		"ꮳa":       "Cherokee and Latin",
		"aⲁ":       "Latin and Coptic",
		"а\u0485β": "Cyrillic and Greek",
	} {
		assert.Equal(t, scriptRefusal+scripts, nameRefusal(t, in), "%q", in)
	}
}

// N2: every letter, digit and mark has one script, whatever is looked for first.
func TestNameN2EveryScript(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !nameRune(r) || oneOfMany(r) {
			continue
		}
		s := scriptOf(r, "")
		if s == "Unknown" {
			t.Errorf("%U has no script", r)
		}
		if got := scriptOf(r, "Latin"); got != s {
			t.Errorf("%U is %s, and %s when Latin is likely", r, s, got)
		}
	}
}

// N1, M6: every code point, alone or on a base, is accepted and safe or refused
// with a text that is.
func TestNameN1EveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || oneOfMany(r) {
			continue
		}
		in := string(r)
		if unicode.Is(unicode.M, r) {
			in = "1" + in
		}
		n, err := parseName([]byte(in))
		switch {
		case err != nil:
			checkRefusal(t, err)
		case !nameRune(r) && !unicode.IsSpace(r):
			t.Errorf("%U: accepted as %+v", r, n)
		default:
			checkName(t, n)
		}
		if err == nil && (!atRest(n.skeleton) || !atRest(n.look)) {
			t.Errorf("%U: %+v is not at rest", r, n)
		}
		if t.Failed() {
			t.Fatalf("at %U", r)
		}
	}
}

// oneOfMany says that r is one of very many treated alike (plain ideographs and
// syllables, private use, unassigned planes): one in 64 of them is tested.
func oneOfMany(r rune) bool {
	many := unicode.In(r, unicode.Han, unicode.Hangul, unicode.Co) ||
		r > 0xffff && !unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r)
	return many && r%64 != 0 && confusable.GetReplacement(r) == "" && norm.NFC.IsNormalString(string(r)) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

func atRest(s string) bool { return s == skeletonOf(s) }

// nameRune is N1's list, said by categories.
func nameRune(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo,
		unicode.Nd, unicode.Mn, unicode.Mc, unicode.Me) || strings.ContainsRune("-_.", r)
}

// N1 bounds what a decomposed name can be: no code point is more than four in NFD.
func TestNameN1LongestDecomposition(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if n := utf8.RuneCountInString(norm.NFD.String(string(r))); n*nameRunesMax > nameRawRunesMax {
			t.Errorf("%U is %d code points in NFD", r, n)
		}
	}
}

// namePattern is N1's rule, said by an independent reader.
var namePattern = regexp.MustCompile(`^[\p{L}\p{Nd}]\p{M}{0,4}(?:[\p{L}\p{Nd}_.-]\p{M}{0,4})*$`)

// checkName checks what holds of every name that was accepted.
func checkName(t *testing.T, n name) {
	t.Helper()
	runes := utf8.RuneCountInString(n.shown)
	again, err := parseName([]byte(n.shown))
	switch {
	case err != nil:
		t.Errorf("%+v: refused when typed as shown: %v", n, err)
	case again != n:
		t.Errorf("typed as shown (-first +again):\n%s", cmp.Diff(n, again, cmp.AllowUnexported(name{})))
	case !norm.NFC.IsNormalString(n.shown) || !norm.NFC.IsNormalString(n.key):
		t.Errorf("%+v: not NFC", n)
	case runes < 1 || runes > nameRunesMax || len(n.shown) > nameBytesMax:
		t.Errorf("%+v: %d characters, %d bytes", n, runes, len(n.shown))
	case !namePattern.MatchString(n.shown):
		t.Errorf("%+v: not made as N1 says", n)
	case strings.ContainsAny(n.shown, " \t\r\n[]():*>/") || string(appendClean(nil, []byte(n.shown))) != n.shown:
		t.Errorf("%+v: not safe to show (M6)", n)
	case n.key == "" || n.skeleton == "" || n.look == "":
		t.Errorf("%+v: cannot be compared", n)
	}
	if decomposed, err := parseName([]byte(norm.NFD.String(n.shown))); err != nil || decomposed != n {
		t.Errorf("%+v: decomposed, it is %+v, %v", n, decomposed, err)
	}
	if key, err := keyOf(n.key); err != nil || key != n.key {
		t.Errorf("%+v: the key of its key is %q, %v", n, key, err)
	}
}

// checkAlike checks what holds of two accepted names: one key means one skeleton,
// and what UTS 39 confuses is confused here.
func checkAlike(t *testing.T, a, b name) {
	t.Helper()
	if a.key == b.key && a.skeleton != b.skeleton {
		t.Errorf("one key, two skeletons: %+v and %+v", a, b)
	}
	if confusable.Confusable(a.key, b.key) && a.skeleton != b.skeleton {
		t.Errorf("confusable keys: %+v and %+v", a, b)
	}
	if confusable.Confusable(a.shown, b.shown) && a.look != b.look {
		t.Errorf("confusable as shown: %+v and %+v", a, b)
	}
}

// checkRefusal checks what holds of every refused name: the text is a refusal, one
// line, short and safe (M6).
func checkRefusal(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if _, ok := err.(refusal); !ok {
		t.Errorf("%v: a %T", err, err)
	}
	if text == "" || len(text) > 120 || strings.ContainsAny(text, "\t\r\n") ||
		string(appendClean(nil, []byte(text))) != text {
		t.Errorf("%q: not a safe line", text)
	}
}

// R5: a long line costs no more than a look at it.
func TestNameN1LongCostsLittle(t *testing.T) {
	for _, part := range []string{"a", "a\u0301", "\u0301", "ﷺ", "\xff", " "} {
		raw := []byte(strings.Repeat(part, 32<<10/len(part)))
		if allocs := testing.AllocsPerRun(10, func() { _, _ = parseName(raw) }); allocs > 10 { // a few more under -race
			t.Errorf("%q many times: %v allocations", part, allocs)
		}
	}
}

func BenchmarkParseName(b *testing.B) {
	for what, in := range map[string]string{
		"ascii": "alice", "cyrillic": "Александр", "hangul": "김철수", "worst": strings.Repeat("ﷺ", 32),
	} {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = parseName([]byte(in))
			}
		})
	}
}
