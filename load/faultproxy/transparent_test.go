package faultproxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// writes remembers each Write.
type writes struct {
	net.Conn
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.all = append(w.all, string(p))
	return w.Conn.Write(p)
}

func (w *writes) CloseWrite() error { return w.Conn.(interface{ CloseWrite() error }).CloseWrite() }

func (w *writes) SetLinger(s int) error {
	return w.Conn.(interface{ SetLinger(int) error }).SetLinger(s)
}

// TestNothingIsLostOrMoved is the promise of slice, latency, bandwidth and blackhole:
// any bytes, written in any pieces, both ways, at any times, under any such faults,
// arrive whole, in order, with their end.
func TestNothingIsLostOrMoved(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		faults := rapid.SliceOfN(rapid.Custom(harmless), 0, 4).Draw(rt, "faults")
		seed := rapid.Uint64().Draw(rt, "seed")
		steps := rapid.SliceOfN(rapid.Custom(anyStep), 1, 20).Draw(rt, "steps")
		var failure any // rapid fails by panic, which must leave the bubble to be shrunk
		synctest.Test(t, func(*testing.T) {
			defer func() { failure = recover() }()
			withRig(rt, seed, faults, func(r *rig) { playSteps(r, steps) })
		})
		if failure != nil {
			panic(failure)
		}
	})
}

// harmless is a fault that may lose nothing.
func harmless(t *rapid.T) string {
	what := rapid.SampledFrom([]string{
		"slice=1", "slice=7", "slice=1000", "latency=10ms", "latency=1s", "latency=1ns",
		"bandwidth=1B/s", "bandwidth=1KB/s", "bandwidth=1MB/s", "blackhole",
	}).Draw(t, "what")
	at := rapid.IntRange(0, 3000).Draw(t, "at ms")
	long := rapid.IntRange(1, 3000).Draw(t, "for ms")
	return fmt.Sprintf("%dms:%dms:%s:%d%%", at, long, what, rapid.SampledFrom([]int{100, 50}).Draw(t, "share"))
}

// A step writes bytes on one side of one connection, or shuts it, and then lets time
// pass.
type step struct {
	link, bytes int
	up, shut    bool
	then        time.Duration
}

func anyStep(t *rapid.T) step {
	return step{
		link:  rapid.IntRange(0, 1).Draw(t, "link"),
		bytes: rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 200<<10)).Draw(t, "bytes"),
		up:    rapid.Bool().Draw(t, "up"),
		shut:  rapid.IntRange(0, 9).Draw(t, "shut") == 0,
		then:  time.Duration(rapid.IntRange(0, 500).Draw(t, "then ms")) * ms,
	}
}

// stream is what one side has sent.
type stream struct {
	from net.Conn
	to   *tap
	sent []byte
	shut bool
}

func playSteps(r *rig, steps []step) {
	var streams []*stream
	for range 2 {
		l := r.link()
		defer l.close()
		streams = append(streams, &stream{from: l.client, to: l.toServer}, &stream{from: l.server, to: l.toClient})
	}
	r.proxy.Start()
	number := byte(0)
	for _, step := range steps {
		s := streams[2*step.link]
		if !step.up {
			s = streams[2*step.link+1]
		}
		if !s.shut {
			var text []byte
			for range step.bytes {
				number = number*5 + 7
				text = append(text, number)
			}
			// A Write may have to wait until a fault is over.
			s.sent = append(s.sent, text...)
			_, err := s.from.Write(text)
			require.NoError(r.t, err)
			if step.shut {
				s.shut = true
				shut(r.t, s.from)
			}
		}
		r.clock.Advance(step.then)
		for _, s := range streams {
			require.Equal(r.t, string(s.sent[:len(s.to.seen())]), s.to.seen(), "never anything but a beginning of it")
		}
	}
	r.clock.Advance(time.Hour)
	for _, s := range streams {
		require.Equal(r.t, string(s.sent), s.to.seen())
		want := error(nil)
		if s.shut {
			want = io.EOF
		}
		require.Equal(r.t, want, s.to.end())
	}
}

