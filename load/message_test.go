package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/chat/check"
)

func drawMessage(t *rapid.T) message {
	return message{
		sender: rapid.IntRange(0, clientsMax).Draw(t, "sender"),
		seq:    rapid.Uint32Range(1, 999_999_999).Draw(t, "seq"),
		run:    rapid.Uint32().Draw(t, "run"),
		due:    time.Duration(rapid.Int64Range(0, int64(spanMax/time.Microsecond)).Draw(t, "due")) * time.Microsecond,
	}
}

// A message reads back as it was written, has the size that was asked for, and the tag
// that package check looks for.
func TestMessageReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		size := rapid.IntRange(sizeMin, 400).Draw(t, "size")
		text := m.append(nil, rapid.Uint64().Draw(t, "seed"), size, rapid.Bool().Draw(t, "scripts"))
		require.Len(t, text, size)
		got, ok := parseMessage(text)
		require.True(t, ok, "%q", text)
		require.Equal(t, m, got)
		label, seq, ok := check.CutTag(string(text))
		require.True(t, ok)
		require.Equal(t, check.Tag(label, seq), string(text[:len(check.Tag(label, seq))]))
		require.Equal(t, int(m.seq), seq)
	})
}

// The smallest size holds the fields of the greatest message.
func TestMessageOfTheSmallestSize(t *testing.T) {
	m := message{sender: clientsMax, seq: 999_999_999, run: 1<<32 - 1, due: spanMax}
	text := m.append(nil, 1, sizeMin, false)
	require.Len(t, text, sizeMin)
	got, ok := parseMessage(text)
	require.True(t, ok)
	require.Equal(t, m, got)
}

// Every change of one byte is noticed, wherever it is (M1).
func TestMessageNoticesEveryChange(t *testing.T) {
	m := message{sender: 12, seq: 7, run: 0x5f0c91aa, due: 3 * time.Second}
	for _, scripts := range []bool{false, true} {
		text := m.append(nil, 1, 96, scripts)
		for i := range text {
			was := text[i]
			for b := range 256 {
				if text[i] = byte(b); byte(b) == was {
					continue
				}
				got, ok := parseMessage(text)
				require.False(t, ok, "byte %d as %q is taken for %+v", i, byte(b), got)
			}
			text[i] = was
		}
	}
}

// Whatever comes, reading it does not panic, and what is taken for a message is the
// whole of one.
func FuzzParseMessage(f *testing.F) {
	m := message{sender: 12, seq: 7, run: 1, due: time.Second}
	whole := m.append(nil, 1, sizeMin, false)
	for _, seed := range [][]byte{nil, []byte("#"), []byte("#s"), []byte("#s1."), []byte("#s1.1: "), whole, whole[:len(whole)-1], whole[:20]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if m, ok := parseMessage(text); ok {
			require.GreaterOrEqual(t, len(text), len("#s0.0: ")+fixedLen)
			require.GreaterOrEqual(t, m.sender, 0)
			_, ok := parseMessage(text[:len(text)-1])
			require.False(t, ok)
		}
	})
}

// Whatever a server says, no protocol's reading of a line panics.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{"", "[", "[SYSTEM]: you missed 3 lines", "[2006-01-02 15:04:05][", "[2006-01-02 15:04:05][a]", "[2006-01-02 15:04:05][a]: #s1.1: ", ":", ": 366 ", "PING", "\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, name := range Protocols() {
			protocols[name].scan(line, "bob")
		}
	})
}

func TestScanLine(t *testing.T) {
	for _, c := range []struct {
		line string
		want kind
		text string
	}{
		{"[2006-01-02 15:04:05][bob]: hello", lineOther, "hello"},
		{"[2006-01-02 15:04:05][bob]: #s1.1: x", lineMessage, "#s1.1: x"},
		{"[2006-01-02 15:04:05][SYSTEM]: bob has joined our chat...", lineInside, ""},
		{"[2006-01-02 15:04:05][SYSTEM]: al has joined our chat...", lineOther, "al has joined our chat..."},
		{"[2006-01-02 15:04:05][bob]: bob has joined our chat...", lineOther, "bob has joined our chat..."},
		{"[2006-01-02 15:04:05] * al waves", lineOther, "[2006-01-02 15:04:05] * al waves"},
		{"[2006-01-02 15:04:05][bob", lineNonsense, "[2006-01-02 15:04:05][bob"},
		{"[SYSTEM]: you missed 12 lines", lineMissed, "12"},
		{"[SYSTEM]: slow down: x", lineNotice, "slow down: x"},
		{"220 smtp", lineNonsense, "220 smtp"},
	} {
		k, text := scanLine([]byte(c.line), "bob")
		require.Equal(t, c.want, k, c.line)
		require.Equal(t, c.text, string(text), c.line)
	}
}
