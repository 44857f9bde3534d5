package main

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
	"example.com/chatd/load/badserver"
	"example.com/chatd/load/report"
)

// TestInterrupt: Ctrl-C in the middle of a run ends it at once, with a report of what
// there is and exit code 130.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := badServer(t, badserver.Config{})
	r := newRig()
	file := filepath.Join(t.TempDir(), "partial.json")
	code := r.start("-c", "5", "-rate", "1/s", "-stage", "1h@50/s", "-stall", "0", "-warmup", "-1s", "-o", "json="+file, s.Addr().String())
	require.Eventually(t, func() bool { return s.Counts().Messages > 40 }, patience, poll) // the preflight's are some
	r.interrupts <- os.Interrupt
	assert.Equal(t, exitInterrupted, <-code)
	assert.True(t, strings.HasPrefix(r.stdout.String(), "INTERRUPTED\n"), r.stdout)
	res, err := readReport(file)
	require.NoError(t, err)
	assert.Equal(t, exitInterrupted, res.Verdict.Code)
	assert.True(t, res.Verdict.Partial)
	assert.Regexp(t, `^Interrupted after .* s; until then 0 lost silently`, res.Verdict.Text)
	assert.Greater(t, res.Totals.Sent, int64(20))
	assert.Positive(t, res.Latency.Deliver.Count)
	assert.Zero(t, res.Totals.Lost+res.Totals.Duplicates+res.Totals.Reordered+res.Totals.Corrupt)
}

// TestInterruptBroken: what was broken before Ctrl-C stays broken.
func TestInterruptBroken(t *testing.T) {
	t.Parallel()
	s := badServer(t, badserver.Config{RepeatEvery: 3})
	r := newRig()
	code := r.start("-c", "5", "-rate", "1/s", "-stage", "1h@50/s", "-stall", "0", "-warmup", "-1s", "-quiet", s.Addr().String())
	require.Eventually(t, func() bool { return s.Counts().Repeated > 100 }, patience, poll) // more than of the preflight
	r.interrupts <- os.Interrupt
	assert.Equal(t, exitBroken, <-code)
}

// TestInterruptEarly: Ctrl-C before anybody is inside.
func TestInterruptEarly(t *testing.T) {
	t.Parallel()
	s := badServer(t, badserver.Config{Door: badserver.Mute})
	r := newRig()
	code := r.start("-quiet", s.Addr().String())
	require.Eventually(t, func() bool { return s.Counts().Connections > 0 }, patience, poll)
	r.interrupts <- os.Interrupt
	assert.Equal(t, exitInterrupted, <-code)
	assert.Contains(t, r.stdout.String(), "Interrupted before the first client was inside.")
}

// TestInterruptFind: find prints the steps it has.
func TestInterruptFind(t *testing.T) {
	t.Parallel()
	s := badServer(t, badserver.Config{})
	r := newRig()
	code := r.start("find", "-of", "rate", "-c", "5", "-rate", "1/s", "-d", "1h", "-warmup", "-1s", s.Addr().String())
	require.Eventually(t, func() bool { return s.Counts().Messages > 0 }, patience, poll)
	r.interrupts <- os.Interrupt
	assert.Equal(t, exitInterrupted, <-code)
	assert.Contains(t, r.stderr.String(), "Interrupted after")
}

// TestLive: a line a second off a terminal, a block where it is asked for, or nothing.
func TestLive(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{"on": "\x1b[7A\r\x1b[J", "auto": "  reach ", "off": ""} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := badServer(t, badserver.Config{})
			r := newRig()
			code := r.start("-c", "5", "-rate", "1/s", "-stage", "1h@50/s", "-stall", "0", "-warmup", "-1s", "-live", how, s.Addr().String())
			require.Eventually(t, func() bool {
				return strings.Contains(r.stderr.String(), want) && s.Counts().Messages > 20
			}, patience, poll)
			r.interrupts <- os.Interrupt
			assert.Equal(t, exitInterrupted, <-code)
			if how == "off" {
				assert.Empty(t, r.stderr.String())
			} else {
				assert.Equal(t, how == "on", strings.Contains(r.stderr.String(), "\x1b"))
			}
		})
	}
}

