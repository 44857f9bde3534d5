package dialect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// An arrival is a client that is inside and has not been told yet who else is.
//
// The problem wants the newcomer to read that first, and then all that happens. The
// server can be asked with /who, which is sent right behind the name; but others do
// not wait, so what the server writes is
//
//	J  L1 ... Lk  A  M1 ...
//
// where J is the newcomer's own join line, A the answer, and L1 to Lk are lines that
// got into the transcript between the two. Mostly there are none. A says who was
// inside behind Lk (C3), and J marks the position from which the newcomer reads
// everything (L4).
//
// Saying A first and then the L's would tell of joins and leaves that A reflects
// already; leaving those out would let it read a line of somebody who is not in the
// list, because they left behind it. So the list is taken back to J's position: the
// L's are read backwards, a join takes a name out, a leave puts one in, a rename gives
// the old one back. What results is exactly who was inside when the newcomer came in.
// It reads that, then L1 to Lk, M1 and so on, as everybody else does: one order, no
// line twice, none left out, and the list and the lines behind it agree at every
// point. A name is free only behind its leave line and taken from its join line on
// (N4), so a name that occurs more than once in the L's is taken back right as well.
//
// The L's are held until A comes. That is bounded: past arrivalBytesMax all of them
// are given up and counted, the list stays as A says it, and a line behind it says how
// many were missed. It is the same if the server itself has overtaken the client (R4).
type arrival struct {
	own   string   // the newcomer's name
	names []string // of A, as far as it has come
	total int      // how many A has; 0 until its first line
	held  []byte   // the L's, with their ends
	lost  int      // how many lines there would have been besides
}

// arrivalBytesMax bounds what is held.
const arrivalBytesMax = 64 << 10

// hold keeps a line for later.
func (a *arrival) hold(l line) {
	if a.lost > 0 || len(a.held)+len(l.whole) >= arrivalBytesMax {
		a.lose(1)
		return
	}
	a.held = append(append(a.held, l.whole...), '\n')
}

// lose gives up what is held, and n lines more.
func (a *arrival) lose(n int) {
	a.lost += n + bytes.Count(a.held, []byte("\n"))
	a.held = nil
}

// addNames takes a line of the answer to /who: "3 here: alice, bob, carol", or names
// alone on a further line (C1). False means that it is something else: names have no
// spaces, and every other notice has.
func (a *arrival) addNames(text []byte) bool {
	if a.total == 0 {
		number, names, ok := strings.Cut(string(text), " here: ")
		total, err := strconv.Atoi(number)
		if !ok || err != nil {
			return false
		}
		a.total, a.names = total, strings.Split(names, ", ")
		return true
	}
	more := strings.Split(string(text), ", ")
	if slices.ContainsFunc(more, func(name string) bool { return strings.Contains(name, " ") }) {
		return false
	}
	a.names = append(a.names, more...)
	return true
}

func (a *arrival) complete() bool { return len(a.names) >= a.total }

// tell says who is in the room, and then what happened since.
func (a *arrival) tell(dst []byte) []byte {
	lines := bytes.SplitAfter(a.held, []byte("\n"))
	lines = lines[:len(lines)-1] // behind the last end there is nothing
	if a.lost == 0 {
		for _, l := range slices.Backward(lines) {
			a.takeBack(parseLine(bytes.TrimSuffix(l, []byte("\n"))))
		}
	}
	a.remove(a.own)
	dst = append(append(dst, budgetPresence...), strings.Join(a.names, ", ")...)
	dst = append(dst, '\n')
	if a.lost > 0 {
		dst = append(dst, budgetMark+"you missed "...)
		dst = append(strconv.AppendInt(dst, int64(a.lost), 10), " lines\n"...)
	}
	for _, l := range lines {
		dst = inRoom(dst, parseLine(bytes.TrimSuffix(l, []byte("\n"))))
	}
	return dst
}

// takeBack undoes what a line says about who is inside.
func (a *arrival) takeBack(l line) {
	switch l.kind {
	case isJoined:
		a.remove(string(l.name))
	case isLeft:
		a.names = append(a.names, string(l.name))
	case isRenamed:
		a.remove(string(l.tail))
		a.names = append(a.names, string(l.name))
	}
}

func (a *arrival) remove(name string) {
	if i := slices.Index(a.names, name); i >= 0 {
		a.names = slices.Delete(a.names, i, i+1)
	}
}
