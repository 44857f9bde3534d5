package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// hostile has one of each kind of rune that must not reach a log: escape, C1, DEL,
// right-to-left override, zero width, byte order mark, tag, line separator.
const hostile = "a\x1b[31m\u009b1m\x7f\u202e\u200b\ufeff\U000E0041\u2028\nlevel=ERROR z"

// O3, M6: whatever an attribute brings, the log is printable text, a line a record.
func TestLogIsPrintable(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log := newLogger(&out, format, slog.LevelInfo)
			log.Info("flag "+hostile, "name", hostile, "error", errors.New(hostile), hostile, "key",
				slog.Group("group", "bytes", []byte(hostile), "any", map[string]string{hostile: hostile}))
			log.Warn("bare", "del", "a\x7fb")
			wantPrintable(t, out.String(), 2)
		})
	}
}

func wantPrintable(t *testing.T, log string, lines int) {
	t.Helper()
	for _, r := range log {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%U is in the log: %q", r, log)
		}
	}
	if n := strings.Count(log, "\n"); n != lines {
		t.Errorf("%d lines, want %d: %q", n, lines, log)
	}
}

// The escapes are JSON's: a reader of the log gets back every character there is.
func TestLogJSONRoundTrip(t *testing.T) {
	var all strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		// Beyond the first plane there is nothing new but the tags.
		if utf8.ValidRune(r) && (r <= 0xFFFF || r>>12 == 0xE0) {
			all.WriteRune(r)
		}
	}
	var out bytes.Buffer
	newLogger(&out, "json", slog.LevelInfo).Info("all", "runes", all.String())
	wantPrintable(t, out.String(), 1)
	var record struct{ Runes string }
	if err := json.Unmarshal(out.Bytes(), &record); err != nil {
		t.Fatal(err)
	}
	if record.Runes != all.String() {
		t.Error("not every character came back")
	}
}

func TestPrintable(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"", ""},
		{"plain text, ünïcode ☃ 😀", "plain text, ünïcode ☃ 😀"},
		{"\x1b[2J\x00\r\n\t", `\u001b[2J\u0000\u000d\u000a\u0009`},
		{"\u0085\u202e\u2066", `\u0085\u202e\u2066`},
		{"\U000E0001", `\udb40\udc01`},
		{"\xff", "\ufffd"},
	} {
		if got := string(printable([]byte(tt.line))); got != tt.want {
			t.Errorf("printable(%q) = %q, want %q", tt.line, got, tt.want)
		}
	}
}

// A blockedWriter takes nothing until it is opened, as a full pipe does.
type blockedWriter struct {
	entered chan struct{} // gets one value per Write that waits
	open    chan struct{}
	got     bytes.Buffer // read it after the spool is closed
}

func newBlockedWriter() *blockedWriter {
	return &blockedWriter{entered: make(chan struct{}, 1000), open: make(chan struct{})}
}

func (w *blockedWriter) Write(p []byte) (int, error) {
	w.entered <- struct{}{}
	<-w.open
	return w.got.Write(p)
}

// O3: a blocked destination stalls neither a record nor the exit. What does not fit
// is dropped whole and counted; what does is written when the reader is back.
func TestSpoolBlocked(t *testing.T) {
	w := newBlockedWriter()
	s := newSpool(w)
	io.WriteString(s, "first\n")
	<-w.entered // the rest finds the writer blocked

	record := strings.Repeat("x", 1<<10-1) + "\n"
	const fit = spoolBytesMax >> 10
	for range fit + 7 {
		io.WriteString(s, record)
	}
	if n := s.droppedCount(); n != 7 {
		t.Errorf("%d records dropped, want 7", n)
	}

	s.close(time.Nanosecond) // an exit does not wait for ever
	s.close(time.Hour)       // nor a second time
	io.WriteString(s, "after the end\n")
	if n := s.droppedCount(); n != 8 {
		t.Errorf("%d records dropped, want 8", n)
	}

	close(w.open)
	<-s.done
	if got, want := w.got.String(), "first\n"+strings.Repeat(record, fit); got != want {
		t.Errorf("%d bytes written, want %d", len(got), len(want))
	}
}

// O3: a closed destination loses records, which is counted, and nothing else.
func TestSpoolClosedDestination(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	s := newSpool(w)
	for range 3 {
		io.WriteString(s, "nobody reads this\n")
	}
	s.close(time.Minute)
	if n := s.droppedCount(); n != 3 {
		t.Errorf("%d records dropped, want 3", n)
	}
}

// Everything written before close is out when close returns.
func TestSpoolFlushes(t *testing.T) {
	var out bytes.Buffer
	s := newSpool(&out)
	for range 100 {
		io.WriteString(s, "line\n")
	}
	s.close(time.Minute)
	if got := out.String(); got != strings.Repeat("line\n", 100) {
		t.Errorf("got %q", got)
	}
}
