package netfake

import (
	"fmt"
	"strings"
)

// A Fault names why bytes were discarded, or what broke a connection.
type Fault uint8

// Why bytes are discarded. Each counts at the cause: what a close with unread
// input makes the peer lose is FaultClose's at both ends.
const (
	FaultClose      Fault = iota // closed before they were read; then also what the resulting reset discards
	FaultReset                   // Conn.Reset, or Close after SetLinger(0)
	FaultVanish                  // Conn.Vanish
	FaultPartition               // a barrier that drops, and its healing
	FaultBreak                   // Conn.Break and Listener.BreakAccepted
	FaultUnaccepted              // the listener closed before it accepted the connection
	faultCount
)

var faultNames = [faultCount]string{"close", "reset", "vanish", "partition", "break", "unaccepted"}

// String returns the fault's name, one lower-case word.
func (f Fault) String() string { return faultNames[f] }

// Losses are discarded bytes by fault.
type Losses [faultCount]int64

// Total returns the sum over all faults.
func (l Losses) Total() (sum int64) {
	for _, n := range l {
		sum += n
	}
	return sum
}

// String names the faults that discarded anything: "reset:5 vanish:12", or "none".
func (l Losses) String() string {
	var named []string
	for f, n := range l {
		if n != 0 {
			named = append(named, fmt.Sprintf("%v:%d", Fault(f), n))
		}
	}
	if named == nil {
		return "none"
	}
	return strings.Join(named, " ")
}

// A Ledger says where written bytes are. Written is always the sum of the others.
type Ledger struct {
	Written   int64  // taken by Write
	Window    int64  // not sent yet
	InFlight  int64  // sent, not arrived
	Unread    int64  // arrived, not read
	Delivered int64  // returned by the peer's Read
	Discarded Losses // lost, by fault
}

// Balanced says whether every written byte is accounted for.
func (l Ledger) Balanced() bool {
	return l.Written == l.Window+l.InFlight+l.Unread+l.Delivered+l.Discarded.Total()
}

// Plus returns the sum of two ledgers.
func (l Ledger) Plus(m Ledger) Ledger {
	l.Written += m.Written
	l.Window += m.Window
	l.InFlight += m.InFlight
	l.Unread += m.Unread
	l.Delivered += m.Delivered
	for f, n := range m.Discarded {
		l.Discarded[f] += n
	}
	return l
}

func (s *stream) ledger() (l Ledger) {
	s.fill(&l)
	return l
}

// fill writes the stream's ledger to where it is wanted: a probe is taken of every
// connection again and again, and most of its time went into copies.
func (s *stream) fill(l *Ledger) {
	l.Written = s.written
	l.Window = int64(s.window.len())
	l.InFlight = int64(s.flight.data.len())
	l.Unread = int64(s.unread.len())
	l.Delivered = s.read
	l.Discarded = s.discarded
}
