package dialect

import (
	"bytes"
	"sync"

	"golang.org/x/text/unicode/norm"
)

const (
	// loginLinesMax is how many lines at the prompt are looked at for the name.
	loginLinesMax = 8
	// loginLineBytesMax is the longest of them that is: 128 code points, which may
	// become a name of 32, and white space.
	loginLineBytesMax = 1 << 10
)

// A login is what the two directions of a connection tell each other: which name the
// client came in under. The client's lines go one way, the server's answers to them
// the other, and maybe much later.
type login struct {
	mu     sync.Mutex // guards what follows; held for a few instructions
	names  []string   // the lines at the prompt, in order; "" for one that is no name
	inside bool
}

// sent takes note of a line that the client sent. False means that no further line
// is of interest.
func (l *login) sent(text []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inside || len(l.names) == loginLinesMax {
		return false
	}
	name := ""
	if len(text) <= loginLineBytesMax {
		// N1: as the server shows it.
		name = norm.NFC.String(string(bytes.TrimSpace(text)))
	}
	l.names = append(l.names, name)
	return true
}

// enter says which name was accepted, given how many lines were answered with
// another prompt before; "" if nobody knows.
func (l *login) enter(refused int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside = true
	name := ""
	if refused >= 0 && refused < len(l.names) {
		name = l.names[refused]
	}
	l.names = nil
	return name
}