// TestEndsPass: each way a connection can end, at either side, is seen at the other as
// it was.
func TestEndsPass(t *testing.T) {
	inBubble(t, 1, nil, func(r *rig) {
		for _, swap := range []bool{false, true} {
			sides := func() (l *link) {
				l = r.link()
				if swap {
					l = &link{l.server, l.client, l.toServer, l.toClient}
				}
				return l
			}

			l := sides()
			r.say(l, "hi")
			shut(t, l.client)
			require.Equal(t, "hi", l.toServer.seen())
			require.Equal(t, io.EOF, l.toServer.end())
			require.NoError(t, l.toClient.end(), "half of it is open")
			_, err := io.WriteString(l.server, "still here")
			require.NoError(t, err)
			shut(t, l.server)
			require.Equal(t, "still here", l.toClient.seen())
			require.Equal(t, io.EOF, l.toClient.end())
			l.close()
			synctest.Wait()
			require.Empty(t, r.proxy.conns, "and the proxy has forgotten it")

			l = sides()
			r.say(l, "hi")
			reset(l.client)
			synctest.Wait()
			require.Equal(t, "hi", l.toServer.seen())
			require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
			require.Empty(t, r.proxy.conns)
			l.close()

			// A full close while the other side goes on writing: a reset comes back.
			l = sides()
			l.client.Close()
			synctest.Wait()
			require.Equal(t, io.EOF, l.toServer.end())
			for range 3 {
				_, err = io.WriteString(l.server, "anybody?")
				synctest.Wait()
			}
			require.True(t, errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET), "%v", err)
			require.Empty(t, r.proxy.conns)
			l.close()
		}
	})
}

// TestResetUnderFaultsIsAReset: with bytes queued both ways.
func TestResetUnderFaultsIsAReset(t *testing.T) {
	inBubble(t, 1, []string{"0s:1h:latency=1s:100%"}, func(r *rig) {
		r.proxy.Start()
		l := r.link()
		defer l.close()
		r.say(l, "one")
		_, err := io.WriteString(l.server, "two")
		require.NoError(t, err)
		r.clock.Advance(500 * ms)
		reset(l.client)
		r.clock.Advance(time.Hour)
		require.Equal(t, "one", l.toServer.seen())
		require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
		require.Empty(t, r.proxy.conns)
	})
}

// TestResetToldToAWrite: the kernel tells of a reset once. Where it tells the flow that
// writes, the one that reads finds an ordinary end, and it is a reset all the same.
func TestResetToldToAWrite(t *testing.T) {
	inBubble(t, 1, []string{"0s:1h:bandwidth=1B/s:100%"}, func(r *rig) {
		r.proxy.Start()
		l := r.link()
		defer l.close()
		r.say(l, "abc") // the proxy does not read the client before this is through
		reset(l.client)
		_, err := io.WriteString(l.server, "x") // and learns it by writing this
		require.NoError(t, err)
		synctest.Wait()
		require.True(t, r.proxy.find(0).down.hasBroken())
		r.clock.Advance(time.Hour)
		require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
	})
}

// TestBrokenBehindAnEnd: the target closes, and resets what comes later, while its
// end is still under way to the client: the client reads the end of a connection that
// is no more, and nothing is left of it.
func TestBrokenBehindAnEnd(t *testing.T) {
	inBubble(t, 1, []string{"0s:1h:latency=1s:100%"}, func(r *rig) {
		r.proxy.Start()
		l := r.link()
		defer l.close()
		r.say(l, "one")
		r.clock.Advance(300 * ms)
		r.say(l, "two")
		r.clock.Advance(300 * ms)
		r.say(l, "three")
		r.clock.Advance(300 * ms)
		l.server.Close()
		r.clock.Advance(1000*ms - 1)
		require.True(t, r.proxy.find(0).up.hasBroken())
		require.NoError(t, l.toClient.end())
		r.clock.Advance(1)
		require.Error(t, l.toClient.end())
		require.Empty(t, r.proxy.conns)
	})
}

