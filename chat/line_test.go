package chat

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testLineMax is small, so that the rows below can be read.
const testLineMax = 8

// What a decoder said, besides lines, which stand here quoted.
const (
	saidTooLong   = "too long"
	saidInterrupt = "interrupt"
)

// Telnet, spelled as RFC 854 does.
const (
	iac     = "\xff"
	iacWill = iac + "\xfb"
	iacWont = iac + "\xfc"
	iacDo   = iac + "\xfd"
	iacDont = iac + "\xfe"
	iacSB   = iac + "\xfa"
	iacSE   = iac + "\xf0"
	iacIP   = iac + "\xf4"
	iacNOP  = iac + "\xf1"
)

// lineCases are what a client sends until it half-closes, and what that is.
var lineCases = []struct {
	name string // promise id first
	in   string
	want []string
}{
	{"W1 nothing", "", nil},
	{"W1 LF", "hi\nyou\n", []string{`"hi"`, `"you"`}},
	{"W1 CR LF", "hi\r\nyou\r\n", []string{`"hi"`, `"you"`}},
	{"W1 CR NUL", "hi\r\x00you\r\x00", []string{`"hi"`, `"you"`}},
	{"W1 all ends in one stream", "a\nb\r\nc\r\x00d\n", []string{`"a"`, `"b"`, `"c"`, `"d"`}},
	{"W1 empty lines", "\n\r\n\r\x00", []string{`""`, `""`, `""`}},
	{"W1 NUL after LF is content", "a\n\x00\n", []string{`"a"`, `"\x00"`}},
	{"W1 NUL alone is content", "a\x00b\n", []string{`"a\x00b"`}},
	{"W1 CR within is content", "a\rb\n", []string{`"a\rb"`}},
	{"W1 CR CR LF is content and an end", "a\r\r\n", []string{`"a\r"`}},
	{"W1 CR CR NUL is content and an end", "a\r\r\x00b\n", []string{`"a\r"`, `"b"`}},
	{"W1 LF CR is an end and content", "a\n\rb\n", []string{`"a"`, `"\rb"`}},
	{"W1 last line without an end", "hi\nyou", []string{`"hi"`, `"you"`}},
	{"W1 last CR is content", "hi\r", []string{`"hi\r"`}},
	{"W1 nothing but a CR", "\r", []string{`"\r"`}},
	{"W1 runes are not looked at", "\xe2\x82\n\xac\n", []string{`"\xe2\x82"`, `"\xac"`}},

	{"W3 options take three bytes", iacWill + "\x01" + iacWont + "\x03" + iacDo + "\x18" + iacDont + "\x22" + "hi\n", []string{`"hi"`}},
	{"W3 an option may be any byte", "h" + iacWill + "\n" + iacDo + "\xff" + iacDont + "\ri\n", []string{`"hi"`}},
	{"W3 other commands take two", "h" + iacNOP + iac + "\xf9" + "i\n", []string{`"hi"`}},
	{"W3 other commands take two, an LF too", "h" + iac + "\n" + "i\n", []string{`"hi"`}},
	{"W3 SE outside takes two", "h" + iacSE + "i\n", []string{`"hi"`}},
	{"W3 subnegotiation", iacSB + "\x18\x00xterm\n\r\n" + iacSE + "hi\n", []string{`"hi"`}},
	{"W3 subnegotiation with IAC IAC", iacSB + "\x1f\x00" + iac + iac + "\xf0\x00" + iacSE + "hi\n", []string{`"hi"`}},
	{"W3 subnegotiation with commands", iacSB + iacIP + iacWill + iacSB + iacSE + "hi\n", []string{`"hi"`}},
	{"W3 subnegotiation longer than any line", iacSB + strings.Repeat("x\n", 100) + iacSE + "hi\n", []string{`"hi"`}},
	{"W3 subnegotiation without an end", "hi\nyou" + iacSB + "xterm\n", []string{`"hi"`, `"you"`}},
	{"W3 IAC IAC is an invalid byte", "h" + iac + iac + "i\n", []string{`"h\xffi"`}},
	{"W3 IAC IAC IAC IAC", iac + iac + iac + iac + "\n", []string{`"\xff\xff"`}},
	{"W3 command between CR and LF", "hi\r" + iacNOP + "\n", []string{`"hi"`}},
	{"W3 subnegotiation between CR and NUL", "hi\r" + iacSB + "\n" + iacSE + "\x00you\n", []string{`"hi"`, `"you"`}},
	{"W3 IAC IAC between CR and LF", "\r" + iac + iac + "\n", []string{`"\r\xff"`}},
	{"W3 unfinished commands at the end", "hi" + iac, []string{`"hi"`}},
	{"W3 unfinished option at the end", "hi\r" + iacWill, []string{`"hi\r"`}},
	{"W3 only a command is no line", iacNOP + iacWill, nil},
	{"W3 Ctrl-C drops the half line", "hi\nyou" + iacIP + iacDo + "\x06" + "more\n", []string{`"hi"`, saidInterrupt}},
	{"W3 Ctrl-C after a CR", "hi\r" + iacIP + "\n", []string{saidInterrupt}},
	{"W3 Ctrl-C first", iacIP, []string{saidInterrupt}},
	{"W3 Ctrl-C drops a line too long", "123456789" + iacIP + "\n", []string{saidInterrupt}},
	{"W3 IP as an option is none", iacDo + "\xf4" + "hi\n", []string{`"hi"`}},

	{"W5 as long as may be", "12345678\n", []string{`"12345678"`}},
	{"W5 as long as may be, CR LF", "12345678\r\n", []string{`"12345678"`}},
	{"W5 as long as may be, CR NUL", "12345678\r\x00", []string{`"12345678"`}},
	{"W5 as long as may be, no end", "12345678", []string{`"12345678"`}},
	{"W5 as long as may be, with a CR", "1234\r678\n", []string{`"1234\r678"`}},
	{"W5 as long as may be, without its telnet", "12" + iacWill + "\x01345" + iacNOP + "678\r" + iacNOP + "\n", []string{`"12345678"`}},
	{"W5 IAC IAC counts once", "1234567" + iac + iac + "\n", []string{`"1234567\xff"`}},
	{"W5 one too many", "123456789\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 one too many, CR LF", "123456789\r\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 one too many, CR NUL", "123456789\r\x00hi\n", []string{saidTooLong, `"hi"`}},
	{"W5 one too many, no end", "123456789", []string{saidTooLong}},
	{"W5 one too many, a CR", "12345678\r\r\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 one too many, the last CR", "12345678\r", []string{saidTooLong}},
	{"W5 one too many, IAC IAC", "12345678" + iac + iac + "\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 far too many, once", strings.Repeat("123456789\rx", 20) + "\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 telnet within the lost line", "123456789" + iacSB + "\n" + iacSE + iacNOP + "x\nhi\n", []string{saidTooLong, `"hi"`}},
	{"W5 two of them", "123456789\n123456789\r\nhi", []string{saidTooLong, saidTooLong, `"hi"`}},
}

