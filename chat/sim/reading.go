package sim

import "sync"

// reading is memory for what the clients of a world read: what one world has read into
// the next reads into again, and a Result is a copy.
type reading struct {
	all  [][]byte
	used int
}

// readRoom is how many bytes there is room for, at least, when a client reads.
const readRoom = 512

var readings = sync.Pool{New: func() any { return new(reading) }}

// take returns an empty slice with room.
func (r *reading) take() []byte {
	if r.used == len(r.all) {
		r.all = append(r.all, make([]byte, 0, 4*readRoom))
	}
	r.used++
	return r.all[r.used-1]
}

// keepMax is how large a slice may be to be kept.
const keepMax = 64 << 10

// giveBack ends the use of what the clients have read, and leaves each with a copy.
func (r *reading) giveBack(clients []*client) {
	size := 0
	for _, c := range clients {
		size += len(c.obs.Bytes)
	}
	copies := make([]byte, 0, size)
	for i, c := range clients {
		if cap(c.obs.Bytes) <= keepMax {
			r.all[i] = c.obs.Bytes[:0]
		}
		at := len(copies)
		copies = append(copies, c.obs.Bytes...)
		c.obs.Bytes = copies[at:len(copies):len(copies)]
	}
	r.used = 0
	readings.Put(r)
}
