package chat

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"example.com/chatd/chat/netfake"
)

// A deafConn is a connection that takes no deadlines for its Reads, its Writes or
// either: nothing but a close wakes them.
type deafConn struct {
	*netfake.Conn
	reads, writes bool
}

var errDeaf = errors.New("no deadlines here")

func (c deafConn) SetReadDeadline(t time.Time) error {
	if c.reads {
		return errDeaf
	}
	return c.Conn.SetReadDeadline(t)
}

func (c deafConn) SetWriteDeadline(t time.Time) error {
	if c.writes {
		return errDeaf
	}
	return c.Conn.SetWriteDeadline(t)
}

// TestCloseNoDeadlines: L3, R3, R4, E3, E4: where a deadline cannot be set to wake
// the session, its connection is cut: nobody waits for longer than LingerTimeout.
func TestCloseNoDeadlines(t *testing.T) {
	for _, deaf := range []deafConn{{reads: true}, {writes: true}, {reads: true, writes: true}} {
		closeNoDeadlines(t, deaf)
	}
}

func closeNoDeadlines(t *testing.T, deaf deafConn) {
	t.Helper()
	for what, play := range map[string]func(r *rig, p *peer) Reason{
		"L3: login timeout": func(r *rig, _ *peer) Reason {
			r.clock.Advance(30 * time.Second)
			return RefusedTimeout
		},
		"R3: idle": func(r *rig, p *peer) Reason {
			p.send("bob\n")
			r.clock.Advance(time.Hour)
			return LeftIdle
		},
		"E1: kicked": func(r *rig, p *peer) Reason {
			p.send("bob\n")
			expect(r.t, "E1: there is a bob", r.srv.Kick("bob"), true)
			return LeftKicked
		},
		"R4: write timeout": func(r *rig, p *peer) Reason {
			p.stall()
			p.send("bob\n")
			r.clock.Advance(time.Minute)
			return LeftSlow
		},
		"E3: stop, a reader": func(r *rig, p *peer) Reason {
			p.send("bob\n")
			r.async(r.srv.Stop)
			return LeftStop
		},
		"E3: stop, at the prompt": func(r *rig, _ *peer) Reason {
			r.async(r.srv.Stop)
			return RefusedStop
		},
	} {
		what = fmt.Sprintf("%s, deaf to deadlines for (reads, writes) %v, %v", what, deaf.reads, deaf.writes)
		inRig(t, Config{}, func(t *testing.T, r *rig) {
			r.ln = r.listen()
			ln := wrapListener{r.ln, func(c net.Conn) net.Conn { return deafConn{c.(*netfake.Conn), deaf.reads, deaf.writes} }}
			r.async(func() error { return r.srv.Serve(ln) })
			p := r.dial()
			r.settle()
			why := play(r, p)
			r.clock.Advance(2 * time.Second)
			st := r.wantStats(what)
			expect(t, what+": it ended for that", st.Ended[why], 1)
			expect(t, what+": the session is gone", []int{st.Active, st.Pending, st.Closing, st.Writers}, []int{0, 0, 0, 0})
			expect(t, what+": the connection is closed", p.Probe().PeerClosed, true)
		})
	}
}

// TestCloseL5TooManyLinger: who may not linger because MaxPending others do is
// reset: a clean end would be followed by a reset anyway, for whatever it sends.
func TestCloseL5TooManyLinger(t *testing.T) {
	inRig(t, Config{MaxPending: 1}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		alice.send("/quit\n")
		bob.send("/quit\n")
		expect(t, "L5: the first lingers, the second is reset",
			[]bool{alice.Probe().PeerClosed, alice.Probe().Reset, bob.Probe().PeerClosed, bob.Probe().Reset},
			[]bool{false, false, true, true})
		expect(t, "L5: one lingers", r.wantStats("L5").Closing, 1)
	})
}