// decodeLines pushes in through a decoder, size(i) bytes in the i-th chunk, and
// says what came out. A chunk is wiped when the decoder is done with it, so that
// nothing can be kept there, and bounds are checked after every step (W5).
func decodeLines(t *testing.T, max int, in []byte, size func(i int) int) []string {
	t.Helper()
	d := &lineDecoder{max: max}
	var said []string
	for i := 0; len(in) > 0; i++ {
		n := min(size(i), len(in))
		chunk := bytes.Clone(in[:n])
		in = in[n:]
		for p := chunk; ; {
			line, rest, st := d.cut(p)
			checkStep(t, d, p, rest, st)
			if st == lineMore {
				break
			}
			said = append(said, sayStatus(t, max, line, st))
			if st == lineInterrupt {
				return said
			}
			p = rest
		}
		for i := range chunk {
			chunk[i] = '#'
		}
	}
	if line, st := d.end(); st != lineMore {
		said = append(said, sayStatus(t, max, line, st))
	}
	if !d.fresh() {
		t.Errorf("W1: end left something behind: %+v", d)
	}
	return said
}

// checkStep holds after every cut: bounded memory, none when idle, progress.
func checkStep(t *testing.T, d *lineDecoder, p, rest []byte, st lineStatus) {
	t.Helper()
	if cap(d.buf) > d.max {
		t.Errorf("W5: buffer of %d bytes, at most %d allowed", cap(d.buf), d.max)
	}
	if st == lineMore && len(rest) > 0 {
		t.Errorf("W4: no line, and %d bytes not looked at", len(rest))
	}
	if st != lineMore && !d.fresh() {
		t.Errorf("W5: between lines, and not empty: %+v", d)
	}
	if st != lineMore && len(rest) >= len(p) {
		t.Errorf("W4: status %d out of nothing", st)
	}
	if !bytes.HasSuffix(p, rest) {
		t.Errorf("W4: the rest %q is not the rest of %q", rest, p)
	}
}

func sayStatus(t *testing.T, max int, line []byte, st lineStatus) string {
	t.Helper()
	if st != lineDone && line != nil {
		t.Errorf("status %d comes with the line %q", st, line)
	}
	if len(line) > max {
		t.Errorf("W5: a line of %d bytes, at most %d allowed", len(line), max)
	}
	switch st {
	case lineDone:
		return fmt.Sprintf("%q", line)
	case lineTooLong:
		return saidTooLong
	case lineInterrupt:
		return saidInterrupt
	}
	t.Fatalf("unknown status %d", st)
	return ""
}

