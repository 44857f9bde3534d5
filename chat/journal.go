package chat

import (
	"context"
	"log/slog"
	"time"
)

// A journal is the queue between the server and its log handler (O3). Records are
// added under the lock, in the order things happened, and handed over by one task
// that exists while there are any: a handler that blocks stalls nobody else.
//
// The server's lock guards it.
type journal struct {
	queue   []slog.Record
	running bool   // the task exists
	gaveUp  bool   // Shutdown waits for it no longer
	run     func() // Server.runJournal
}

const (
	// journalRecords bounds the queue; what comes on top is counted and dropped.
	journalRecords = 1024
	// journalGrace is how long Shutdown waits, at the end, for a handler.
	journalGrace = time.Second
)

// log adds a record. The lock is held.
func (s *Server) log(level slog.Level, msg string, at time.Time, attrs ...slog.Attr) {
	if len(s.journal.queue) >= journalRecords {
		s.stats.LogDropped++
		return
	}
	r := slog.NewRecord(at, level, msg, 0)
	r.AddAttrs(attrs...)
	s.journal.queue = append(s.journal.queue, r)
	if !s.journal.running {
		s.journal.running = true
		s.runtime.Go("journal", s.journal.run)
	}
}

// runJournal is the journal's task.
func (s *Server) runJournal() { s.insist("journal", s.handRecords) }

// handRecords hands records over until there are none.
func (s *Server) handRecords() {
	for {
		batch := s.nextRecords()
		if batch == nil {
			return
		}
		for i := range batch {
			s.handle(batch[i])
		}
	}
}

func (s *Server) nextRecords() []slog.Record {
	s.lock.Lock()
	defer s.lock.Unlock()
	batch := s.journal.queue
	s.journal.queue = nil
	if batch == nil {
		s.journal.running = false
		s.idle.Broadcast()
	}
	return batch
}

// handle survives a handler that panics.
func (s *Server) handle(r slog.Record) {
	defer func() {
		if recover() != nil {
			s.count(func(st *Stats) { st.Panics++; st.LogDropped++ })
		}
	}()
	ctx := context.Background()
	h := s.cfg.Logger.Handler()
	if !h.Enabled(ctx, r.Level) {
		return
	}
	if err := h.Handle(ctx, r); err != nil {
		s.count(func(st *Stats) { st.LogDropped++ })
	}
}

// awaitJournal waits until the log is written, or for journalGrace. The lock is
// held.
func (s *Server) awaitJournal() {
	if !s.journal.running {
		return
	}
	timer := s.afterFunc(journalGrace, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.journal.gaveUp = true
		s.idle.Broadcast()
	})
	defer timer.Stop()
	for s.journal.running && !s.journal.gaveUp {
		s.idle.Wait()
	}
}
