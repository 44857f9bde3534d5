package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
	"example.com/chatd/load/badserver"
)

// The loads of these tests. The rate of -rate is so low that no preflight talks: what the
// server counts are chatload's messages alone. An objective of 100 s allows chatload to be
// late by 10 s, so that a busy machine makes no measurement invalid.
var (
	// everybody talks: 60 messages, 300 deliveries.
	everybody = []string{"-c", "6", "-senders", "6", "-rate", "1/s", "-stage", "1s@60/s",
		"-warmup", "-1s", "-drain", "3s", "-stall", "0", "-slo", "deliver.p99<100s", "-seed", "7"}
	// oneTalks: all that a receiver reads is of one sender, who came first.
	oneTalks = append(append([]string{}, everybody...), "-senders", "1")
)

// TestFakes: whatever the server does wrong is found, counted exactly, and decides the
// verdict and the exit code.
func TestFakes(t *testing.T) {
	t.Parallel()
	type found = func(t *testing.T, r *load.Result, did badserver.Counts)
	clean := func(t *testing.T, r *load.Result) {
		assert.Zero(t, r.Totals.Lost+r.Totals.Duplicates+r.Totals.Reordered+r.Totals.Corrupt, "%+v", r.Totals)
		assert.Empty(t, r.Failures)
	}
	for _, test := range []struct {
		name   string
		server badserver.Config
		args   []string
		code   int
		text   string // of the verdict
		found  found
	}{
		{"correct", badserver.Config{}, everybody, exitGood,
			"^Every message came once, in order and unchanged; all 1 objectives met.$",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.Equal(t, did.Due, r.Totals.Delivered)
				assert.Equal(t, did.Due, r.Totals.Expected)
				assert.Equal(t, did.Messages, r.Totals.Sent)
			}},
		{"drop", badserver.Config{DropEvery: 5}, everybody, exitBroken, "lost silently",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Dropped)
				assert.Equal(t, did.Dropped, r.Totals.Lost)
				assert.Equal(t, did.Due, r.Totals.Expected)
				assert.Zero(t, r.Totals.Duplicates+r.Totals.Reordered+r.Totals.Corrupt)
				assert.Equal(t, "M3", r.Failures[0].Promise)
			}},
		{"drop at one", badserver.Config{DropEvery: 4, Victim: 1}, everybody, exitBroken, "lost silently",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Dropped)
				assert.Equal(t, did.Dropped, r.Totals.Lost)
				for _, f := range r.Failures {
					assert.Equal(t, r.Failures[0].Client, f.Client)
				}
			}},
		{"repeat", badserver.Config{RepeatEvery: 5}, everybody, exitBroken, `[1-9]\d* duplicates`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Repeated)
				assert.Equal(t, did.Repeated, r.Totals.Duplicates)
				assert.Equal(t, did.Due, r.Totals.Delivered)
				assert.Zero(t, r.Totals.Lost+r.Totals.Reordered+r.Totals.Corrupt)
			}},
		{"swap", badserver.Config{SwapEvery: 7}, oneTalks, exitBroken, `[1-9]\d* reordered`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Swapped)
				assert.Equal(t, did.Swapped, r.Totals.Reordered)
				assert.Equal(t, did.Due, r.Totals.Delivered)
				assert.Zero(t, r.Totals.Lost+r.Totals.Duplicates+r.Totals.Corrupt)
			}},
		// What came changed did not come as it was sent: it is missing too.
		{"corrupt", badserver.Config{CorruptEvery: 5}, everybody, exitBroken, `[1-9]\d* corrupt`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Corrupted)
				assert.Equal(t, did.Corrupted, r.Totals.Corrupt)
				assert.Equal(t, did.Corrupted, r.Totals.Lost)
				assert.Zero(t, r.Totals.Duplicates+r.Totals.Reordered)
			}},
		{"broken wins over missed", badserver.Config{DropEvery: 5}, append([]string{"-slo", "inside>1000"}, everybody...),
			exitBroken, "lost silently", nil},
		{"missed notice", badserver.Config{MissAfter: 3, MissLines: 5}, everybody, exitGood,
			"but for 30 that the server said it left out",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.EqualValues(t, 30, did.Announced)
				assert.Equal(t, did.Announced, r.Totals.Announced)
				assert.Equal(t, did.Missed, r.Totals.Expected-r.Totals.Delivered)
			}},
		{"announced and silent", badserver.Config{MissAfter: 3, MissLines: 5, DropEvery: 10}, everybody, exitBroken,
			`lost silently, 30 announced`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Positive(t, did.Dropped)
				assert.Equal(t, did.Dropped, r.Totals.Lost)
				assert.Equal(t, did.Announced, r.Totals.Announced)
			}},
		{"delay", badserver.Config{Delay: 300 * time.Millisecond}, everybody, exitGood, "^Every message came once",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.Equal(t, did.Due, r.Totals.Delivered)
				assert.GreaterOrEqual(t, r.Latency.Deliver.P50, 0.299)
				assert.GreaterOrEqual(t, r.Latency.Service.P50, 0.299)
			}},
		{"delay misses", badserver.Config{Delay: 300 * time.Millisecond}, append([]string{"-slo", "deliver.p50<250ms"}, everybody...),
			exitMissed, "^1 of 2 objectives missed",
			func(t *testing.T, r *load.Result, did badserver.Counts) { clean(t, r) }},
		{"close with goodbye", badserver.Config{CloseAt: 20, Goodbye: "Server shutting down..."}, everybody, exitUnreachable,
			`^The target went away .* all 6 clients were disconnected, and 6 of them were told "Server shutting down\.\.\."`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.True(t, r.Verdict.Partial)
				assert.Equal(t, did.Closed, r.Totals.Disconnects)
				assert.Equal(t, did.Goodbyes, r.Totals.Reasoned)
			}},
		{"close without a word", badserver.Config{CloseAt: 20}, everybody, exitUnreachable,
			"all 6 clients were disconnected, without a word",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.True(t, r.Verdict.Partial)
				assert.Equal(t, did.Closed, r.Totals.Disconnects)
				assert.Zero(t, r.Totals.Reasoned)
			}},
		{"one kicked", badserver.Config{CloseAt: 20, Victim: 1, Goodbye: "[SYSTEM]: you were too slow"}, everybody, exitGood,
			"^Every message came once",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.EqualValues(t, 1, r.Totals.Disconnects)
				assert.EqualValues(t, 1, r.Totals.Reasoned)
				assert.EqualValues(t, 5, r.Totals.Inside)
			}},
		// Who does not read on purpose may not learn of the end: chatload ends that one itself,
		// and counts it once.
		{"close while one stalls", badserver.Config{CloseAt: 40}, append(append([]string{}, everybody...), "-stall", "1"), exitUnreachable,
			"all [67] clients were disconnected, without a word",
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				clean(t, r)
				assert.EqualValues(t, 7, did.Closed)
				assert.EqualValues(t, 7, r.Totals.Disconnects+r.Totals.Inside)
			}},
		{"mute", badserver.Config{Door: badserver.Mute}, everybody, exitUnreachable,
			`does not speak the protocol "line": it does not ask "Enter your name:"`, nil},
		{"foreign", badserver.Config{Door: badserver.Foreign}, everybody, exitUnreachable,
			`does not speak the protocol "line"`,
			func(t *testing.T, r *load.Result, did badserver.Counts) { assert.EqualValues(t, 1, did.Banners) }},
		{"foreign without an end", badserver.Config{Door: badserver.Foreign, Banner: "220 mail.example ESMTP ready"}, everybody, exitUnreachable,
			`does not speak the protocol "line"`, nil},
		{"shut", badserver.Config{Door: badserver.Shut}, everybody, exitUnreachable, "cannot be reached", nil},
		{"reset", badserver.Config{Door: badserver.Reset}, everybody, exitUnreachable, "",
			func(t *testing.T, r *load.Result, did badserver.Counts) { assert.EqualValues(t, 1, did.Connections) }},
		{"full", badserver.Config{Door: badserver.Full}, everybody, exitUnreachable,
			`lets nobody in: it says "the chat is full .*-max-clients`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.Equal(t, did.Refused, r.Totals.Refused)
			}},
		{"half full", badserver.Config{Door: badserver.Full, Room: 4}, everybody, exitInvalid,
			`^Not run: .* 2 of 6 clients were not let in: .*the chat is full.*-max-clients`,
			func(t *testing.T, r *load.Result, did badserver.Counts) {
				assert.EqualValues(t, 2, did.Refused)
				assert.Zero(t, did.Messages)
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, did, code := loadFake(t, test.server, test.args...)
			assert.Equal(t, test.code, code, r.Verdict.Text)
			assert.Equal(t, test.code, r.Verdict.Code)
			assert.Regexp(t, test.text, r.Verdict.Text)
			if test.found != nil {
				test.found(t, r, did)
			}
		})
	}
}

