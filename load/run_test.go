package load

import (
	"context"
	"net"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
	"example.com/chatd/load/badserver"
)

// These tests use real TCP on loopback and real seconds: what is tested is the
// measurement of time. They hold nothing to a bound that a busy machine breaks.

// lifted is a chat server's configuration without the limits that distort a run.
func lifted() chat.Config {
	return chat.Config{Addr: "127.0.0.1:0", RateInterval: -1, RateBurst: -1, MaxClients: -1, MaxPending: -1, MaxMessage: 16 << 10}
}

func chatServer(t *testing.T, c chat.Config) *chat.Server {
	s, err := chat.New(c)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func badServer(t *testing.T, c badserver.Config) *badserver.Server {
	s, err := badserver.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// short is a run of a second and a half with no warm-up.
func short(addr string) Config {
	return Config{Addr: addr, Self: true, Clients: 8, Senders: 2, Rate: 200, Warmup: -1, Drain: 20 * time.Second, Seed: 5,
		Stages: []Stage{{Span: 1500 * time.Millisecond}}}
}

func newRun(t *testing.T, c Config) *Run {
	r, err := New(c)
	require.NoError(t, err)
	return r
}

func do(t *testing.T, c Config) *Result {
	res, err := newRun(t, c).Do(t.Context())
	require.NoError(t, err)
	return res
}

// whole requires that every guarantee was kept. Whether the run was valid depends on how
// busy the machine is.
func whole(t *testing.T, res *Result) {
	t.Helper()
	tot := &res.Totals
	require.Zero(t, tot.Lost+tot.Duplicates+tot.Reordered+tot.Corrupt, "%v %+v", res.Failures, tot)
	require.Contains(t, []int{codeGood, codeInvalid}, res.Verdict.Code, res.Verdict.Text)
}

// during runs f once the run has delivered something.
func during(t *testing.T, r *Run, f func()) {
	var done sync.WaitGroup
	done.Go(func() {
		deadline := time.Now().Add(20 * time.Second)
		for r.Snapshot().Delivered < 50 {
			if time.Now().After(deadline) {
				t.Error("nothing was delivered")
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		f()
	})
	t.Cleanup(done.Wait)
}

// When nobody comes or goes, everybody receives everything but what they say.
func TestRunCountsEveryDelivery(t *testing.T) {
	t.Parallel()
	c := short(chatServer(t, lifted()).Addr().String())
	c.Warmup = 500 * time.Millisecond
	res := do(t, c)
	whole(t, res)
	tot := &res.Totals
	assert.Equal(t, tot.Due, tot.Sent)
	assert.Equal(t, tot.Due*int64(c.Clients-1), tot.Expected)
	assert.Equal(t, tot.Expected, tot.Delivered)
	assert.Zero(t, tot.Indeterminate)
	assert.EqualValues(t, c.Clients, tot.Inside)
	assert.EqualValues(t, c.Clients, tot.Connects)
	assert.Less(t, res.Latency.Deliver.Count, tot.Delivered, "the warm-up has no latency")
	assert.Equal(t, res.Latency.Deliver.Count, res.Latency.Service.Count)
	assert.Equal(t, int64(c.Clients), res.Latency.Connect.Count)
	assert.NotNil(t, res.Worst)
	sent, delivered := int64(0), int64(0)
	for _, s := range res.Seconds {
		delivered += s.Delivered
		sent += s.Sent
		assert.EqualValues(t, c.Clients, s.Inside, "at %v s", s.At)
	}
	assert.LessOrEqual(t, delivered, tot.Delivered)
	assert.Positive(t, sent)
}

// Who comes, goes, reads slowly or not at all breaks no guarantee, and the sums hold.
func TestRunAddsUpWithTrouble(t *testing.T) {
	t.Parallel()
	sc := lifted()
	sc.TranscriptBytes = 1 << 20
	c := short(chatServer(t, sc).Addr().String())
	c.Clients, c.Churn, c.Stall, c.Flood = 30, 30, 1, 1
	c.Slow = Slow{Percent: 10, Bandwidth: 4000}
	c.Stages = stages("1s", "1s:10-30c", "1s:30-20c")
	c.Drain = 2 * time.Second
	r := newRun(t, c)
	res, err := r.Do(t.Context())
	require.NoError(t, err)
	whole(t, res)
	tot := &res.Totals
	stayed := int64(0)
	there := map[*member]bool{}
	for _, m := range append(r.current, r.extras...) {
		there[m] = m != nil && m.stayed()
	}
	for _, m := range r.members {
		if there[m] {
			stayed += m.judge.counts.due
		}
	}
	assert.Equal(t, tot.Expected, stayed+tot.Announced+tot.Lost)
	assert.Positive(t, tot.Indeterminate)
	assert.Greater(t, tot.Connects, int64(40), "nobody was replaced")
	assert.NotNil(t, res.Stalled)
	assert.GreaterOrEqual(t, stayed, tot.Sent*int64(c.Senders-1), "those who talk are never replaced")
}

// tap is a connection that keeps what is written to it.
type tap struct {
	net.Conn
	mu   *sync.Mutex
	text *[]byte
}

func (c tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	*c.text = append(*c.text, p...)
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// The same seed says the same lines, from the same clients; another seed others.
func TestRunOfOneSeedSaysTheSame(t *testing.T) {
	t.Parallel()
	addr := chatServer(t, lifted()).Addr().String()
	say := func(seed uint64) map[uint64]string {
		var mu sync.Mutex
		texts := map[uint64]*[]byte{}
		c := short(addr)
		c.Seed, c.Clients, c.Senders = seed, 20, 5
		c.Stages = stages("700ms")
		c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			mu.Lock()
			defer mu.Unlock()
			texts[Number(ctx)] = new([]byte)
			return tap{conn, &mu, texts[Number(ctx)]}, err
		}
		res := do(t, c)
		whole(t, res) // though its lines are in the server's history from the run before
		assert.Equal(t, res.Totals.Expected, res.Totals.Delivered)
		all := map[uint64]string{}
		for n, text := range texts {
			all[n] = string(*text)
		}
		return all
	}
	first := say(11)
	require.Len(t, first, 20)
	require.Empty(t, cmp.Diff(first, say(11)))
	require.NotEmpty(t, cmp.Diff(first, say(12)))
}

// An interrupt ends the run with what there is; what was on its way is no loss.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	c := short(chatServer(t, lifted()).Addr().String())
	c.Stages = stages("1h")
	c.Objectives = objectives("deliver.p99<1ns")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r := newRun(t, c)
	during(t, r, interrupt)
	res, err := r.Do(ctx)
	require.NoError(t, err)
	require.Equal(t, codeInterrupted, res.Verdict.Code, res.Verdict.Text)
	require.True(t, res.Verdict.Partial)
	require.Positive(t, res.Totals.Delivered)
	require.False(t, res.Verdict.Objectives[0].Judged)
}

// A server that goes away is told as that, with both kinds of loss, and never as good.
func TestRunLosesItsTarget(t *testing.T) {
	t.Parallel()
	s := chatServer(t, lifted())
	c := short(s.Addr().String())
	c.Stages = stages("1h")
	c.Objectives = objectives("lost<1")
	r := newRun(t, c)
	during(t, r, func() { _ = s.Close() })
	res, err := r.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, codeUnreachable, res.Verdict.Code, res.Verdict.Text)
	require.True(t, res.Verdict.Partial)
	require.EqualValues(t, c.Clients, res.Totals.Disconnects)
	require.Contains(t, res.Verdict.Text, "0 lost silently, 0 announced")
	require.False(t, res.Verdict.Objectives[0].Judged)
}

// It is told too when it goes with the last message, in the drain.
func TestRunLosesItsTargetInTheDrain(t *testing.T) {
	t.Parallel()
	s := badServer(t, badserver.Config{CloseAt: 100})
	c := short(s.Addr().String())
	c.Arrival, c.Rate, c.Stages = Even, 100, stages("1s10ms")
	c.Clients, c.Senders = 3, 1
	res := do(t, c)
	require.Equal(t, codeUnreachable, res.Verdict.Code, res.Verdict.Text)
	require.True(t, res.Verdict.Partial)
}

func TestRunUnreachable(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	web := httptest.NewServer(nil)
	defer web.Close()
	for _, c := range []struct {
		name, addr, text string
	}{
		{"refused", closed.Addr().String(), "cannot be reached"},
		{"web", web.Listener.Addr().String(), `does not ask "Enter your name:"`},
		{"shut", badServer(t, badserver.Config{Door: badserver.Shut}).Addr().String(), "cannot be reached"},
		{"mute", badServer(t, badserver.Config{Door: badserver.Mute}).Addr().String(), "does not ask"},
		{"foreign", badServer(t, badserver.Config{Door: badserver.Foreign}).Addr().String(), "does not speak the protocol"},
		{"full", badServer(t, badserver.Config{Door: badserver.Full}).Addr().String(), "-max-clients"},
	} {
		config := short(c.addr)
		config.ConnectTimeout = 500 * time.Millisecond
		res := do(t, config)
		assert.Equal(t, codeUnreachable, res.Verdict.Code, "%s: %s", c.name, res.Verdict.Text)
		assert.Contains(t, res.Verdict.Text, c.text, c.name)
		assert.True(t, res.Verdict.Partial, c.name)
	}
}

// The proof of the open loop: a server that stands still for 2 s in a run of 6 s shows,
// and so does when it was.
func TestRunShowsAFreeze(t *testing.T) {
	t.Parallel()
	c := short(badServer(t, badserver.Config{FreezeAt: 200, FreezeFor: 2 * time.Second}).Addr().String())
	c.Arrival, c.Rate, c.Stages = Even, 100, stages("6s")
	res := do(t, c)
	whole(t, res)
	assert.Greater(t, res.Latency.Deliver.P99, 1.5)
	assert.Greater(t, res.Latency.Service.P99, 1.5)
	assert.Less(t, res.Latency.Lag.P50, 0.5, "the server's standstill is not chatload's")
	freezes := 0
	for _, e := range res.Events {
		if e.Kind == "freeze" && e.End-e.At > 1.5 {
			freezes++
			assert.InDelta(t, 2, e.At, 0.7)
			assert.InDelta(t, 4, e.End, 0.7)
			assert.NotZero(t, e.Recovery)
		}
	}
	assert.Equal(t, 1, freezes, "%+v", res.Events)
	assert.InDelta(t, 2, res.Worst.At, 0.7)
	assert.Greater(t, res.Worst.Latency, 1.5)
}

// A slow rate is no freeze.
func TestRunKnowsASlowRateFromAFreeze(t *testing.T) {
	t.Parallel()
	c := short(chatServer(t, lifted()).Addr().String())
	c.Arrival, c.Rate, c.Stages = Even, 1, stages("2500ms")
	res := do(t, c)
	whole(t, res)
	for _, e := range res.Events {
		assert.False(t, e.Kind == "freeze" && e.End-e.At < freezeMin.Seconds(), "%+v", e)
	}
}

// stuck is a connection one of whose writes takes a second: the server reads nothing.
type stuck struct {
	net.Conn
	writes atomic.Int32
}

func (c *stuck) Write(p []byte) (int, error) {
	if c.writes.Add(1) == 20 {
		time.Sleep(time.Second)
	}
	return c.Conn.Write(p)
}

// What waits because the server does not read is late, but not through chatload.
func TestRunLagIsItsOwn(t *testing.T) {
	t.Parallel()
	c := short(chatServer(t, lifted()).Addr().String())
	c.Senders, c.Rate, c.Stages = 1, 100, stages("2s")
	c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return &stuck{Conn: conn}, err
	}
	res := do(t, c)
	whole(t, res)
	assert.Greater(t, res.Latency.Deliver.Max, 0.8)
	assert.Less(t, res.Latency.Lag.P99, 0.5)
	assert.Equal(t, res.Totals.Due, res.Totals.Sent)
}

// Senders whom the server disconnects come back; what it never read of them is no loss.
func TestRunReconnects(t *testing.T) {
	t.Parallel()
	s := chatServer(t, lifted())
	c := short(s.Addr().String())
	c.Rate, c.Reconnect, c.Stages = 500, true, stages("2s")
	r := newRun(t, c)
	during(t, r, func() {
		r.mu.Lock()
		names := []string{r.members[0].name, r.members[7].name}
		r.mu.Unlock()
		for _, name := range names {
			s.Kick(name)
		}
	})
	res, err := r.Do(t.Context())
	require.NoError(t, err)
	whole(t, res)
	assert.EqualValues(t, 2, res.Totals.Disconnects)
	assert.EqualValues(t, 10, res.Totals.Connects)
	assert.EqualValues(t, c.Clients, res.Totals.Inside)
	assert.Positive(t, res.Totals.Indeterminate)
}

// What a server does wrong is counted exactly, and as what it is.
func TestRunCountsWhatIsBroken(t *testing.T) {
	t.Parallel()
	type want struct {
		lost, announced, duplicates, reordered, corrupt int64
		code                                            int
	}
	for name, c := range map[string]struct {
		config badserver.Config
		want   func(badserver.Counts) want
	}{
		"drops":   {badserver.Config{Victim: 3, DropEvery: 10}, func(c badserver.Counts) want { return want{lost: c.Dropped, code: codeBroken} }},
		"repeats": {badserver.Config{DropEvery: 0, RepeatEvery: 7}, func(c badserver.Counts) want { return want{duplicates: c.Repeated, code: codeBroken} }},
		"swaps":   {badserver.Config{Victim: 4, SwapEvery: 10}, func(c badserver.Counts) want { return want{reordered: c.Swapped, code: codeBroken} }},
		"corrupts": {badserver.Config{Victim: 2, CorruptEvery: 20}, func(c badserver.Counts) want {
			return want{corrupt: c.Corrupted, lost: c.Corrupted, code: codeBroken}
		}},
		"leaves out": {badserver.Config{Victim: 2, MissAfter: 10, MissLines: 15}, func(c badserver.Counts) want { return want{announced: c.Announced} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := badServer(t, c.config)
			config := short(s.Addr().String())
			config.Senders, config.Drain = 1, time.Second
			res := do(t, config)
			tot, counts := &res.Totals, s.Counts()
			got := want{tot.Lost, tot.Announced, tot.Duplicates, tot.Reordered, tot.Corrupt, res.Verdict.Code}
			expected := c.want(counts)
			if got.code == codeInvalid { // a busy machine
				expected.code = codeInvalid
			}
			require.Equal(t, expected, got, "%+v", counts)
			require.Positive(t, got.lost+got.announced+got.duplicates+got.reordered+got.corrupt)
			require.Equal(t, tot.Due*int64(config.Clients-1), tot.Expected)
			require.Equal(t, tot.Expected, tot.Delivered+tot.Announced+tot.Lost)
		})
	}
}

// A burst keeps its window full, has no latency, and ends.
func TestRunBurst(t *testing.T) {
	t.Parallel()
	c := short(chatServer(t, lifted()).Addr().String())
	c.Mode, c.Window, c.Clients, c.Stages = ModeBurst, 64, 20, stages("500ms")
	res := do(t, c)
	whole(t, res)
	assert.Greater(t, res.Totals.Sent, int64(200))
	assert.Equal(t, res.Totals.Sent*int64(c.Clients-1), res.Totals.Delivered)
	assert.Zero(t, res.Latency.Deliver.Count)
	assert.Positive(t, res.Own.PerDelivery)
}

// Objectives are judged where the run is valid, and missing one is the verdict.
func TestVerdictJudgesObjectivesOnlyWhenValid(t *testing.T) {
	c := short("127.0.0.1:1")
	c.Objectives = objectives("deliver.p99<10ms", "lost<1")
	r := newRun(t, c)
	of := func(deliver, lag float64) Verdict {
		res := &Result{Totals: Totals{Due: 100, Sent: 100, Expected: 700}}
		res.Latency.Deliver = Distribution{Count: 700, P99: deliver}
		res.Latency.Lag = Distribution{Count: 100, P99: lag}
		r.verdict(res, false, nil)
		return res.Verdict
	}
	require.Equal(t, codeGood, of(0.009, 0.004).Code)
	missed := of(0.011, 0.004)
	require.Equal(t, codeMissed, missed.Code)
	require.False(t, missed.Objectives[0].Met)
	require.True(t, missed.Objectives[1].Met)
	invalid := of(0.011, 0.006)
	require.Equal(t, codeInvalid, invalid.Code)
	require.False(t, invalid.Objectives[0].Judged)
	require.Len(t, invalid.Invalid, 1)

	res := &Result{Totals: Totals{Due: 100, Sent: 97, Expected: 700}}
	r.verdict(res, false, nil)
	require.Equal(t, codeInvalid, res.Verdict.Code, "it sent under 98 %%")
	res = &Result{Totals: Totals{Due: 100, Sent: 100, Expected: 700, Lost: 1}}
	r.verdict(res, true, nil)
	require.Equal(t, codeBroken, res.Verdict.Code, "a broken guarantee wins")
	res = &Result{Totals: Totals{Due: 100, Sent: 100}}
	r.verdict(res, false, nil)
	require.Equal(t, codeInvalid, res.Verdict.Code, "nothing had to be received")
}

func TestParseObjective(t *testing.T) {
	o, err := ParseObjective("deliver.p99<=50ms")
	require.NoError(t, err)
	require.Equal(t, Objective{Text: "deliver.p99<=50ms", Metric: "deliver.p99", Sign: "<=", Bound: 0.05}, o)
	o, err = ParseObjective("reach >= 99.5%")
	require.NoError(t, err)
	require.InDelta(t, 0.995, o.Bound, 1e-9)
	for text, want := range map[string]string{
		"deliver.p98<1s": "there is no metric", "lost": "want a metric", "lost<x": "want a number", "deliver.p99<5": "want a duration", "": "want a metric",
	} {
		_, err := ParseObjective(text)
		require.ErrorContains(t, err, want, text)
	}
}
