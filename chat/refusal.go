package chat

import "fmt"

// A refusal is a no that the user reads: its text is what follows "[SYSTEM]: " on
// the wire, one line that says what was wrong and what is expected (C2). Any other
// error ends the session and is for the log.
type refusal string

func (r refusal) Error() string { return string(r) }

// refuse builds a refusal. What goes into it of the user's own must be safe to
// show (M6).
func refuse(format string, args ...any) error {
	return refusal(fmt.Sprintf(format, args...))
}
