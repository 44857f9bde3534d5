package netfake

import "time"

// segment is a piece of a stream on its way; its bytes are in flight.data.
type segment struct {
	due   time.Duration // on Clock.Elapsed; later if what is before it is
	bytes int
	kind  Kind
}

// flight is what is on its way in one direction, in order of arrival.
type flight struct {
	data     buffer
	segments []segment // those on their way are segments[head:]
	head     int
	timer    Timer // for the first segment; nil if none is armed
	due      time.Duration
	arming   uint64 // tells a timer that was stopped that it is too late
}

func (f *flight) len() int { return len(f.segments) - f.head }

func (f *flight) first() *segment { return &f.segments[f.head] }

func (f *flight) push(g segment) {
	if f.head > len(f.segments)/2 {
		f.segments = append(f.segments[:0], f.segments[f.head:]...)
		f.head = 0
	}
	f.segments = append(f.segments, g)
}

func (f *flight) pop() segment {
	g := f.segments[f.head]
	f.head++
	if f.head == len(f.segments) {
		f.segments, f.head = f.segments[:0], 0
	}
	return g
}

// stop disarms the timer.
func (f *flight) stop() {
	if f.timer != nil {
		f.arming++
		f.timer.Stop()
		f.timer = nil
	}
}

// clear drops everything in flight and returns the bytes among it.
func (f *flight) clear() int {
	f.stop()
	f.segments, f.head = f.segments[:0], 0
	return f.data.clear()
}

// sendPieces puts p in flight in segments of the link's sizes.
func (s *stream) sendPieces(p []byte) {
	for len(p) > 0 {
		n := len(p)
		if !s.pair.net.config.Command {
			n = s.piece(n)
		}
		s.send(Data, p[:n])
		p = p[n:]
	}
}

// send puts a segment in flight. On a free way with no latency it arrives at once
// and no clock is asked.
func (s *stream) send(k Kind, p []byte) {
	f := &s.flight
	switch b := s.barrier(); {
	case b == Dropping:
		s.dropped(k, len(p))
		return
	case s.pair.net.config.Command:
		f.push(segment{0, len(p), k})
		f.data.append(p)
		return
	case b == Open && f.len() == 0 && s.link.free():
		s.arrive(k, p)
		return
	}
	f.push(segment{s.dueAfter(len(p)), len(p), k})
	f.data.append(p)
	if f.timer == nil {
		s.schedule()
	}
}

// schedule lands what is due and arms the timer for what is not; behind a
// barrier, and under command, nothing is due.
func (s *stream) schedule() {
	f := &s.flight
	if s.barrier() != Open || s.pair.net.config.Command {
		f.stop()
		return
	}
	clock := s.pair.net.clock
	now := clock.Elapsed()
	for f.len() > 0 && f.first().due <= now {
		s.deliverNext()
	}
	switch {
	case f.len() == 0:
		f.stop()
	case f.timer == nil || f.due != f.first().due:
		f.stop()
		s.arm(f.first().due, now)
	}
}

// arm sets the timer that lands the first segment.
func (s *stream) arm(due, now time.Duration) {
	f := &s.flight
	f.arming++
	f.due = due
	arming := f.arming
	f.timer = s.pair.net.clock.AfterFunc(due-now, func() {
		s.pair.lock()
		defer s.pair.unlock()
		if arming == f.arming {
			f.timer = nil
			s.schedule()
		}
	})
}

// next is the first segment in flight.
func (s *stream) next() (Segment, bool) {
	if s.flight.len() == 0 {
		return Segment{}, false
	}
	g := s.flight.first()
	return Segment{g.kind, g.bytes}, true
}

// deliverNext lands the first segment, unless a barrier holds it.
func (s *stream) deliverNext() (Segment, bool) {
	g, ok := s.next()
	if !ok || s.barrier() != Open {
		return Segment{}, false
	}
	s.flight.pop()
	s.land(g.Kind, g.Bytes)
	return g, true
}

// land takes the next n bytes out of flight.
func (s *stream) land(k Kind, n int) {
	p := s.flight.data.peek(n)
	s.flight.data.drop(n)
	s.arrive(k, p)
}

// deliver lands at most n bytes, whatever the segments; negative n means all
// before a FIN or RST.
func (s *stream) deliver(n int) (landed int) {
	f := &s.flight
	for f.len() > 0 && s.barrier() == Open && f.first().kind == Data && landed != n {
		if g, left := f.first(), n-landed; n >= 0 && left < g.bytes {
			g.bytes -= left
			s.land(Data, left)
			return n
		}
		g, _ := s.deliverNext()
		landed += g.Bytes
	}
	return landed
}
