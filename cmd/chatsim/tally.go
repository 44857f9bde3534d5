package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"example.com/chatd/chat/sim"
)

// A tally counts what a soak has done, and says so once a second: on a line that is
// written over on a terminal, on a line of its own otherwise.
type tally struct {
	out      io.Writer
	quiet    bool
	terminal bool
	began    time.Time
	said     time.Time

	runs        int
	simulated   time.Duration
	marks       sim.Marks
	failures    int
	interrupted bool
}

func newTally(out io.Writer, quiet bool) *tally {
	file, ok := out.(*os.File)
	now := time.Now()
	return &tally{
		out: out, quiet: quiet, began: now, said: now,
		terminal: ok && term.IsTerminal(int(file.Fd())),
	}
}

// progressEvery is how often the line is written.
const progressEvery = time.Second

func (t *tally) add(r *sim.Result) {
	t.runs++
	t.simulated += r.Simulated
	t.marks.Add(&r.Marks)
	if len(r.Violations) > 0 {
		t.failures++
	}
	if now := time.Now(); !t.quiet && now.Sub(t.said) >= progressEvery {
		t.said = now
		t.say()
	}
}

func (t *tally) say() {
	if t.terminal {
		fmt.Fprintf(t.out, "\r%s\x1b[K", t.line())
		return
	}
	fmt.Fprintln(t.out, t.line())
}

// close leaves the line that is written over.
func (t *tally) close() {
	if t.terminal && t.said != t.began {
		fmt.Fprintln(t.out)
	}
}

// line is all of it in one line.
func (t *tally) line() string {
	rate := float64(t.runs) / max(time.Since(t.began).Seconds(), 1e-9)
	all := len(t.marks)
	return fmt.Sprintf("%d schedules, %v simulated, %.0f schedules/s, %d of %d marks reached, %d failures",
		t.runs, t.simulated.Round(time.Second), rate, all-len(t.marks.Never()), all, t.failures)
}

// summary is the end of a soak that found nothing.
func (t *tally) summary(out io.Writer) {
	if t.interrupted {
		fmt.Fprintln(out, "interrupted")
	}
	fmt.Fprintln(out, t.line())
	var never []string
	for _, m := range t.marks.Never() {
		never = append(never, m.String())
	}
	if len(never) > 0 {
		fmt.Fprintf(out, "never reached, so nothing is known of them: %s\n", strings.Join(never, ", "))
	}
}
