package netfake

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLedger does random things to random connections: after each step every
// byte is accounted for, what is read is what was written, in order, and at the
// end nothing is left anywhere.
func TestLedger(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) { newLedgerWorld(t, seed).run() })
	}
}

type ledgerWorld struct {
	t     *testing.T
	seed  uint64
	rand  *rand.Rand
	clock *ManualClock
	net   *Network
	ends  [2]*Conn
	wrote [2]byte // next byte that ends[i] writes
	reads [2]byte // next byte that ends[i] must read
}

func newLedgerWorld(t *testing.T, seed uint64) *ledgerWorld {
	w := &ledgerWorld{t: t, seed: seed, rand: rand.New(rand.NewPCG(seed, 0))}
	w.clock = NewManualClock(noon)
	w.clock.Settle = synctest.Wait
	config := Config{Clock: w.clock, ReadBuffer: 1 + w.rand.IntN(20), WriteBuffer: 1 + w.rand.IntN(20)}
	if w.rand.IntN(2) == 0 {
		config.Latency = time.Second
	}
	config.Command = w.rand.IntN(3) == 0
	config.Seed = seed
	w.net = New(config)
	w.ends[0], w.ends[1] = w.net.Pipe()
	return w
}

func (w *ledgerWorld) run() {
	for range 100 {
		w.step(w.rand.IntN(2))
		w.check()
	}
	for i := range w.ends {
		w.ends[i].Close()
	}
	w.net.Heal()
	w.net.Flush()
	w.clock.Advance(time.Minute)
	w.check()
	require.Empty(w.t, w.net.Conns(), "seed %d", w.seed)
	require.Empty(w.t, w.net.OpenEnds(), "seed %d", w.seed)
	for _, c := range w.ends {
		l := c.Probe().Sent
		require.Equal(w.t, l.Written, l.Delivered+l.Discarded.Total(), "seed %d: %+v", w.seed, l)
	}
	require.Zero(w.t, w.clock.Pending(), "seed %d", w.seed)
}

func (w *ledgerWorld) step(i int) {
	c := w.ends[i]
	switch w.rand.IntN(120) {
	case 0:
		c.Close()
	case 1:
		c.CloseWrite()
	case 2:
		c.CloseRead()
	case 3:
		c.Reset()
	case 4:
		c.Vanish()
	case 5, 6:
		c.SetReadBuffer(w.rand.IntN(20))
	case 7, 8:
		c.SetWriteBuffer(w.rand.IntN(20))
	case 9:
		c.SetLatency(time.Duration(w.rand.IntN(3)) * time.Second)
	case 10:
		c.SetReadMax(w.rand.IntN(3))
	case 11, 12, 13, 14:
		c.Out().Pass(w.rand.IntN(10))
	case 15, 16, 17:
		c.Out().Send(w.rand.IntN(10))
	case 18, 19, 20:
		c.Out().Deliver(w.rand.IntN(10) - 1)
	case 21, 22:
		c.Out().SendFIN()
	case 23, 24:
		c.Out().DeliverNext()
	case 25:
		c.Out().Flush()
	case 26:
		c.Out().Drop()
	case 27:
		c.Out().Hold()
	case 28, 29, 30:
		c.Out().Heal()
	case 31:
		w.net.Partition(TwoWay("", ""), Barrier(w.rand.IntN(3)))
	case 32:
		w.net.Heal()
	case 33:
		c.Break()
	case 34:
		c.Reboot()
	case 35:
		c.Clog(time.Second)
	case 36:
		c.SetJitter(time.Second)
	case 37:
		c.SetBandwidth(10)
	case 38:
		c.SetSegment(1, 3)
	case 39:
		c.SetReadPace(w.rand.IntN(5), time.Second)
	case 40, 41, 42, 43:
		w.clock.Advance(time.Second / 2)
	default:
		if w.rand.IntN(2) == 0 {
			w.read(i, c)
		} else {
			w.write(i, c)
		}
	}
}

func (w *ledgerWorld) write(i int, c *Conn) {
	p := make([]byte, w.rand.IntN(20))
	for j := range p {
		p[j] = w.wrote[i] + byte(j)
	}
	n, _ := c.Hand().Write(p)
	w.wrote[i] += byte(n)
}

func (w *ledgerWorld) read(i int, c *Conn) {
	p := make([]byte, 1+w.rand.IntN(10))
	n, _ := c.Hand().Read(p)
	for _, b := range p[:n] {
		require.Equal(w.t, w.reads[i], b, "seed %d", w.seed)
		w.reads[i]++
	}
}

func (w *ledgerWorld) check() {
	require.True(w.t, w.net.Ledger().Balanced(), "seed %d", w.seed)
	sum := w.ends[0].Probe().Sent.Plus(w.ends[1].Probe().Sent)
	require.Equal(w.t, sum, w.net.Ledger(), "seed %d", w.seed)
	for _, c := range w.ends {
		p := c.Probe()
		require.True(w.t, p.Sent.Balanced(), "seed %d: %+v", w.seed, p.Sent)
		require.GreaterOrEqual(w.t, p.Sent.InFlight, int64(0), "seed %d", w.seed)
	}
}
