package dialect

import "bytes"

// A kind says what a line of the server's is.
type kind uint8

const (
	isOther    kind = iota // none that this package knows
	isNotice               // for its reader alone
	isSaid                 // a line of chat
	isDone                 // what /me makes
	isJoined               // somebody came in
	isLeft                 // somebody left, the reason in tail
	isRenamed              // name is now known as tail
	isAnnounce             // another line of the server's to all
)

// A line is one line of the server's, taken apart (M1). No text of a user's can be
// taken for another kind: names have no spaces and no brackets (N1), SYSTEM is
// nobody's name (N2), and a text has no line end (M6).
//
// Its slices lie in the line itself.
type line struct {
	kind  kind
	time  []byte // "[2006-01-02 15:04:05]"
	name  []byte // who: of a line of chat also "bob -> you"
	text  []byte // what is said
	tail  []byte // of isLeft, isRenamed
	whole []byte // without its end
}

var (
	timeForm     = []byte("[0000-00-00 00:00:00]")
	systemMark   = []byte("[SYSTEM]: ")
	joinedWords  = []byte("has joined our chat...")
	leftWords    = []byte("has left our chat...")
	renamedWords = []byte("is now known as ")
)

// parseLine takes apart a line without its end.
func parseLine(whole []byte) line {
	l := line{whole: whole}
	rest, ok := bytes.CutPrefix(whole, systemMark)
	if ok {
		l.kind, l.text = isNotice, rest
		return l
	}
	if !hasTime(whole) {
		return l
	}
	l.time, rest = whole[:len(timeForm)], whole[len(timeForm):]
	switch {
	case bytes.HasPrefix(rest, systemMark):
		l.parseSystem(rest[len(systemMark):])
	case bytes.HasPrefix(rest, []byte("[")):
		if name, text, ok := bytes.Cut(rest[1:], []byte("]: ")); ok {
			l.kind, l.name, l.text = isSaid, name, text
		}
	case bytes.HasPrefix(rest, []byte(" * ")):
		if name, text, ok := bytes.Cut(rest[3:], []byte(" ")); ok {
			l.kind, l.name, l.text = isDone, name, text
		}
	}
	return l
}

func (l *line) parseSystem(text []byte) {
	l.kind, l.text = isAnnounce, text
	name, words, _ := bytes.Cut(text, []byte(" "))
	switch {
	case bytes.Equal(words, joinedWords):
		l.kind, l.name = isJoined, name
	case bytes.HasPrefix(words, leftWords):
		l.kind, l.name, l.tail = isLeft, name, words[len(leftWords):]
	case bytes.HasPrefix(words, renamedWords):
		l.kind, l.name, l.tail = isRenamed, name, words[len(renamedWords):]
	}
}

// hasTime says whether a line begins with a time.
func hasTime(whole []byte) bool {
	if len(whole) < len(timeForm) {
		return false
	}
	for i, want := range timeForm {
		b := whole[i]
		if want == '0' && (b < '0' || b > '9') || want != '0' && b != want {
			return false
		}
	}
	return true
}
