package conversation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is read is written so that it decodes to the same bytes, line by line.
func TestTextRoundTrip(t *testing.T) {
	for _, text := range []string{
		"", "\n", "hello\n", "Enter your name: ", "a\nb\n\nc", "back\\slash\\\n", "ends in spaces  \n",
		"\x00\t\r\x1b\xff\u200b\u2028\U000e0041\ufffd\n", strings.Repeat("x", 100) + "\n",
		strings.Repeat("same\n", 7) + "other", strings.Repeat("a*3)\n", 9), strings.Repeat("*", 99),
		strings.Repeat("é", 41) + strings.Repeat("\xe9", 41), strings.Repeat(strings.Repeat("y", 50)+"\n", 5), `\(x*3)`,
	} {
		var got []byte
		for _, line := range encodeLines(text) {
			if strings.ContainsAny(line, "\n\r") || strings.HasSuffix(line, " ") {
				t.Errorf("%q is written as %q, which does not fit a line", text, line)
			}
			part, err := decode(line)
			if err != nil {
				t.Errorf("%q is written as %q: %v", text, line, err)
			}
			got = append(got, part...)
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("-written +read:\n%s", diff)
		}
	}
}

const sample = `# M1: a sample.

$ chatd -history 0 -max-clients 2
motd: two\nlines\

alice connects from 10.0.0.1
    alice < Enter your name: \
alice > alice
    alice, bob < hello
    carol <
    carol: closed
(5s pass)
the server stops
    the server has stopped
`

// A file is written as it was read.
func TestConversationRoundTrip(t *testing.T) {
	c, err := Parse("07-M1-sample.txt", sample)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample, c.String()); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
	if diff := cmp.Diff([]Flag{{"history", "0"}, {"max-clients", "2"}}, c.Flags); diff != "" || c.MOTD != "two\nlines" {
		t.Errorf("flags and motd %q:\n%s", c.MOTD, diff)
	}
	if !c.NeedsLab() {
		t.Error("time passes, and no lab is needed")
	}
}

// An error names the line and what is wrong with it.
func TestParseErrors(t *testing.T) {
	for line, want := range map[string]string{
		"alice dances":        `07-M1-sample.txt:2: nobody knows what "alice dances" means`,
		"alice > \\q":         `07-M1-sample.txt:2: "\\q" is no escape`,
		"alice > \\(x":        `07-M1-sample.txt:2: \( without *number)`,
		"(soon passes)":       `07-M1-sample.txt:2: time: invalid duration "soon"`,
		"$ chatd -history":    `07-M1-sample.txt:2: "$ chatd -history" is not like $ chatd -flag value -flag value`,
		"    alice reads it":  `07-M1-sample.txt:2: nobody knows what "alice reads it" means`,
		"    alice < \\(x*99": `07-M1-sample.txt:2: \( without *number)`,
	} {
		_, err := Parse("07-M1-sample.txt", "# M1: a sample.\n"+line+"\n")
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
	if _, err := Parse("sample.txt", sample); err == nil {
		t.Error("a name without a promise was taken")
	}
	if _, err := Parse("07-M2-sample.txt", sample); err == nil {
		t.Error("a promise that is not the name's was taken")
	}
	for name, ok := range map[string]bool{"7-M1-a.txt": false, "07-M1-a.txt": true, "107-M1-a.txt": true, "1007-M1-a.txt": false} {
		if _, err := Parse(name, sample); (err == nil) != ok {
			t.Errorf("%s: %v: a name has a number of two or three digits", name, err)
		}
	}
}

// A difference is told with its place and the promise.
func TestDiff(t *testing.T) {
	want, _ := Parse("07-M1-sample.txt", sample)
	got, _ := Parse("07-M1-sample.txt", strings.Replace(sample, "< hello", "< hallo", 1))
	diff := Diff(want, got)
	if !strings.HasPrefix(diff, "07-M1-sample.txt:9: M1 is not kept") || Diff(want, want) != "" {
		t.Error(diff)
	}
}
