package chat

import "testing"

// TestDeliverAllocatesNothing: R5, a delivery costs no allocation, with one line in
// flight or 256, the start of the writers included. What is allocated is the
// transcript's chunks: a few allocations for some hundreds of lines to a thousand
// readers.
func TestDeliverAllocatesNothing(t *testing.T) {
	const readers = 1000
	f := newFan(t, readers)
	for _, lines := range []int{1, 256} {
		f.deliver(lines) // buffers grow to their size
		const rounds = 20
		before := mallocs()
		for range rounds {
			f.deliver(lines)
		}
		got := float64(mallocs()-before) / (rounds * float64(lines) * readers)
		if got >= 0.001 {
			t.Errorf("R5: %g allocations for each delivery with %d lines in flight, want less than 0.001", got, lines)
		}
	}
}
