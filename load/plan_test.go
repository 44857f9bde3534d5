package load

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawConfig draws what a plan follows from.
func drawConfig(t *rapid.T) Config {
	c := Config{
		Addr: "127.0.0.1:1", Clients: rapid.IntRange(1, 50).Draw(t, "clients"),
		Rate: rapid.Float64Range(1, 500).Draw(t, "rate"), Size: rapid.IntRange(sizeMin, 200).Draw(t, "size"),
		Arrival: rapid.SampledFrom([]string{Poisson, Even}).Draw(t, "arrival"),
		Warmup:  time.Duration(rapid.IntRange(-1, 3).Draw(t, "warmup")) * time.Second,
		Seed:    rapid.Uint64Range(1, 1<<48).Draw(t, "seed"),
	}
	for range rapid.IntRange(1, 3).Draw(t, "stages") {
		clients := rapid.IntRange(0, 50)
		rate := rapid.Float64Range(0, 500)
		s := Stage{
			Span:        time.Duration(rapid.IntRange(100, 4000).Draw(t, "span")) * time.Millisecond,
			FromClients: clients.Draw(t, "from"), ToClients: clients.Draw(t, "to"),
			FromRate: rate.Draw(t, "fromRate"), ToRate: rate.Draw(t, "toRate"),
		}
		c.Stages = append(c.Stages, s)
	}
	c.Senders = rapid.IntRange(1, max(1, (&Config{Stages: c.Stages}).most())).Draw(t, "senders")
	return c
}

func all(t require.TestingT, c Config) (*Plan, []message) {
	p, err := NewPlan(c)
	require.NoError(t, err)
	var got []message
	for {
		m, ok := p.next()
		if !ok {
			return p, got
		}
		got = append(got, m)
	}
}

func hash(t require.TestingT, c Config) uint64 {
	p, err := NewPlan(c)
	require.NoError(t, err)
	return p.Hash()
}

// Messages are due in ascending order within the run, counted by sender without a gap,
// and nobody is to talk who is not there.
func TestPlanIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		p, got := all(t, c)
		seq := map[int]uint32{}
		last := time.Duration(0)
		for _, m := range got {
			require.GreaterOrEqual(t, m.due, last)
			last = m.due
			require.Less(t, m.due, p.cfg.length())
			seq[m.sender]++
			require.Equal(t, seq[m.sender], m.seq)
			require.Less(t, m.sender, p.cfg.Senders)
			s := p.stages[len(p.stages)-1]
			for i := range p.stages {
				if m.due >= p.stages[i].begin && m.due < p.stages[i].begin+p.stages[i].Span {
					s = p.stages[i]
				}
			}
			most := max(s.FromClients, s.ToClients)
			require.Less(t, m.sender, most, "at %v in stage %v", m.due, s)
		}
	})
}

// The same seed is the same plan, another one another.
func TestPlanFollowsTheSeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		_, got := all(t, c)
		require.Equal(t, hash(t, c), hash(t, c))
		other := c
		other.Seed = c.Seed + 1
		if len(got) > 0 {
			require.NotEqual(t, hash(t, c), hash(t, other))
		}
	})
}

// There are as many messages as rate and time make, within six deviations of chance.
func TestPlanHasTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		for i := range c.Stages { // with somebody there to talk
			c.Stages[i].FromClients, c.Stages[i].ToClients = 50, 50
		}
		p, got := all(t, c)
		i := 0
		for _, s := range p.stages {
			n := 0
			for ; i < len(got) && got[i].due < s.begin+s.Span; i++ {
				n++
			}
			want := (s.FromRate + s.ToRate) / 2 * s.Span.Seconds()
			slack := 1.5
			if c.Arrival == Poisson {
				slack += 6*math.Sqrt(want) + 3
			}
			require.InDelta(t, want, n, slack, "stage %v", s)
		}
		require.Equal(t, len(got), i)
	})
}

// Even spacing is exact.
func TestPlanSpacesEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.IntRange(1, 1000).Draw(t, "rate")
		_, got := all(t, Config{Addr: "127.0.0.1:1", Arrival: Even, Rate: float64(rate), Warmup: -1, Seed: 1,
			Stages: []Stage{{Span: 2 * time.Second}}})
		require.Len(t, got, 2*rate-1, "the one due at the end is not of the run")
		for i, m := range got {
			require.InDelta(t, float64(i+1)/float64(rate), m.due.Seconds(), 2e-6)
		}
	})
}

// A rate that grows evenly has its messages where the area says.
func TestPlanFollowsARamp(t *testing.T) {
	_, got := all(t, Config{Addr: "127.0.0.1:1", Arrival: Even, Warmup: -1, Seed: 1,
		Stages: []Stage{{Span: 10 * time.Second, FromRate: 0, ToRate: 100}}})
	at := func(d time.Duration) (n int) {
		for _, m := range got {
			if m.due < d {
				n++
			}
		}
		return n
	}
	require.InDelta(t, 125, at(5*time.Second), 1)
	require.InDelta(t, 500, at(10*time.Second), 1)
}

// How many clients there are follows the stages, and so does the stage's number.
func TestPlanHonoursStages(t *testing.T) {
	p, err := NewPlan(Config{Addr: "127.0.0.1:1", Warmup: time.Second, Senders: 1, Stages: stages("10s:10-20c", "5s:0c@0/s", "5s:7c")})
	require.NoError(t, err)
	for _, c := range []struct {
		at      time.Duration
		clients int
		number  int
	}{{0, 10, 0}, {time.Second, 10, 1}, {6 * time.Second, 15, 1}, {11 * time.Second, 0, 2}, {16 * time.Second, 7, 3}, {time.Minute, 7, 3}} {
		require.Equal(t, c.clients, p.clientsAt(c.at), "at %v", c.at)
		number, of := p.stageAt(c.at)
		require.Equal(t, fmt.Sprint(c.number, 3), fmt.Sprint(number, of), "at %v", c.at)
	}
}

// What comes before a stage in which nobody says anything does not spill into the next.
func TestPlanPassesASilentStage(t *testing.T) {
	for _, arrival := range []string{Even, Poisson} {
		_, got := all(t, Config{Addr: "127.0.0.1:1", Arrival: arrival, Warmup: -1, Seed: 3, Senders: 1, Stages: stages("1s:5c@50/s", "1s:5c@0/s", "1s:5c@50/s")})
		for _, m := range got {
			require.False(t, m.due > time.Second && m.due < 2*time.Second, "%s: due at %v", arrival, m.due)
		}
		require.InDelta(t, 100, len(got), 60)
	}
}
