package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The help fits a terminal and leaves out no flag, no twin and no default.
func TestHelp(t *testing.T) {
	help := helpText()
	for _, line := range strings.Split(help, "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("wider than 80 columns: %q", line)
		}
	}
	defaultOptions().each(func(s setting) {
		for _, want := range []string{"\n  -" + s.name + " ", " " + envName(s.name)} {
			if !strings.Contains(help, want) {
				t.Errorf("the help lacks %q", want)
			}
		}
	})
	for _, want := range []string{
		"default :8989", "default 1000", "default 8388608", "default 1h\n", "default 1m\n", "default 30s", "default 1s",
		"default skip", "default Local", "default text", "default info", "-version", "-help",
	} {
		if !strings.Contains(help, want) {
			t.Errorf("the help lacks %q", want)
		}
	}
}
