package main

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// spoolBytesMax bounds what waits for a reader of stderr that has stopped.
	spoolBytesMax = 256 << 10
	// flushTimeout is how long an exit waits for that reader.
	flushTimeout = time.Second
)

// newLogger returns the logger of everything chatd and its room have to say (O3).
func newLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(printableWriter{w}, opts))
	}
	return slog.New(slog.NewTextHandler(printableWriter{w}, opts))
}

// spool is the only way to stderr. A terminal that is paused or a pipe nobody
// reads blocks its goroutine and nothing else: Write never waits, what does not fit
// is counted and dropped whole, and close gives up after a while (O3).
//
// Goroutines: newSpool starts the one that writes; close ends it and waits for it,
// but not longer than it was told, for a blocked write cannot be taken back.
type spool struct {
	// Immutable.
	w    io.Writer
	done chan struct{} // closed when all is written

	mu      sync.Mutex // guards the rest; never held while writing
	filled  *sync.Cond
	waiting []byte
	closed  bool
	dropped uint64 // records
}

func newSpool(w io.Writer) *spool {
	s := &spool{w: w, done: make(chan struct{})}
	s.filled = sync.NewCond(&s.mu)
	go s.run()
	return s
}

// Write takes one whole record. It never fails: a logger could not help it.
func (s *spool) Write(record []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.waiting)+len(record) > spoolBytesMax {
		s.dropped++
		return len(record), nil
	}
	s.waiting = append(s.waiting, record...)
	s.filled.Signal()
	return len(record), nil
}

func (s *spool) run() {
	defer close(s.done)
	var batch []byte
	for {
		var ok bool
		if batch, ok = s.take(batch); !ok {
			return
		}
		if _, err := s.w.Write(batch); err != nil {
			s.lost(batch)
		}
	}
}

// take waits for records and swaps them for an empty buffer; false means that
// there will be no more.
func (s *spool) take(empty []byte) (batch []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 && !s.closed {
		s.filled.Wait()
	}
	batch, s.waiting = s.waiting, empty[:0]
	return batch, len(batch) > 0
}

// lost counts the records of a write that failed; each is one line.
func (s *spool) lost(batch []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range batch {
		if b == '\n' {
			s.dropped++
		}
	}
}

// droppedCount is the number of records that were not written.
func (s *spool) droppedCount() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// close lets the rest be written for at most timeout. Only the first call counts.
func (s *spool) close(timeout time.Duration) {
	if !s.seal() {
		return
	}
	select {
	case <-s.done:
	case <-time.After(timeout):
	}
}

// seal takes no more records; false means that it was called before.
func (s *spool) seal() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.closed
	s.closed = true
	s.filled.Signal()
	return first
}

// printableWriter escapes what slog's handlers let through: JSON passes C1
// controls, bidi overrides and invisible characters as they are, both pass DEL. All
// of them can only stand inside a quoted string or a bare word, where \uXXXX means
// the same character, so nothing is lost and no attribute can be forgotten (M6).
type printableWriter struct{ w io.Writer }

func (p printableWriter) Write(record []byte) (int, error) {
	line, end := record, ""
	if n := len(record) - 1; n >= 0 && record[n] == '\n' {
		line, end = record[:n], "\n"
	}
	if _, err := p.w.Write(append(printable(line), end...)); err != nil {
		return 0, err
	}
	return len(record), nil
}

// printable returns line with every rune that is not printable, line ends too,
// written as the escape JSON has for it.
func printable(line []byte) []byte {
	safe := make([]byte, 0, len(line)+1)
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		switch {
		case r == utf8.RuneError && size == 1:
			safe = utf8.AppendRune(safe, utf8.RuneError)
		case unicode.IsPrint(r):
			safe = append(safe, line[:size]...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		default:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		}
		line = line[size:]
	}
	return safe
}
