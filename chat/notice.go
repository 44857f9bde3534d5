package chat

import (
	"fmt"
	"strings"
)

// A notice is a line for one client alone: "[SYSTEM]: text" without a time (M1).
// Unlike a transcript's line it waits in the session's own queue, with the
// position it belongs at.
//
// W2: it ends in LF, as all output does but the prompt.
func notice(text string) []byte { return []byte("[SYSTEM]: " + text + "\n") }

func noticef(format string, args ...any) []byte { return notice(fmt.Sprintf(format, args...)) }

const prompt = "Enter your name: "

// greeting is what a client reads first (L1): the welcome, the message of the day,
// the prompt.
func greeting(motd string) []byte {
	text := notice("Welcome to TCP Chat!")
	if motd != "" {
		for line := range strings.Lines(motd) {
			line = strings.TrimRight(line, "\r\n")
			text = append(text, "[SYSTEM]: "...)
			text = append(appendClean(text, []byte(line)), '\n')
		}
	}
	return append(text, prompt...)
}