// TestSameSeed: two runs of one seed send the same lines, whatever the server does
// meanwhile; another seed sends others.
func TestSameSeed(t *testing.T) {
	t.Parallel()
	lines := func(seed string) []string {
		rec := startRecorder(t)
		r := newRig()
		code := r.main([]string{"-c", "6", "-senders", "3", "-rate", "1/s", "-stage", "1s@60/s", "-warmup", "200ms", "-drain", "100ms",
			"-stall", "0", "-seed", seed, "-quiet", "-o", "json=-", rec.addr})
		require.Equal(t, exitBroken, code, "the recorder hands nothing on")
		require.Equal(t, int64(len(rec.lines())), r.result(t).Totals.Sent+6, "each client's name is a line too")
		return rec.lines()
	}
	first := lines("11")
	assert.Greater(t, len(first), 30)
	assert.Equal(t, first, lines("11"))
	assert.NotEqual(t, first, lines("12"))
}

// A recorder lets everybody in, writes down what they say and hands nothing on.
type recorder struct {
	addr string

	mu    sync.Mutex
	wrote []string
}

func startRecorder(t *testing.T) *recorder {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	rec := &recorder{addr: ln.Addr().String()}
	var tasks sync.WaitGroup
	tasks.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			tasks.Go(func() { rec.serve(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		tasks.Wait() // chatload has closed its ends
	})
	return rec
}

func (rec *recorder) serve(conn net.Conn) {
	defer conn.Close()
	_, _ = conn.Write([]byte("Enter your name: "))
	in := bufio.NewScanner(conn)
	for first := true; in.Scan(); first = false {
		rec.mu.Lock()
		rec.wrote = append(rec.wrote, in.Text())
		rec.mu.Unlock()
		if first {
			_, _ = conn.Write([]byte("[2006-01-02 15:04:05][SYSTEM]: " + in.Text() + " has joined our chat...\n"))
		}
	}
}

// lines are sorted: who is read first is the scheduler's choice.
func (rec *recorder) lines() []string {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Sorted(slices.Values(rec.wrote))
}

// TestWriteAtomic: a report that is there stays as it is when the new one fails, and
// nothing unfinished is left behind.
func TestWriteAtomic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	p := newRig().program
	r := &load.Result{Schema: "chatload/v1", Run: "first"}
	require.NoError(t, p.write([]output{{"json", file}}, r, nil))
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(before), `"first"`)

	err = writeFile(file, func(w *bufio.Writer) error {
		_, _ = w.WriteString("half of it")
		_ = w.Flush()
		return errors.New("the disk is full")
	})
	assert.ErrorContains(t, err, "the disk is full")
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)

	r.Run = "second"
	require.NoError(t, p.write([]output{{"json", file}}, r, nil))
	again, err := readReport(file)
	require.NoError(t, err)
	assert.Equal(t, "second", again.Run)
	assert.ErrorContains(t, p.write([]output{{"html", filepath.Join(dir, "no", "r.html")}}, r, nil), "-o html=")
}

// TestFinish: a broken guarantee wins over a regression, that over a doubtful baseline.
func TestFinish(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code                int
		regressed, doubtful bool
		want                int
	}{
		{exitGood, false, false, exitGood}, {exitGood, true, true, exitMissed}, {exitGood, false, true, exitInvalid},
		{exitBroken, true, true, exitBroken}, {exitInvalid, true, false, exitInvalid}, {exitMissed, false, true, exitMissed},
	} {
		r := &load.Result{Verdict: load.Verdict{Code: test.code}}
		assert.Equal(t, test.want, finish(r, test.regressed, test.doubtful), "%+v", test)
	}
}

// TestStepOf: find says what limited a step.
func TestStepOf(t *testing.T) {
	t.Parallel()
	missed := stepOf(&load.Result{Verdict: load.Verdict{Code: exitMissed, Text: "1 of 2", Objectives: []load.ObjectiveResult{
		{Text: "lost<1", Judged: true, Met: true}, {Text: "deliver.p99<1s", Judged: true},
	}}})
	assert.Equal(t, &report.Step{Why: "deliver.p99<1s was missed"}, missed)
	invalid := stepOf(&load.Result{Verdict: load.Verdict{Code: exitInvalid, Invalid: []string{"chatload itself was late"}}})
	assert.Equal(t, &report.Step{Invalid: true, Why: "chatload itself was late"}, invalid)
	assert.Equal(t, "not held", verdictWord(missed))
	assert.Equal(t, "invalid", verdictWord(invalid))
	assert.True(t, stepOf(&load.Result{}).Met)
}
