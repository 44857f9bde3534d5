package chat

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"testing"
	"time"
)

// TestIdleR3WarnedLate: "still there?" is asked at the first sweep at which there is
// room for it, not lost because an answer was in its way.
func TestIdleR3WarnedLate(t *testing.T) {
	inRig(t, Config{RateInterval: -1, WriteTimeout: -1}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		alice.stall()
		for r.holds() == 0 {
			alice.send("/help\n")
		}
		r.clock.Advance(59 * time.Minute)
		alice.resume()
		expect(t, "R4: there is room again", r.holds(), 0)
		alice.read()
		r.clock.Advance(time.Second - 1)
		alice.want("R3: not between two sweeps", "")
		r.clock.Advance(1)
		alice.want("R3: asked at the next sweep", "[SYSTEM]: still there? press enter\n")
		r.clock.Advance(30 * time.Second)
		alice.want("R3: once", "")
	})
}

// holds is how many sessions wait for room for an answer.
func (r *rig) holds() (n int) {
	r.settle()
	r.srv.lock.Lock()
	defer r.srv.lock.Unlock()
	for _, c := range r.srv.sessions {
		if c.hold != openEnd {
			n++
		}
	}
	return n
}

// TestIdleR1GoneWhileSlowed: who is gone while slowed is noticed at the next sweep,
// over TLS as well, which writes nothing for a write of nothing, and where
// IdleTimeout is lifted.
func TestIdleR1GoneWhileSlowed(t *testing.T) {
	for _, idle := range []time.Duration{0, -1} {
		inRig(t, Config{RateInterval: time.Hour, RateBurst: 1, IdleTimeout: idle}, func(t *testing.T, r *rig) {
			alice := r.join("alice")
			cfg := tlsConfig(t, r.clock.Now)
			r.ln = r.listen()
			ln := wrapListener{r.ln, func(c net.Conn) net.Conn { return tls.Server(c, cfg) }}
			r.async(func() error { return r.srv.Serve(ln) })
			bob := r.dial()
			wire := tls.Client(bob, &tls.Config{InsecureSkipVerify: true, Time: r.clock.Now})
			r.async(func() error {
				_, err := io.Copy(io.Discard, wire)
				return err
			})
			if _, err := io.WriteString(wire, "bob\none\ntwo\nthree\n"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			alice.want("R1: the second line waits for its token",
				rigTime+"[SYSTEM]: bob has joined our chat...\n"+rigTime+"[bob]: one\n")
			r.clock.Advance(5 * time.Second)
			alice.want("R1: who is slowed is not gone", "")
			bob.Reset()
			r.clock.Advance(time.Second - 1)
			alice.want("R1: nobody looks between two sweeps", "")
			r.clock.Advance(1)
			alice.want("R1, E1: the next sweep notices", shownNow(r)+"[SYSTEM]: bob has left our chat... (connection lost)\n")
			expect(t, "E4: nothing of it is left", r.wantStats("R1").Closing, 0)
		})
	}
}

// TestIdleNoSweep: E4, where nobody idles and nobody is slowed, there is nothing to
// look for.
func TestIdleNoSweep(t *testing.T) {
	for _, cfg := range []Config{{RateInterval: -1}, {RateBurst: -1}} {
		cfg.IdleTimeout, cfg.WriteTimeout = -1, -1
		inRig(t, cfg, func(t *testing.T, r *rig) {
			r.join("alice")
			expect(t, "R3: no timer for nothing", r.clock.Pending(), 0)
		})
	}
}

// tlsConfig is a server's, with a certificate of its own making.
func tlsConfig(t *testing.T, now func() time.Time) *tls.Config {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now(), NotAfter: now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Time: now, Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}
}
