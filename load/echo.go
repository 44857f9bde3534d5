package load

import (
	"sync"
	"sync/atomic"
)

// An echo is the lines of messages as they were last read and found right. All receivers
// read the same bytes, so only the first of them needs to find a line's end, its fields
// and its checksum: for the others it is enough to compare. What a line says of the
// message is judged at each receiver all the same; the echo only spares reading it.
//
// It holds a bounded piece of the past. Whoever is further behind, reads in another order
// or reads slowly on purpose reads for itself.
type echo struct {
	mu    sync.Mutex
	pages [echoPages]*page // by number; the newest is last
	last  int64            // number of the newest
}

const (
	echoPages = 8
	pageLines = 512
	pageBytes = 64 << 10
)

// A page is some of an echo's lines. What is below n does not change while anybody holds
// the page.
type page struct {
	number int64
	n      atomic.Int32
	full   atomic.Bool // there is, or will be, a next page
	holds  int         // receivers that read it; echo.mu guards it
	lines  [pageLines]echoed
	bytes  [pageBytes]byte
}

// echoed is one line: what it says, and its end among the page's bytes.
type echoed struct {
	says message
	end  int32
}

func (p *page) begin(i int) int32 {
	if i == 0 {
		return 0
	}
	return p.lines[i-1].end
}

// fresh makes room for a further page. The lock is held.
func (e *echo) fresh() *page {
	at := &e.pages[(e.last+1)%echoPages]
	if *at == nil || (*at).holds > 0 {
		*at = new(page) // who still reads the old one keeps it
	}
	p := *at
	e.last++
	p.number = e.last
	p.n.Store(0)
	p.full.Store(false)
	return p
}

// A follower is where one receiver is in an echo. The zero value, given an echo, is
// ready. It belongs to the receiver's goroutine.
type follower struct {
	echo   *echo
	own    int // the sender whose lines it does not read; -1 for none
	page   *page
	at     int // the next line of page
	misses int // messages in a row that were not where it looked
}

// next recognises the line that data begins with, if it is the one that others read next.
// It returns how many bytes it has; 0 if it has to be read as any line.
func (f *follower) next(data []byte) (says message, n int) {
	for f.page != nil {
		p := f.page
		if f.at == int(p.n.Load()) {
			if !p.full.Load() {
				return says, 0
			}
			if f.at == int(p.n.Load()) && !f.turn() {
				return says, 0
			}
			continue
		}
		l := &p.lines[f.at]
		if l.says.sender == f.own {
			f.at++
			continue
		}
		line := p.bytes[p.begin(f.at):l.end]
		if len(data) < len(line) || string(data[:len(line)]) != string(line) {
			return says, 0
		}
		f.at++
		f.misses = 0
		return l.says, len(line)
	}
	return says, 0
}

// turn goes on to the next page; false if the echo has lost it.
func (f *follower) turn() bool {
	e, number := f.echo, f.page.number+1
	e.mu.Lock()
	defer e.mu.Unlock()
	f.releaseLocked()
	p := e.pages[number%echoPages]
	if p == nil || p.number != number {
		return false
	}
	f.hold(p, 0)
	return true
}

func (f *follower) hold(p *page, at int) {
	p.holds++
	f.page, f.at = p, at
}

// release lets go of the echo: it is the receiver's last word.
func (f *follower) release() {
	if f.echo == nil || f.page == nil {
		return
	}
	f.echo.mu.Lock()
	defer f.echo.mu.Unlock()
	f.releaseLocked()
}

func (f *follower) releaseLocked() {
	if f.page != nil {
		f.page.holds--
		f.page = nil
	}
}

// missesMax is how often a follower looks ahead before it looks for its place anew.
const missesMax = 4

// read notes a line of a message that the receiver has read for itself and found right:
// where nobody has read it before, it is added; elsewhere the receiver goes on behind it.
func (f *follower) read(line []byte, says message) {
	if f.echo == nil {
		return
	}
	if f.page != nil && f.lookAhead(says) {
		f.misses = 0
		return
	}
	f.echo.mu.Lock()
	defer f.echo.mu.Unlock()
	switch p := f.page; {
	case p == nil:
		f.attach(says, line)
	case f.at < int(p.n.Load()) || p.number != f.echo.last:
		if f.misses++; f.misses > missesMax {
			f.releaseLocked()
			f.misses = 0
		}
	default:
		f.add(line, says)
	}
}

// lookAhead finds the line among the next ones of the page.
func (f *follower) lookAhead(says message) bool {
	n := int(f.page.n.Load())
	for i := f.at; i < n; i++ {
		if f.page.lines[i].says == says {
			f.at = i + 1
			return true
		}
	}
	return false
}

// attach finds the line in the pages there are, the newest first. A line that is in none
// is of somebody further behind, or the first of all. The lock is held.
func (f *follower) attach(says message, line []byte) {
	e := f.echo
	for number := e.last; number > max(e.last-echoPages, 0); number-- {
		p := e.pages[number%echoPages]
		for i := range int(p.n.Load()) {
			if p.lines[i].says == says {
				f.hold(p, i+1)
				return
			}
		}
	}
	if p := e.pages[e.last%echoPages]; p == nil {
		f.hold(e.fresh(), 0)
	} else if n := int(p.n.Load()); n == 0 || says.due >= p.lines[n-1].says.due {
		f.hold(p, n)
	} else {
		return
	}
	f.add(line, says)
}

// add adds a line at the end, where the follower is. The lock is held.
func (f *follower) add(line []byte, says message) {
	p := f.page
	if len(line) > pageBytes {
		return
	}
	begin := p.begin(f.at)
	if f.at == pageLines || int(begin)+len(line) > pageBytes {
		next := f.echo.fresh()
		p.full.Store(true)
		f.releaseLocked()
		f.hold(next, 0)
		p, begin = next, 0
	}
	copy(p.bytes[begin:], line)
	p.lines[f.at] = echoed{says, begin + int32(len(line))}
	f.at++
	p.n.Store(int32(f.at))
}
