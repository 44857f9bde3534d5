package badserver

import "sync/atomic"

// Counts is what the server did, since Start. Once everything has been written,
// and nobody left before that,
//
//	Due = Written - Repeated + Dropped + Missed
type Counts struct {
	Connections int64 // accepted
	Joins       int64
	Leaves      int64 // of those who joined, however they went
	Messages    int64 // taken from members
	Due         int64 // deliveries there were to make
	Written     int64 // lines of messages that were written, repeats and corrupt ones too

	Dropped   int64 // deliveries left out by DropEvery
	Repeated  int64 // lines written a second time by RepeatEvery
	Corrupted int64 // deliveries with a byte changed
	Swapped   int64 // pairs that changed places
	Delayed   int64 // deliveries that Delay made wait
	Missed    int64 // deliveries left out by MissLines
	Announced int64 // the N of all "you missed N lines"

	Freezes  int64 // begun
	Closed   int64 // members whose connection CloseAt ended
	Goodbyes int64 // of those, with a last line
	Ignored  int64 // lines read from members after that

	Refused  int64 // names that found the chat full
	Resets   int64 // connections reset by Reset
	Banners  int64 // sent by Foreign
	Overruns int64 // connections reset for 8 MiB unread or a line over 64 KiB
}

// tally is Counts as it is counted.
type tally struct {
	connections, joins, leaves, messages, due, written                atomic.Int64
	dropped, repeated, corrupted, swapped, delayed, missed, announced atomic.Int64
	freezes, closed, goodbyes, ignored                                atomic.Int64
	refused, resets, banners, overruns                                atomic.Int64
}

// Counts returns what has been done so far. It may be called at any time, also after
// Close; each count is exact, but they are not read in one instant.
func (s *Server) Counts() Counts {
	t := &s.tally
	return Counts{
		Connections: t.connections.Load(), Joins: t.joins.Load(), Leaves: t.leaves.Load(),
		Messages: t.messages.Load(), Due: t.due.Load(), Written: t.written.Load(),
		Dropped: t.dropped.Load(), Repeated: t.repeated.Load(), Corrupted: t.corrupted.Load(),
		Swapped: t.swapped.Load(), Delayed: t.delayed.Load(),
		Missed: t.missed.Load(), Announced: t.announced.Load(),
		Freezes: t.freezes.Load(), Closed: t.closed.Load(), Goodbyes: t.goodbyes.Load(), Ignored: t.ignored.Load(),
		Refused: t.refused.Load(), Resets: t.resets.Load(), Banners: t.banners.Load(), Overruns: t.overruns.Load(),
	}
}
