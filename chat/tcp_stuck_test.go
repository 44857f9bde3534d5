//go:build unix

package chat_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

// TestTCPStuckReaders is R4, R5 and E3 with 500 clients that never read what they
// are sent: two others chat undisturbed, memory stays bounded, and the stop cuts
// the 500 at DrainTimeout, with a reset.
func TestTCPStuckReaders(t *testing.T) {
	const (
		stuck  = 500
		rounds = 1000
		drain  = 200 * time.Millisecond
	)
	s := startTCP(t, chat.Config{
		Listen:          listenSmall,
		TranscriptBytes: 256 << 10,
		History:         -1,
		DrainTimeout:    drain,
	})
	alice, bob := joinTCP(t, s.Addr(), "alice"), joinTCP(t, s.Addr(), "bob")
	alice.want("L4", "[time][SYSTEM]: bob has joined our chat...")
	var readers []*tcpClient
	for i := range stuck {
		c := dialSmall(t, s.Addr())
		c.join(fmt.Sprint("stuck", i))
		readers = append(readers, c)
		joined := fmt.Sprintf("[time][SYSTEM]: stuck%d has joined our chat...", i)
		alice.want("L4", joined)
		bob.want("L4", joined)
	}

	before := heapInUse()
	for i := range rounds {
		text := fmt.Sprint(i, strings.Repeat(" blah", 200))
		alice.send(text + "\n")
		bob.want("R4: nobody waits for a stuck reader", "[time][alice]: "+text)
		bob.send(text + "\n")
		alice.want("R4: nobody waits for a stuck reader", "[time][bob]: "+text)
	}
	require.LessOrEqual(t, s.Stats().Transcript, 256<<10, "R5")
	// A stuck reader pins a chunk of the transcript at most (32 KiB here, its
	// index included). A queue for each would have taken 2 MB.
	require.Less(t, heapInUse()-before, stuck*64<<10, "R5")
	require.Equal(t, stuck+2, s.Stats().Active)

	begin, stopped := time.Now(), make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	for _, c := range []*tcpClient{alice, bob} {
		c.want("E3", "[time][SYSTEM]: Server shutting down...")
		c.wantEOF("E3")
		c.conn.Close()
	}
	require.ErrorIs(t, awaitStop(t, stopped), chat.ErrDrainTimeout)
	require.GreaterOrEqual(t, time.Since(begin), drain, "E3")

	st := s.Stats()
	require.Equal(t, []int{0, 0, 0, 0}, []int{st.Active, st.Pending, st.Closing, st.Writers}, "all are accounted for")
	require.EqualValues(t, stuck+2, st.Joins)
	require.EqualValues(t, stuck+2, st.Ended[chat.LeftStop])
	for _, c := range readers {
		_, err := io.Copy(io.Discard, c.in)
		require.ErrorIs(t, err, syscall.ECONNRESET, "a cut leaves nothing behind in the kernel")
	}
}

// TestTCPStuckReaderIsDisconnected is R4's WriteTimeout, and E1's reason for it.
func TestTCPStuckReaderIsDisconnected(t *testing.T) {
	s := startTCP(t, chat.Config{Listen: listenSmall, WriteTimeout: 200 * time.Millisecond})
	alice := joinTCP(t, s.Addr(), "alice")
	stuck := dialSmall(t, s.Addr())
	stuck.join("stuck")
	alice.want("L4", "[time][SYSTEM]: stuck has joined our chat...")
	for range 100 {
		alice.send(strings.Repeat("x", 1000) + "\n")
	}
	alice.want("E1", "[time][SYSTEM]: stuck has left our chat... (too slow)")
	eventually(t, "E4", func() bool { return s.Stats().Closing == 0 })
	_, err := io.Copy(io.Discard, stuck.in)
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

// TestTCPSlowReaderCatchesUpTooLate: WriteTimeout has ended the session, and only
// then, before the write is given up, the client reads all that is there. Its
// connection ends like any other.
func TestTCPSlowReaderCatchesUpTooLate(t *testing.T) {
	timedOut, written := make(chan struct{}), make(chan struct{})
	late := sync.OnceFunc(func() { close(timedOut); <-written })
	s := startTCP(t, chat.Config{
		WriteTimeout: 100 * time.Millisecond,
		Listen: func(network, address string) (net.Listener, error) {
			ln, err := listenSmall(network, address)
			return lateListener{ln, late}, err
		},
	})
	alice := joinTCP(t, s.Addr(), "alice")
	slow := dialSmall(t, s.Addr())
	slow.join("slow")
	for range 100 {
		alice.send(strings.Repeat("x", 1000) + "\n")
	}
	<-timedOut
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, slow.in)
		slow.conn.Close()
		ended <- err
	}()
	eventually(t, "all is written", func() bool { return s.Stats().Writers == 0 })
	close(written)
	require.NotErrorIs(t, <-ended, os.ErrDeadlineExceeded, "E1: an end or a reset, not nothing")
	eventually(t, "E4", func() bool { return s.Stats().Active == 1 && s.Stats().Closing == 0 })
}

// A lateListener's connections do not take a write deadline before late returns.
type lateListener struct {
	net.Listener
	late func()
}

type lateConn struct {
	*net.TCPConn
	late func()
}

func (l lateListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return lateConn{conn.(*net.TCPConn), l.late}, nil
}

func (c lateConn) SetWriteDeadline(t time.Time) error {
	c.late()
	return c.TCPConn.SetWriteDeadline(t)
}

// TestTCPUnreadAnswersAreBounded is R4 and R5: who asks and does not read is not
// read either, whatever it asks. The names are the longest there are, so a list of
// them is a hundred times the question.
func TestTCPUnreadAnswersAreBounded(t *testing.T) {
	const members = 600
	s := startTCP(t, chat.Config{Listen: listenSmall, History: -1})
	var all []*tcpClient
	for i := range members {
		c := dialSmall(t, s.Addr())
		c.name = fmt.Sprintf("𐐀%03d%s", i, strings.Repeat("𐐀", 28)) // four bytes each
		c.send(c.name + "\n")
		all = append(all, c)
	}
	eventually(t, "all are inside", func() bool { return s.Stats().Active == members })
	before := heapInUse()
	read := s.Stats().BytesRead
	for _, c := range all {
		c.send(strings.Repeat("/who\n", 200))
	}
	eventually(t, "all have asked", func() bool { return s.Stats().BytesRead-read >= members*300 })
	// What waits is 16 KiB at most, and the next line of the answer; the whole list
	// would be 70 KiB for each.
	require.Less(t, heapInUse()-before, members*40<<10, "R5")

	require.NoError(t, s.Close())
	require.Zero(t, s.Stats().Closing)
}

// heapInUse is what is reachable now.
func heapInUse() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
