package load

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// receiver is one that is inside, and a block of lines of a hundred senders for it, each
// of whose messages is written anew by write.
func receiver(t testing.TB, mode string) (m *member, write func() []byte, lines int) {
	c := Config{Addr: "127.0.0.1:1", Clients: 101, Senders: 100, Rate: 100_000, Warmup: -1, Seed: 3, Mode: mode}
	r, err := New(c)
	require.NoError(t, err)
	m = r.newMember(-1, healthy)
	m.judge.confirm()
	m.inside.Store(true)
	const each = 5
	seq := make([]uint32, 100)
	var block, text []byte
	write = func() []byte {
		block = block[:0]
		for range each {
			for s := range seq {
				seq[s]++
				msg := message{sender: s, seq: seq[s], run: r.ledger.run, due: r.now().Truncate(time.Microsecond)}
				r.ledger.senders[s].begin(msg.seq, msg.due)
				text = msg.append(text[:0], r.cfg.Seed, r.cfg.Size, false)
				block = fmt.Appendf(block, "%s[u1234_%d]: %s\n", stamp, s, text)
			}
		}
		return block
	}
	return m, write, each * len(seq)
}

// Receiving allocates nothing for a line.
func TestReceiveAllocates(t *testing.T) {
	m, write, lines := receiver(t, ModeRun)
	blocks := make([][]byte, 22)
	for i := range blocks {
		blocks[i] = append([]byte(nil), write()...)
	}
	i := 0
	// A slot that is written over before it is read would make nothing but skips of it.
	require.Zero(t, testing.AllocsPerRun(len(blocks)-2, func() {
		if err := m.take(blocks[i]); err != nil {
			t.Fatal(err)
		}
		i++
	}))
	require.EqualValues(t, i*lines, m.judge.counts.due)
	require.Zero(t, m.judge.counts.corrupt)
}

// BenchmarkReceive is what one line of 96 bytes costs a receiver, apart from the system
// calls: found, checked, judged and counted.
func BenchmarkReceive(b *testing.B) {
	for _, mode := range []string{ModeRun, ModeBurst} {
		b.Run(mode, func(b *testing.B) {
			m, write, lines := receiver(b, mode)
			b.ReportAllocs()
			b.ResetTimer()
			took := time.Duration(0)
			for range b.N {
				b.StopTimer()
				block := write()
				b.StartTimer()
				begun := time.Now()
				if err := m.take(block); err != nil {
					b.Fatal(err)
				}
				took += time.Since(begun)
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
			b.SetBytes(0)
			if n := m.judge.counts.due; n != int64(b.N*lines) {
				b.Fatalf("%d of %d lines were counted", n, b.N*lines)
			}
		})
	}
}