func atOnce(int) int       { return 1 << 20 }
func byteAtATime(int) int  { return 1 }
func twoAtATime(int) int   { return 2 }
func oneThenTwo(i int) int { return 1 + i%2 }

// W4 is in every row: however the bytes are chopped, the lines are the same.
func TestLineDecoder(t *testing.T) {
	for _, c := range lineCases {
		t.Run(c.name, func(t *testing.T) {
			for name, size := range map[string]func(int) int{
				"at once":        atOnce,
				"byte at a time": byteAtATime,
				"two at a time":  twoAtATime,
				"one, then two":  oneThenTwo,
			} {
				if diff := cmp.Diff(c.want, decodeLines(t, testLineMax, []byte(c.in), size)); diff != "" {
					t.Errorf("%q, %s (-want +got):\n%s", c.in, name, diff)
				}
			}
			if diff := cmp.Diff(c.want, referenceLines([]byte(c.in), testLineMax)); diff != "" {
				t.Errorf("%q, the reference (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

// W4: cut in two at every byte, the whole table as one stream.
func TestLineDecoderW4CutAnywhere(t *testing.T) {
	var all []byte
	for _, c := range lineCases {
		if !strings.Contains(c.in, iacIP) && !strings.Contains(c.name, "without an end") {
			all = append(append(all, c.in...), '\n')
		}
	}
	want := decodeLines(t, testLineMax, all, atOnce)
	if len(want) < len(lineCases) {
		t.Fatalf("the stream ends early, after %d lines", len(want))
	}
	for at := 1; at < len(all); at++ {
		got := decodeLines(t, testLineMax, all, func(i int) int { return []int{at, len(all)}[min(i, 1)] })
		if !slices.Equal(want, got) {
			diff := cmp.Diff(want, got)
			t.Fatalf("cut at %d (-want +got):\n%s", at, diff)
		}
	}
}

// W5: whatever a client sends without ever ending a line, nothing grows.
func TestLineDecoderW5Bounded(t *testing.T) {
	const lineMax = 2048
	for name, chunk := range map[string]string{
		"text":           "text ",
		"CR":             "\r",
		"IAC IAC":        iac + iac,
		"commands":       iacNOP + iacWill + "x",
		"subnegotiation": iacSB + "text",
	} {
		d := &lineDecoder{max: lineMax}
		p := bytes.Repeat([]byte(chunk), 100)
		for range 1000 {
			if _, _, st := d.cut(p); st != lineMore {
				t.Fatalf("%s: status %d", name, st)
			}
			if cap(d.buf) > lineMax {
				t.Fatalf("%s: the buffer grew to %d", name, cap(d.buf))
			}
		}
	}
}

// A line that gathers in pieces gets its buffer in few steps, and the buffer of
// the longest line is not a byte too big.
func TestLineDecoderW5Growth(t *testing.T) {
	for _, lineMax := range []int{1, 63, 64, 65, 100, 2048, 3000} {
		d := &lineDecoder{max: lineMax}
		grown := 0
		for range lineMax {
			before := cap(d.buf)
			d.cut([]byte("x"))
			if cap(d.buf) != before {
				grown++
			}
		}
		if len(d.buf) != lineMax || cap(d.buf) != lineMax {
			t.Errorf("max %d: len %d, cap %d", lineMax, len(d.buf), cap(d.buf))
		}
		if grown > 8 {
			t.Errorf("max %d: grew %d times", lineMax, grown)
		}
	}
}

// The line lies in the caller's bytes, and appending to it harms nothing.
func TestLineDecoderNoCopy(t *testing.T) {
	p := []byte("hello\r\nyou\n")
	d := lineDecoder{max: 2048}
	line, rest, st := d.cut(p)
	if st != lineDone || &line[0] != &p[0] {
		t.Fatalf("status %d, line %q copied", st, line)
	}
	_ = append(line, "!!!!!!"...)
	if string(rest) != "you\n" {
		t.Errorf("the rest became %q", rest)
	}
}

func TestLineDecoderNoAllocs(t *testing.T) {
	p := []byte(strings.Repeat("hello\n", 50) + strings.Repeat("hello\r\n\n", 50) + strings.Repeat("x", 2048) + "\r\n")
	d := &lineDecoder{max: 2048}
	lines := 0
	allocs := testing.AllocsPerRun(100, func() {
		for p := p; ; lines++ {
			_, rest, st := d.cut(p)
			if st == lineMore {
				return
			}
			p = rest
		}
	})
	if lines < 150 || allocs != 0 {
		t.Errorf("%d lines, %v allocations", lines, allocs)
	}
}

// There is one per connection.
func TestLineDecoderSmall(t *testing.T) {
	if size := reflect.TypeFor[lineDecoder]().Size(); size > 64 {
		t.Errorf("a lineDecoder takes %d bytes", size)
	}
}
