package load

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// echoLines are lines of a room as its receivers read them, n of them by so many senders.
func echoLines(n, senders, size int) (lines [][]byte, says []message) {
	seq := make([]uint32, senders)
	for i := range n {
		s := i % senders
		seq[s]++
		m := message{sender: s, seq: seq[s], run: 9, due: time.Duration(i) * time.Millisecond}
		line := m.append([]byte(stamp+"[u0009_1]: "), 1, size, false)
		lines, says = append(lines, append(line, '\n')), append(says, m)
	}
	return lines, says
}

// hear reads data as member.take does. It returns what was said and in how many lines the
// receiver had to look for itself.
func (f *follower) hear(data []byte) (says []message, itself int) {
	for len(data) > 0 {
		m, n := f.next(data)
		if n == 0 {
			n = bytes.IndexByte(data, '\n') + 1
			_, text := scanLine(data[:n-1], "")
			var ok bool
			if m, ok = parseMessage(text); ok {
				f.read(data[:n], m)
			}
			itself++
		}
		says, data = append(says, m), data[n:]
	}
	return says, itself
}

// Who comes second need read no line for itself but the one by which it finds its place,
// and misses its own as they are left out.
func TestEchoSparesReading(t *testing.T) {
	lines, says := echoLines(3*pageLines, 3, 96)
	all := bytes.Join(lines, nil)
	var e echo
	first, second, talker := follower{echo: &e, own: -1}, follower{echo: &e, own: -1}, follower{echo: &e, own: 1}
	got, itself := first.hear(all)
	require.Equal(t, says, got)
	require.Equal(t, len(lines), itself)
	got, itself = second.hear(all)
	require.Equal(t, says, got)
	require.Equal(t, 1, itself)

	notOwn := func(of []message) []message {
		return slices.DeleteFunc(slices.Clone(of), func(m message) bool { return m.sender == 1 })
	}
	var others []byte
	for i, m := range says {
		if m.sender != 1 {
			others = append(others, lines[i]...)
		}
	}
	got, itself = talker.hear(others)
	require.Equal(t, notOwn(says), got)
	require.Equal(t, 1, itself)
}

// A byte that is not the one others read is seen: the line is read for itself.
func TestEchoComparesEveryByte(t *testing.T) {
	lines, says := echoLines(2, 1, 96)
	var e echo
	first := follower{echo: &e, own: -1}
	first.hear(bytes.Join(lines, nil))
	for i := range lines[1] {
		f := follower{echo: &e, own: -1}
		f.hear(lines[0])
		spoiled := slices.Clone(lines[1])
		spoiled[i] ^= 1
		_, n := f.next(spoiled)
		require.Zero(t, n, "byte %d", i)
		got, n := f.next(lines[1])
		require.Equal(t, len(lines[1]), n)
		require.Equal(t, says[1], got)
	}
}

// However receivers read, late, in another order, with lines left out, repeated or
// spoiled, the echo never changes what a line says.
func TestEchoChangesNothing(t *testing.T) {
	spared := 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{96, 4000}).Draw(t, "size")
		lines, _ := echoLines(rapid.IntRange(1, 100).Draw(t, "lines"), rapid.IntRange(1, 3).Draw(t, "senders"), size)
		var e echo
		followers := make([]follower, rapid.IntRange(1, 4).Draw(t, "followers"))
		coming := make([][][]byte, len(followers))
		for i := range followers {
			followers[i] = follower{echo: &e, own: i - 1}
			from := rapid.IntRange(0, len(lines)).Draw(t, "from")
			coming[i] = slices.Clone(lines[from:])
			for range rapid.IntRange(0, 4).Draw(t, "damages") {
				if len(coming[i]) < 2 {
					break
				}
				k := rapid.IntRange(0, len(coming[i])-2).Draw(t, "at")
				switch rapid.IntRange(0, 3).Draw(t, "damage") {
				case 0:
					coming[i] = slices.Delete(coming[i], k, k+1)
				case 1:
					coming[i] = slices.Insert(coming[i], k, coming[i][k])
				case 2:
					coming[i][k], coming[i][k+1] = coming[i][k+1], coming[i][k]
				case 3:
					spoiled := slices.Clone(coming[i][k])
					spoiled[len(spoiled)-3] = 'X'
					coming[i][k] = spoiled
				}
			}
		}
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 0))
		for left := true; left; {
			left = false
			for i := range followers {
				n := min(chance.IntN(40), len(coming[i]))
				for _, line := range coming[i][:n] {
					_, text := scanLine(line[:len(line)-1], "")
					want, _ := parseMessage(text)
					got, itself := followers[i].hear(line)
					require.Equal(t, []message{want}, got)
					spared += 1 - itself
				}
				coming[i] = coming[i][n:]
				left = left || len(coming[i]) > 0
			}
		}
		for i := range followers {
			followers[i].release()
		}
		for _, p := range e.pages {
			require.True(t, p == nil || p.holds == 0)
		}
	})
	require.Positive(t, spared)
}

