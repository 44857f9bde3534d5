package check

import (
	"strconv"
	"strings"
	"time"
)

// An Observation is all that one client did and saw.
type Observation struct {
	Client string // its label: unique, without '.' and white space
	Facts
	Sent  []Sent // in order
	Bytes []byte // everything it read
	Reads []Read // when it read them, by ascending End
}

// Facts are what whoever drove a client knows about it.
type Facts struct {
	Observer   bool // joined first, always read
	Connected  int  // the step of its connecting
	End        End
	KeepsUp    bool // it read all there was to read, to the end
	HalfClosed bool // it ended its input before it read the end
	Processed  bool // all it sent must have been carried out by the end
	MayReset   bool // a fault or a limit allows a reset
	// MayLeave are the reasons that its leave line may have; nil means that it may
	// not leave at all.
	MayLeave []Cause
}

// A Cause is something that may end a stay: "" for a plain leave, otherwise what
// the leave line has in parentheses.
type Cause struct {
	Reason string
	Step   int // when it happened: no leave line before is due to it
}

// End says how a client's reading ended.
type End uint8

// How a client's reading ended.
const (
	Open  End = iota // it has not
	EOF              // the server closed, after all it had to say
	Reset            // the connection failed
	Gone             // the client itself was gone
)

// Sent is one line that a client sent, as a server cuts it from the bytes: without
// its end, telnet commands removed.
type Sent struct {
	Line string
	Lost bool // longer than any line may be: the server loses it whole
	Step int
	At   time.Duration
}

// Read says when the bytes up to End were read.
type Read struct {
	End  int
	Step int
	At   time.Duration
}

// readAt returns when the byte at offset was read.
func (o *Observation) readAt(offset int) Read {
	lo, hi := 0, len(o.Reads)
	for lo < hi {
		mid := (lo + hi) / 2
		if o.Reads[mid].End > offset {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == len(o.Reads) {
		return Read{}
	}
	return o.Reads[lo]
}

// Tag is what a text begins with that is to be recognised: "#client.seq: ". The
// sequence numbers of a client's lines of chat count from 1.
func Tag(client string, seq int) string { return "#" + client + "." + strconv.Itoa(seq) + ": " }

// CutTag undoes Tag; ok says whether text has one.
func CutTag(text string) (client string, seq int, ok bool) {
	if text == "" || text[0] != '#' {
		return "", 0, false
	}
	word, _, ok := strings.Cut(text[1:], ":")
	if !ok {
		return "", 0, false
	}
	client, number, ok := strings.Cut(word, ".")
	if !ok || client == "" || number == "" || len(number) > 9 {
		return "", 0, false
	}
	for _, c := range []byte(number) {
		if c < '0' || c > '9' {
			return "", 0, false
		}
		seq = 10*seq + int(c-'0')
	}
	return client, seq, true
}
