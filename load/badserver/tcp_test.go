package badserver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test over TCP waits for what has to come.
const patience = 30 * time.Second

// enter joins over TCP and reads up to the own join line.
func enter(t testing.TB, s *Server, name string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr().String(), patience)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, name+"\n")
	require.NoError(t, err)
	in := bufio.NewReaderSize(conn, 64<<10)
	for {
		line, err := in.ReadString('\n')
		require.NoError(t, err)
		if strings.Contains(line, name+" has joined") {
			return conn, in
		}
	}
}

// TestTCP: many senders at once over real sockets, and each loss is where it should be.
func TestTCP(t *testing.T) {
	s, err := Start(Config{Victim: 1, DropEvery: 7})
	require.NoError(t, err)
	defer s.Close()
	const senders, each = 5, 200
	_, victim := enter(t, s, "victim")
	var conns []net.Conn
	var tasks sync.WaitGroup
	for i := range senders {
		conn, in := enter(t, s, fmt.Sprint("sender", i))
		conns = append(conns, conn)
		tasks.Go(func() {
			n := 0
			for n < (senders-1)*each {
				line, err := in.ReadString('\n')
				if err != nil {
					t.Errorf("after %d lines: %v", n, err)
					return
				}
				if strings.Contains(line, "]: hello ") {
					n++
				}
			}
		})
	}
	for _, conn := range conns {
		tasks.Go(func() {
			for n := range each {
				fmt.Fprintf(conn, "hello %d\n", n)
			}
		})
	}
	const reach = senders*each - senders*each/7
	for n := 0; n < reach; {
		line, err := victim.ReadString('\n')
		require.NoError(t, err)
		if strings.Contains(line, "]: hello ") {
			n++
		}
	}
	tasks.Wait()
	c := s.Counts()
	require.EqualValues(t, senders*each, c.Messages)
	require.EqualValues(t, senders*each/7, c.Dropped)
	require.EqualValues(t, senders*senders*each, c.Due)
}

func TestTCPShut(t *testing.T) {
	s, err := Start(Config{Door: Shut})
	require.NoError(t, err)
	defer s.Close()
	_, err = net.DialTimeout("tcp", s.Addr().String(), patience)
	require.Error(t, err)
}

// BenchmarkDeliveries is how fast it is: far more than the 10,000 deliveries a second
// that tests of the load generator need.
func BenchmarkDeliveries(b *testing.B) {
	s, err := Start(Config{})
	require.NoError(b, err)
	defer s.Close()
	const readers = 10
	sender, _ := enter(b, s, "sender")
	require.NoError(b, sender.SetDeadline(time.Time{}))
	var tasks sync.WaitGroup
	for i := range readers {
		conn, in := enter(b, s, fmt.Sprint("reader", i))
		require.NoError(b, conn.SetDeadline(time.Time{}))
		tasks.Go(func() {
			for {
				line, err := in.ReadSlice('\n')
				if err != nil || strings.HasSuffix(string(line), "]: over\n") {
					return
				}
			}
		})
	}
	line := []byte(strings.Repeat("x", 95) + "\n")
	for b.Loop() {
		if _, err := sender.Write(line); err != nil {
			b.Fatal(err)
		}
	}
	io.WriteString(sender, "over\n")
	tasks.Wait()
	b.ReportMetric(float64(s.Counts().Written)/b.Elapsed().Seconds(), "deliveries/s")
}
