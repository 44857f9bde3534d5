//go:build unix

package load

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// socketPair is the two ends of a loopback connection.
func socketPair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ours, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	theirs, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

// However the bytes of a socket are cut, the lines are the same; between two reads no
// buffer is held; and the end is an end.
func TestWaiterReads(t *testing.T) {
	for _, chop := range []int{1, 7, 1000, 1 << 20} {
		m, write, lines := receiver(t, ModeRun)
		ours, theirs := socketPair(t)
		m.conn = ours
		w := newWaiter(m)
		require.NotNil(t, w)
		block := append([]byte(nil), write()...)
		if chop == 1 {
			block = block[:len(block)/lines*20] // it is slow enough
		}
		go func() {
			for data := block; len(data) > 0; {
				n, err := theirs.Write(data[:min(chop, len(data))])
				if err != nil {
					return
				}
				data = data[n:]
			}
			_ = theirs.Close()
		}()
		var err error
		for err == nil {
			err = w.read()
			require.Nil(t, w.buf)
		}
		require.ErrorIs(t, err, io.EOF)
		require.EqualValues(t, len(block), m.bytes.Load())
		require.Zero(t, m.judge.counts.corrupt)
		whole := 0
		for _, c := range block {
			if c == '\n' {
				whole++
			}
		}
		require.EqualValues(t, whole, m.judge.counts.due)
		if whole < lines {
			require.NotEmpty(t, m.rest, "the last line was cut")
		}
	}
}

// A line that has no end is not read for ever.
func TestWaiterRefusesAnEndlessLine(t *testing.T) {
	m, _, _ := receiver(t, ModeRun)
	ours, theirs := socketPair(t)
	m.conn = ours
	go func() { _, _ = theirs.Write(make([]byte, 2*largeRead)) }()
	w := newWaiter(m)
	var err error
	for err == nil {
		err = w.read()
	}
	var foreign *foreignError
	require.ErrorAs(t, err, &foreign)
	require.Nil(t, w.buf)
}

// A wait ends at the connection's deadline, and by its close.
func TestWaiterEnds(t *testing.T) {
	m, _, _ := receiver(t, ModeRun)
	ours, _ := socketPair(t)
	m.conn = ours
	w := newWaiter(m)
	require.NoError(t, ours.SetReadDeadline(time.Unix(1, 0)))
	var timeout net.Error
	require.ErrorAs(t, w.read(), &timeout)
	require.True(t, timeout.Timeout())
	require.NoError(t, ours.SetReadDeadline(time.Time{}))
	require.NoError(t, ours.Close())
	require.ErrorIs(t, w.read(), net.ErrClosed)
}

// What is no socket is read as a stream.
func TestWaiterIsForSockets(t *testing.T) {
	m, _, _ := receiver(t, ModeRun)
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	m.conn = ours
	require.Nil(t, newWaiter(m))
}