// loadFake loads a bad server.
func loadFake(t *testing.T, cfg badserver.Config, args ...string) (*load.Result, badserver.Counts, int) {
	t.Helper()
	s := badServer(t, cfg)
	r := newRig()
	o, err := parse("run", append(args, s.Addr().String(), "-quiet", "-o", "json=-"))
	require.NoError(t, err)
	if cfg.Door == badserver.Mute {
		o.config.ConnectTimeout = 200 * time.Millisecond
	}
	ctx, stop := r.context()
	defer stop()
	code := r.run(ctx, o)
	return r.result(t), s.Counts(), code
}

// TestFreeze is the proof of the open loop: who sends on while the server stands still
// for two of six seconds sees it in deliver's p99, and when it was. A closed loop would
// have waited, and shown nothing.
func TestFreeze(t *testing.T) {
	t.Parallel()
	const at = 60 // about 2 s into the run
	r, did, code := loadFake(t, badserver.Config{FreezeAt: at, FreezeFor: 2 * time.Second},
		"-c", "20", "-rate", "1/s", "-stage", "6s@30/s", "-warmup", "-1s", "-stall", "0", "-arrival", "even",
		"-seed", "7", "-slo", "deliver.p99<1s", "-slo", "lag.max<100s")
	assert.Equal(t, exitMissed, code, r.Verdict.Text)
	assert.EqualValues(t, 1, did.Freezes)
	assert.Greater(t, r.Latency.Deliver.P99, 1.5)
	assert.Greater(t, r.Latency.Deliver.Max, 1.9)
	assert.Zero(t, r.Totals.Lost+r.Totals.Duplicates+r.Totals.Reordered+r.Totals.Corrupt, "%+v", r.Failures)
	assert.Equal(t, did.Due, r.Totals.Delivered)
	var freeze *load.Event
	for i := range r.Events {
		if e := &r.Events[i]; e.Kind == "freeze" && (freeze == nil || e.End-e.At > freeze.End-freeze.At) {
			freeze = e
		}
	}
	require.NotNil(t, freeze, "%+v", r.Events)
	// The last delivery before it was of message at-1, due a moment before (at-1)/30 s.
	// A busy machine may have been late with it.
	assert.InDelta(t, float64(at-1)/30, freeze.At, 2)
	assert.Greater(t, freeze.End-freeze.At, 1.5)
	require.NotNil(t, r.Worst)
	assert.Greater(t, r.Worst.Latency, 1.9)
	assert.Less(t, r.Worst.At, freeze.End, "the worst message was due before the freeze was over")
}
