//go:build linux

package fanbench

import "testing"

// A flight counts how many messages are on their way: how far the last receiver is
// behind the senders. A message leaves flight when every receiver has it. A receiver's
// position is the number of messages it has read or has sent itself, so moving one is
// a few instructions however many lines it read, and the last one's position is known
// all the time.
type flight struct {
	sent  int64   // messages sent
	least int64   // position of the receiver that is furthest behind
	at    []int32 // receivers at each position, modulo its length
}

// newFlight starts with every receiver at position sent. At most inFlight messages
// will be on their way.
func newFlight(sent int64, receivers, inFlight int) *flight {
	size := 2
	for size < inFlight+2 {
		size *= 2
	}
	f := &flight{sent: sent, least: sent, at: make([]int32, size)}
	*f.place(sent) = int32(receivers)
	return f
}

func (f *flight) place(position int64) *int32 {
	return &f.at[position&int64(len(f.at)-1)]
}

// move takes a receiver from one position to a later one.
func (f *flight) move(from, to int64) {
	*f.place(from)--
	*f.place(to)++
	for f.least < f.sent && *f.place(f.least) == 0 {
		f.least++
	}
}

// behind is the number of messages in flight.
func (f *flight) behind() int64 { return f.sent - f.least }

func TestFlight(t *testing.T) {
	f := newFlight(100, 3, 4)
	want := func(doing string, behind int64) {
		t.Helper()
		if f.behind() != behind {
			t.Fatalf("%s: %d in flight, want %d", doing, f.behind(), behind)
		}
	}
	want("nothing sent", 0)
	f.sent += 4
	want("four sent", 4)
	f.move(100, 104)
	f.move(100, 103)
	want("one has read none", 4)
	f.move(100, 102)
	want("the last has read two", 2)
	f.move(102, 104)
	want("another is behind now", 1)
	f.move(103, 104)
	want("all have read all", 0)
}
