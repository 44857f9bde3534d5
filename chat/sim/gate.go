package sim

import (
	"cmp"
	"slices"
	"sync"
)

// A gate lets failures through one at a time. One line may be written to two
// connections that are both broken: where nobody chooses whose turn it is (P), which
// of the two tasks tells the server first would be luck, and so would be the order of
// two leave lines. So each failed call waits here until all is quiet, and then the
// one of the oldest connection goes first.
type gate struct {
	mu      sync.Mutex
	waiting []*failure
}

// A failure is a call that has failed and has not told so yet.
type failure struct {
	conn    int // the connection's number
	write   bool
	through chan struct{}
}

// pass returns when it is the failure's turn.
func (g *gate) pass(conn int, write bool) {
	f := &failure{conn: conn, write: write, through: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, f)
	g.mu.Unlock()
	<-f.through
}

// open lets the next one through; it reports whether there was one.
func (g *gate) open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return false
	}
	first := slices.MinFunc(g.waiting, func(a, b *failure) int {
		if c := cmp.Compare(a.conn, b.conn); c != 0 || a.write == b.write {
			return c
		}
		if a.write {
			return -1
		}
		return 1
	})
	g.waiting = slices.DeleteFunc(g.waiting, func(f *failure) bool { return f == first })
	close(first.through)
	return true
}
