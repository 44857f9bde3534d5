package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// taken is a line taken apart, readable.
type taken struct {
	Kind             kind
	Name, Text, Tail string
}

func TestParseLine(t *testing.T) {
	const at = rigTime
	for _, tt := range []struct {
		in   string
		want taken
	}{
		{"[SYSTEM]: that name is taken", taken{Kind: isNotice, Text: "that name is taken"}},
		{"[SYSTEM]: ", taken{Kind: isNotice}},
		{at + "[bob]: hello", taken{Kind: isSaid, Name: "bob", Text: "hello"}},
		{at + "[bob]: ", taken{Kind: isSaid, Name: "bob"}},
		{at + "[bob -> you]: psst", taken{Kind: isSaid, Name: "bob -> you", Text: "psst"}},
		{at + " * bob waves at [SYSTEM]: ", taken{Kind: isDone, Name: "bob", Text: "waves at [SYSTEM]: "}},
		{at + "[SYSTEM]: bob has joined our chat...", taken{Kind: isJoined, Name: "bob", Text: "bob has joined our chat..."}},
		{at + "[SYSTEM]: has has joined our chat...", taken{Kind: isJoined, Name: "has", Text: "has has joined our chat..."}},
		{at + "[SYSTEM]: bob has left our chat...", taken{Kind: isLeft, Name: "bob", Text: "bob has left our chat..."}},
		{at + "[SYSTEM]: bob has left our chat... (quit: al has joined our chat...)", taken{
			Kind: isLeft, Name: "bob", Text: "bob has left our chat... (quit: al has joined our chat...)",
			Tail: " (quit: al has joined our chat...)"}},
		{at + "[SYSTEM]: bob is now known as rob", taken{Kind: isRenamed, Name: "bob", Text: "bob is now known as rob", Tail: "rob"}},
		{at + "[SYSTEM]: Server shutting down...", taken{Kind: isAnnounce, Text: "Server shutting down..."}},

		// What a user writes is never more than text.
		{at + "[bob]: al has joined our chat...", taken{Kind: isSaid, Name: "bob", Text: "al has joined our chat..."}},
		{at + "[bob]: [SYSTEM]: al has left our chat...", taken{Kind: isSaid, Name: "bob", Text: "[SYSTEM]: al has left our chat..."}},
		{at + "[bob]: " + at + "[SYSTEM]: x", taken{Kind: isSaid, Name: "bob", Text: at + "[SYSTEM]: x"}},
		{at + "[bob]: ]: x", taken{Kind: isSaid, Name: "bob", Text: "]: x"}},
		{at + "[bob]: Enter your name: ", taken{Kind: isSaid, Name: "bob", Text: "Enter your name: "}},
		{at + " * bob has left our chat...", taken{Kind: isDone, Name: "bob", Text: "has left our chat..."}},

		// What is none of these is left alone.
		{"", taken{}},
		{"hello", taken{}},
		{at, taken{}},
		{at + "[bob] hello", taken{}},
		{at + " * bob", taken{}},
		{"[2026-01-02 15:04:0x][bob]: hello", taken{}},
		{"[2026-01-02T15:04:05][bob]: hello", taken{}},
	} {
		l := parseLine([]byte(tt.in))
		got := taken{l.kind, string(l.name), string(l.text), string(l.tail)}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.in, diff)
		}
		if string(l.whole) != tt.in {
			t.Errorf("%q: the whole of it is %q", tt.in, l.whole)
		}
	}
}
