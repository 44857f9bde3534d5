package main

import (
	"strings"
	"testing"
)

const threeLines = "one\ntwo\nthree\n"

// TestPatch: a patch applies where every line is as it says, and nowhere else.
func TestPatch(t *testing.T) {
	const head = "--- a/f.go\n+++ b/f.go\n"
	for name, c := range map[string]struct{ patch, text, want, err string }{
		"a change":         {head + "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n", threeLines, "one\n2\nthree\n", ""},
		"two hunks":        {head + "@@ -1,1 +1,2 @@\n one\n+more\n@@ -3,1 +4,1 @@\n-three\n+3\n", threeLines, "one\nmore\ntwo\n3\n", ""},
		"only lines out":   {head + "@@ -2,1 +1,0 @@\n-two\n", threeLines, "one\nthree\n", ""},
		"other context":    {head + "@@ -1,3 +1,3 @@\n one\n-two\n+2\n four\n", threeLines, "", "does not fit"},
		"a line further":   {head + "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n", "zero\n" + threeLines, "zero\none\n2\nthree\n", ""},
		"both moved":       {head + "@@ -1,1 +1,2 @@\n one\n+more\n@@ -3,1 +4,1 @@\n-three\n+3\n", "zero\n" + threeLines, "zero\none\nmore\ntwo\n3\n", ""},
		"two places":       {head + "@@ -3,1 +3,1 @@\n-two\n+2\n", "two\nand\none\ntwo\n", "", "does not fit"},
		"in another order": {head + "@@ -1,1 +1,1 @@\n-three\n+3\n@@ -3,1 +3,1 @@\n-one\n+1\n", threeLines, "", "does not fit"},
		"a renamed file":   {"--- a/f.go\n+++ b/g.go\n", threeLines, "", "renames"},
		"no file":          {"@@ -1,1 +1,1 @@\n", threeLines, "", "before any file"},
		"nothing":          {"", threeLines, "", "before any file"},
		"not of a hunk":    {head + "text\n", threeLines, "", "no part of a hunk"},
		"not of one later": {head + "@@ -1,1 +1,1 @@\n?one\n", threeLines, "", "no part of a hunk"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := "", error(nil)
			if all, e := parsePatch(c.patch); e != nil {
				err = e
			} else {
				got, err = all[0].apply(c.text)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want one with %q", err, c.err)
			}
		})
	}
}

// TestChanged: lines that stay are not counted.
func TestChanged(t *testing.T) {
	all, err := parsePatch("--- a/f.go\n+++ b/f.go\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n+2b\n three\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := all[0].changed; n != 3 {
		t.Errorf("%d lines are changed, want 3", n)
	}
}
