package netfake

// stream is one direction of a connection, in three stages: window -> flight ->
// unread. The lock of the pair guards it.
type stream struct {
	pair     *pair
	from, to *Conn
	back     *stream // the other direction

	window buffer // written, not yet sent
	flight flight // sent, not yet arrived
	unread buffer // arrived, not yet read: the receive buffer
	link   link   // how long the way is

	ending  bool  // FIN follows the window
	ended   bool  // FIN sent
	arrived bool  // FIN arrived
	aborted bool  // RST sent
	why     Fault // of the RST

	byHand, byRule Barrier
	lost           int  // bytes that a barrier took; they keep the room they had
	lostEnd        bool // it took a FIN or RST too

	written   int64  // bytes that Write took
	read      int64  // bytes that Read returned
	discarded Losses // bytes that nobody will ever read
}

// push takes as much of p as fits, and sends what may go by itself.
func (s *stream) push(p []byte) (taken int) {
	if s.window.len() == 0 && s.flows() {
		taken = min(len(p), max(s.room(), 0))
		s.sendPieces(p[:taken])
	}
	kept := min(len(p)-taken, max(s.from.writeBuffer-s.window.len(), 0))
	s.window.append(p[taken : taken+kept])
	taken += kept
	s.written += int64(taken)
	return taken
}

// pull moves up to len(p) bytes that have arrived into p and lets more follow.
func (s *stream) pull(p []byte) int {
	n := s.unread.read(p)
	s.read += int64(n)
	s.resume()
	return n
}

// resume pumps after the sizes or levels changed and wakes a blocked Write.
func (s *stream) resume() {
	s.pump()
	s.wakeWriter()
}

func (s *stream) wakeWriter() {
	if s.window.len() < s.from.writeBuffer {
		s.from.writes.wake()
	}
}

// flows says whether the window empties by itself.
func (s *stream) flows() bool { return !s.pair.severed && !s.pair.net.config.Command }

// pump is the step from the window into flight that a network takes by itself: it
// sends what the reader has room for, and the FIN once the window is empty.
func (s *stream) pump() {
	if !s.flows() {
		return
	}
	s.transmit(-1)
	s.transmitFIN()
}

// transmit sends at most n bytes of the window; negative n means all that the
// reader has room for.
func (s *stream) transmit(n int) int {
	all := s.sendable()
	if n >= 0 {
		all = min(all, n)
	}
	if s.pair.severed || all <= 0 {
		return 0
	}
	p := s.window.peek(all)
	s.window.drop(all)
	s.sendPieces(p)
	s.wakeWriter()
	return all
}

func (s *stream) transmitFIN() bool {
	if !s.ending || s.ended || s.pair.severed || s.window.len() > 0 {
		return false
	}
	s.ended = true
	s.send(FIN, nil)
	return true
}

func (s *stream) sendable() int { return min(s.window.len(), s.room()) }

// room is how many bytes more the reader has room for.
func (s *stream) room() int {
	return s.to.readBuffer - s.unread.len() - s.flight.data.len() - s.lost
}

// arrive is the step from flight into the receive buffer.
func (s *stream) arrive(k Kind, p []byte) {
	switch {
	case k == RST:
		s.to.wasReset(s.why)
	case k == FIN:
		s.arrived = true
		s.to.reads.wake()
		if s.to.closed && s.to.why == FaultVanish {
			s.back.abort(FaultVanish) // a machine that has rebooted knows no connection
		}
	case s.to.closed:
		s.discard(len(p), s.to.why)
		s.back.abort(s.to.why)
	default:
		s.unread.append(p)
		s.to.reads.wake()
	}
}

// abort drops the window and sends RST after what is in flight.
func (s *stream) abort(why Fault) {
	s.dropWindow(why)
	if s.aborted || s.pair.severed {
		return
	}
	s.aborted, s.why = true, why
	s.send(RST, nil)
}

func (s *stream) discard(n int, why Fault) { s.discarded[why] += int64(n) }

func (s *stream) dropWindow(why Fault) {
	s.discard(s.window.clear(), why)
	s.ending = false
}

func (s *stream) dropUnread(why Fault) { s.discard(s.unread.clear(), why) }

func (s *stream) dropFlight(why Fault) { s.discard(s.flight.clear(), why) }