// TestFullReaderStopsTheWriter: who does not read stops its writer through the proxy,
// which holds no more than one read meanwhile.
func TestFullReaderStopsTheWriter(t *testing.T) {
	inBubble(t, 1, nil, func(r *rig) {
		client, err := r.proxy.Dial(t.Context())
		require.NoError(t, err)
		defer client.Close()
		server, err := r.server.Accept()
		require.NoError(t, err)
		defer server.Close()
		var sent atomic.Int64
		go func() {
			block := make([]byte, 10_000)
			for {
				n, err := client.Write(block)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		const kernels = 2 * (4<<20 + 64<<10) // of the rig's network, both ways of the proxy
		stuck := sent.Load()
		require.Greater(t, stuck, int64(kernels-10_000))
		require.LessOrEqual(t, stuck, int64(kernels+largeRead))
		_, err = io.CopyN(io.Discard, server, 1<<20)
		require.NoError(t, err)
		synctest.Wait()
		require.InDelta(t, stuck+1<<20, sent.Load(), largeRead, "reading lets it go on")
		client.Close()
	})
}

// TestTargetAway: Dial tells, who comes through the door is reset.
func TestTargetAway(t *testing.T) {
	inBubble(t, 1, nil, func(r *rig) {
		require.NoError(t, r.server.Close())
		_, err := r.proxy.Dial(t.Context())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		client, err := r.network.Dial(r.proxy.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		tap := newTap(client)
		synctest.Wait()
		require.ErrorIs(t, tap.end(), syscall.ECONNRESET)
	})
}

// TestDialKeepsStrangersOut: somebody who found the port Dial uses for itself is not
// taken for a client.
func TestDialKeepsStrangersOut(t *testing.T) {
	inBubble(t, 1, nil, func(r *rig) {
		stranger, err := r.network.Dial(r.proxy.own.Addr().String())
		require.NoError(t, err)
		defer stranger.Close()
		tap := newTap(stranger)
		l := r.link()
		defer l.close()
		r.say(l, "it is me")
		require.Equal(t, "it is me", l.toServer.seen())
		require.ErrorIs(t, tap.end(), syscall.ECONNRESET)
	})
}

// TestAcceptFails: an error of Accept is waited out, not spun on.
func TestAcceptFails(t *testing.T) {
	inBubble(t, 1, nil, func(r *rig) {
		synctest.Wait()
		door := r.proxy.door.(interface{ InjectAcceptError(error) })
		door.InjectAcceptError(syscall.EMFILE)
		client, err := r.network.Dial(r.proxy.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		synctest.Wait()
		require.Zero(t, r.server.Waiting())
		r.clock.Advance(acceptPause)
		require.Equal(t, 1, r.server.Waiting())
		door.InjectAcceptError(syscall.EMFILE)
		synctest.Wait()
		r.proxy.Close()
		require.Zero(t, r.clock.Pending())
	})
}

// TestCloseResets: whatever a connection is waiting for, Close ends it, and every
// call after it says net.ErrClosed.
func TestCloseResets(t *testing.T) {
	for _, faults := range [][]string{nil, {"0s:1h:blackhole:100%"}, {"0s:1h:latency=1h:100%"}, {"0s:1h:bandwidth=1B/s:100%"}} {
		inBubble(t, 1, faults, func(r *rig) {
			r.proxy.Start()
			l := r.link()
			defer l.close()
			r.say(l, "some bytes")
			r.proxy.Close()
			synctest.Wait()
			require.ErrorIs(t, l.toServer.end(), syscall.ECONNRESET)
			require.ErrorIs(t, l.toClient.end(), syscall.ECONNRESET)
			require.Zero(t, r.clock.Pending())
			_, err := r.proxy.Dial(t.Context())
			require.Equal(t, net.ErrClosed, err)
			require.NoError(t, r.proxy.Close())
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	_, err := New(Config{})
	require.EqualError(t, err, "faultproxy: Config.Target is empty")
	good := Fault{For: 1, Kind: Blackhole, Percent: 5}
	for want, bad := range map[string]Fault{
		`kind "": want latency, bandwidth, slice, reset, blackhole or halfclose`: {},
		"share 0%: want above 0% and up to 100%":                                 {Kind: Reset},
		"a time below 0":                                                         {Kind: Reset, Percent: 1, At: -1},
		"a parameter below 0":                                                    {Kind: Slice, For: 1, Percent: 1, Piece: -1},
	} {
		_, err := New(Config{Target: target, Faults: []Fault{good, bad}})
		require.EqualError(t, err, "faultproxy: Config.Faults[1]: "+want)
	}
	away := errors.New("no more ports")
	for fails := range 2 {
		var open []net.Listener
		_, err = New(Config{Target: target, Listen: func(string, string) (net.Listener, error) {
			if len(open) == fails {
				return nil, away
			}
			ln, err := net.Listen("tcp", loopback)
			open = append(open, ln)
			return ln, err
		}})
		require.ErrorIs(t, err, away)
		require.True(t, !slices.ContainsFunc(open, func(ln net.Listener) bool { return ln.Close() == nil }), "what was opened is closed")
	}
}