// Who is stuck keeps its page as it was, and no other.
func TestEchoKeepsAHeldPage(t *testing.T) {
	lines, says := echoLines(2*echoPages*pageLines, 1, 96)
	var e echo
	first, stuck := follower{echo: &e, own: -1}, follower{echo: &e, own: -1}
	first.hear(bytes.Join(lines[:10], nil))
	got, _ := stuck.hear(lines[0])
	require.Equal(t, says[:1], got)
	first.hear(bytes.Join(lines[10:], nil))
	got, itself := stuck.hear(bytes.Join(lines[1:10], nil))
	require.Equal(t, says[1:10], got)
	require.Zero(t, itself)
	// Behind its page it reads for itself, until it is where the others are.
	got, _ = stuck.hear(bytes.Join(lines[10:], nil))
	require.Equal(t, says[10:], got)
	require.Same(t, first.page, stuck.page)
}

// Many read at the same time; the race detector looks on.
func TestEchoTogether(t *testing.T) {
	lines, says := echoLines(2*echoPages*pageLines, 2, 96)
	var e echo
	var tasks sync.WaitGroup
	heard := make([][]message, 4)
	for i := range heard {
		tasks.Go(func() {
			f := follower{echo: &e, own: -1}
			defer f.release()
			for some := range slices.Chunk(lines, 50+17*i) {
				got, _ := f.hear(bytes.Join(some, nil))
				heard[i] = append(heard[i], got...)
			}
		})
	}
	tasks.Wait()
	for i := range heard {
		require.True(t, slices.Equal(says, heard[i]), "receiver %d", i)
	}
}

// A following receiver allocates nothing, and neither does the one that it follows.
func TestEchoAllocates(t *testing.T) {
	lines, _ := echoLines(40*pageLines, 2, 96)
	blocks := slices.Collect(slices.Chunk(lines, pageLines))
	var e echo
	first, second := follower{echo: &e, own: -1}, follower{echo: &e, own: -1}
	both := func(block [][]byte) {
		for _, line := range block {
			if _, n := first.next(line); n == 0 {
				_, text := scanLine(line[:len(line)-1], "")
				m, _ := parseMessage(text)
				first.read(line, m)
			}
		}
		for _, line := range block {
			if _, n := second.next(line); n == 0 {
				_, text := scanLine(line[:len(line)-1], "")
				m, _ := parseMessage(text)
				second.read(line, m)
			}
		}
	}
	for _, block := range blocks[:2*echoPages] {
		both(block)
	}
	i := 2 * echoPages
	require.Zero(t, testing.AllocsPerRun(len(blocks)-i-2, func() {
		both(blocks[i])
		i++
	}))
}

// BenchmarkReceiveEcho is what a line costs every receiver but the first, as all but one
// of a thousand are; BenchmarkReceive is what it costs the first.
func BenchmarkReceiveEcho(b *testing.B) {
	for _, mode := range []string{ModeRun, ModeBurst} {
		b.Run(mode, func(b *testing.B) {
			first, write, lines := receiver(b, mode)
			m := first.run.newMember(-1, healthy)
			m.judge.confirm()
			m.inside.Store(true)
			took := time.Duration(0)
			for range b.N {
				block := write()
				require.NoError(b, first.take(block))
				begun := time.Now()
				if err := m.take(block); err != nil {
					b.Fatal(err)
				}
				took += time.Since(begun)
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
			if n := m.judge.counts.due; n != int64(b.N*lines) {
				b.Fatalf("%d of %d lines were counted", n, b.N*lines)
			}
		})
	}
}
