//go:build unix

package faultproxy

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests here are about what only a kernel shows. They wait for what has to happen;
// patience is how long before they give up.
const patience = 30 * time.Second

// overTCP is a proxy in front of a listener.
func overTCP(t *testing.T, faults ...string) (*Proxy, *net.TCPListener) {
	t.Helper()
	ln, err := net.Listen("tcp", loopback)
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	p, err := New(Config{Target: ln.Addr().String(), Faults: parseAll(t, faults)})
	require.NoError(t, err)
	t.Cleanup(func() { p.Close() })
	p.Start()
	return p, ln.(*net.TCPListener)
}

// connect returns both ends of a connection through the proxy.
func connect(t *testing.T, p *Proxy, ln *net.TCPListener) (client, server *net.TCPConn) {
	t.Helper()
	conn, err := p.Dial(t.Context())
	require.NoError(t, err)
	return ends(t, conn, ln)
}

func ends(t *testing.T, conn net.Conn, ln *net.TCPListener) (client, server *net.TCPConn) {
	t.Helper()
	require.NoError(t, ln.SetDeadline(time.Now().Add(patience)))
	server, err := ln.AcceptTCP()
	require.NoError(t, err)
	client = conn.(*net.TCPConn)
	for _, c := range []net.Conn{client, server} {
		require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
		t.Cleanup(func() { c.Close() })
	}
	return client, server
}

// TestTCPEchoUnderFaults: bytes both ways at once, in writes of any size, and each end.
func TestTCPEchoUnderFaults(t *testing.T) {
	for name, faults := range map[string][]string{
		"none":      nil,
		"slice":     {"0s:1h:slice=113:100%"},
		"latency":   {"0s:1h:latency=5ms:100%"},
		"bandwidth": {"0s:1h:bandwidth=20MB/s:100%"},
		"all":       {"0s:1h:slice=113:100%", "0s:1h:latency=1ms:100%", "0s:1h:bandwidth=20MB/s:100%", "10ms:20ms:blackhole:100%"},
	} {
		t.Run(name, func(t *testing.T) {
			p, ln := overTCP(t, faults...)
			client, server := connect(t, p, ln)
			var tasks sync.WaitGroup
			tasks.Go(func() {
				io.Copy(server, server)
				server.CloseWrite()
			})
			random := rand.New(rand.NewPCG(1, 2))
			sent := make([]byte, 1<<20)
			for i := range sent {
				sent[i] = byte(random.Uint32())
			}
			tasks.Go(func() {
				for rest := sent; len(rest) > 0; {
					n := min(len(rest), 1+random.IntN(40<<10))
					if _, err := client.Write(rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
				}
				client.CloseWrite()
			})
			got, err := io.ReadAll(client)
			tasks.Wait()
			require.NoError(t, err)
			require.True(t, bytes.Equal(sent, got), "%d bytes of %d came back", len(got), len(sent))
		})
	}
}

// TestTCPAddr: a client that knows nothing of the proxy.
func TestTCPAddr(t *testing.T) {
	p, ln := overTCP(t)
	conn, err := net.DialTimeout("tcp", p.Addr().String(), patience)
	require.NoError(t, err)
	client, server := ends(t, conn, ln)
	_, err = io.WriteString(client, "hello")
	require.NoError(t, err)
	require.NoError(t, client.CloseWrite())
	got, err := io.ReadAll(server)
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
	require.NoError(t, server.CloseWrite())
	got, err = io.ReadAll(client)
	require.NoError(t, err)
	require.Empty(t, got)
}

// TestTCPResetIsAReset: also while the proxy is writing to the one that resets, where
// the kernel may tell the Write of it and let Read find an ordinary end. Passed on as
// that, it would make a line of the half line before it.
func TestTCPResetIsAReset(t *testing.T) {
	p, ln := overTCP(t)
	for range 200 {
		client, server := connect(t, p, ln)
		_, err := io.WriteString(client, "half a line")
		require.NoError(t, err)
		var tasks sync.WaitGroup
		tasks.Go(func() { io.Copy(server, endless{}) }) // until the reset
		_, err = io.ReadFull(client, make([]byte, 1<<10))
		require.NoError(t, err)
		reset(client)
		_, err = io.Copy(io.Discard, server)
		lost := err != nil || gone(server)
		server.Close()
		tasks.Wait()
		require.True(t, lost, "the target read an ordinary end")
	}
}

// TestTCPResetToldToAWrite is what the test above meets by chance.
func TestTCPResetToldToAWrite(t *testing.T) {
	p, ln := overTCP(t)
	peer, conn := connect(t, p, ln)
	reset(peer)
	var err error
	for err == nil {
		_, err = conn.Write([]byte("x"))
	}
	_, err = conn.Read(make([]byte, 1))
	if err != nil && err != io.EOF {
		t.Logf("this kernel tells Read as well: %v", err)
	}
	c := newConn(p, 0, conn, peer)
	require.Equal(t, broken, c.meaning(&c.up, io.EOF))

	// An ordinary end is one, before and after the proxy has ended its own half.
	peer, conn = connect(t, p, ln)
	require.NoError(t, peer.CloseWrite())
	_, err = conn.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	c = newConn(p, 0, conn, peer)
	require.Equal(t, finished, c.meaning(&c.up, io.EOF))
	require.NoError(t, conn.CloseWrite())
	c.down.ended = true
	_, err = peer.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	require.Equal(t, finished, c.meaning(&c.up, io.EOF))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestTCPServersResetReachesTheClient, behind what the server had said.
func TestTCPServersResetReachesTheClient(t *testing.T) {
	p, ln := overTCP(t)
	client, server := connect(t, p, ln)
	_, err := io.WriteString(server, "hello")
	require.NoError(t, err)
	_, err = io.ReadFull(client, make([]byte, 5))
	require.NoError(t, err)
	reset(server)
	_, err = client.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

// TestTCPLastLineBeforeAClose: a server that says why and closes, with the client's
// input unread, is understood as well as without the proxy.
func TestTCPLastLineBeforeAClose(t *testing.T) {
	p, ln := overTCP(t)
	for range 100 {
		client, server := connect(t, p, ln)
		_, err := io.WriteString(server, "goodbye\n")
		require.NoError(t, err)
		require.NoError(t, server.CloseWrite())
		server.Close()
		for range 5 { // into the void: resets come back
			if _, err = io.WriteString(client, "anybody?\n"); err != nil {
				break
			}
		}
		line := make([]byte, len("goodbye\n"))
		_, err = io.ReadFull(client, line)
		require.NoError(t, err)
		require.Equal(t, "goodbye\n", string(line))
		client.Close()
	}
}

// TestTCPManyDial: calls of Dial at once never get one another's connections.
func TestTCPManyDial(t *testing.T) {
	p, ln := overTCP(t)
	var tasks sync.WaitGroup
	tasks.Go(func() { // the target tells each client what it reads
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			tasks.Go(func() {
				defer conn.Close()
				io.Copy(conn, conn)
			})
		}
	})
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			conn, err := p.DialNumber(t.Context(), uint64(i))
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(patience))
			if inner := p.find(uint64(i)); inner == nil || inner.up.from.RemoteAddr().String() != conn.LocalAddr().String() {
				t.Errorf("number %d is another connection", i)
			}
			if _, err := conn.Write([]byte{byte(i)}); err != nil {
				t.Error(err)
			}
			got := make([]byte, 1)
			if _, err := io.ReadFull(conn, got); err != nil || got[0] != byte(i) {
				t.Errorf("client %d reads %v: %v", i, got, err)
			}
		})
	}
	clients.Wait()
	ln.Close()
	tasks.Wait()
}
