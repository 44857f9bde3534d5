package lab

import (
	"strings"
	"time"
	"unicode"
)

// A dialect is how a server speaks.
type dialect struct {
	greeting, prompt string
	places           int
	history          bool
	unique           bool // names are
	retry            bool // a refused client is asked again
	echo             bool // one reads one's own lines, and that one has joined
	line             func(now time.Time, name, text string) string
	joined, left     string
	presence         string // "" for none
	star             bool   // before the server's own lines
	full             string
	good             func(name string) bool
}

var dialects = map[string]*dialect{
	"netcat": {
		greeting: "Welcome to TCP-Chat!\n         _nnnn_\n        (logo)\n     `-'       `--'\n",
		prompt:   "[ENTER YOUR NAME]: ",
		places:   10, history: true, unique: true, retry: true,
		line: func(now time.Time, name, text string) string {
			return now.Format("[2006-01-02 15:04:05][") + name + "]:" + text + "\n"
		},
		joined: " has joined our chat...\n",
		left:   " has left our chat...\n",
		full:   "the chat is full\n",
		good: func(name string) bool {
			return name != "" && len(name) <= 32 && name == strings.TrimSpace(name) && strings.IndexFunc(name, odd) < 0
		},
	},
	"budget": {
		greeting: "Welcome to budgetchat! What shall I call you?\n",
		line:     func(_ time.Time, name, text string) string { return "[" + name + "] " + text + "\n" },
		joined:   " has entered the room\n",
		left:     " has left the room\n",
		presence: "* The room contains: ", star: true,
		good: func(name string) bool {
			return name != "" && len(name) <= 16 && strings.IndexFunc(name, func(r rune) bool {
				return r > 127 || !unicode.IsLetter(r) && !unicode.IsDigit(r)
			}) < 0
		},
	},
	// guide is the server of the example in docs/CHATCHECK.md.
	"guide": {
		prompt: "Your name, please:\n",
		places: 10, unique: true, retry: true, echo: true, star: true,
		line:   func(_ time.Time, name, text string) string { return "<" + name + "> " + text + "\n" },
		joined: " is here\n",
		left:   " is gone\n",
		full:   "* no more places\n",
		good: func(name string) bool {
			return name != "" && len(name) <= 12 && strings.IndexFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
		},
	},
}

func odd(r rune) bool {
	return !unicode.IsPrint(r) || strings.ContainsRune("[]:", r) || r == unicode.ReplacementChar
}
