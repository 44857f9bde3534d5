package chat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

const stopLine = rigTime + "[SYSTEM]: Server shutting down...\n"

func TestStopE3Drains(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice, bob, prompt := r.join("alice"), r.join("bob"), r.dial()
		alice.read()
		alice.send("hello\nand bye\n")
		stop := r.async(r.srv.Stop)
		r.wantWaiting("E3: Stop waits for clients to read and close", stop)
		bob.want("E3: every line, then the last one, then a clean close",
			rigTime+"[alice]: hello\n"+rigTime+"[alice]: and bye\n"+stopLine+markEnd)
		alice.want("E3: no leave lines for a stop", stopLine+markEnd)
		prompt.want("E3: at the prompt the line has no time", rigGreeting+"[SYSTEM]: Server shutting down...\n"+markEnd)
		alice.Close()
		bob.Close()
		r.wantWaiting("E3: one is still connected", stop)
		prompt.Close()
		r.want("E3: Stop returns when all are gone", stop, nil)
		r.want("E3: Serve ended", r.served, ErrServerClosed)
		st := r.wantStats("O2")
		expect(t, "E3: everybody ended for the stop, who was inside and who was not", []uint64{st.Ended[LeftStop], st.Ended[RefusedStop]}, []uint64{2, 1})
		r.wantNothingLeft()
	})
}

// TestStopE3SlowReader: whoever reads, however late, reads everything.
func TestStopE3SlowReader(t *testing.T) {
	inRig(t, Config{RateInterval: -1}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		bob.Peer().SetWriteBuffer(1)
		bob.SetReadBuffer(10)
		alice.read()
		for n := range 50 {
			alice.send(fmt.Sprintf("%d\n", n))
		}
		stop := r.async(r.srv.Stop)
		r.settle()
		alice.Close()
		r.wantWaiting("E3: a client that is still reading is waited for", stop)
		r.clock.Advance(4 * time.Second)
		text := bob.read()
		for n := range 50 {
			expectIn(t, "E3: every line in the transcript is delivered", text, fmt.Sprintf("[alice]: %d\n", n))
		}
		if !strings.HasSuffix(text, "[SYSTEM]: Server shutting down...\n"+markEnd) {
			t.Fatalf("E3: the last line is not the stop's: %q", text[len(text)-100:])
		}
		bob.Close()
		r.want("E3: then Stop returns", stop, nil)
	})
}

// TestStopE3DrainTimeout brackets DrainTimeout to the nanosecond.
func TestStopE3DrainTimeout(t *testing.T) {
	inRig(t, Config{DrainTimeout: 7 * time.Second, RateInterval: -1}, func(t *testing.T, r *rig) {
		alice, stuck := r.join("alice"), r.join("stuck")
		stuck.Peer().SetWriteBuffer(1)
		stuck.SetReadBuffer(1)
		alice.send("one\ntwo\n")
		stop := r.async(r.srv.Stop)
		r.settle()
		alice.Close()
		r.clock.Advance(7*time.Second - 1)
		r.wantWaiting("E3: not a nanosecond before DrainTimeout", stop)
		r.clock.Advance(1)
		r.want("E3: stuck clients are cut at DrainTimeout", stop, ErrDrainTimeout)
		if !stuck.Probe().Reset {
			t.Fatalf("E3: the stuck client's connection was not reset")
		}
		r.wantNothingLeft()
	})
}

// TestStopE3Linger: a client that has read everything and does not close is given
// LingerTimeout, and that is no cut.
func TestStopE3Linger(t *testing.T) {
	inRig(t, Config{LingerTimeout: 3 * time.Second}, func(t *testing.T, r *rig) {
		r.join("alice")
		stop := r.async(r.srv.Stop)
		r.clock.Advance(3*time.Second - 1)
		r.wantWaiting("L5: not before LingerTimeout", stop)
		r.clock.Advance(1)
		r.want("L5: closed at LingerTimeout", stop, nil)
	})
}

func TestStopE3Concurrent(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		stops := []*result{r.async(r.srv.Stop), r.async(r.srv.Stop), r.async(func() error { return r.srv.Shutdown(context.Background()) })}
		for _, stop := range stops {
			r.wantWaiting("E4: every call waits", stop)
		}
		alice.want("E3: one last line, however often it is stopped", stopLine+markEnd)
		alice.Close()
		for _, stop := range stops {
			r.want("E4: every call returns", stop, nil)
		}
		r.want("E4: and so does one that comes late", r.async(r.srv.Stop), nil)
	})
}

func TestShutdownContext(t *testing.T) {
	inRig(t, Config{RateInterval: -1}, func(t *testing.T, r *rig) {
		alice, stuck := r.join("alice"), r.join("stuck")
		stuck.stall()
		alice.send("one\ntwo\n")
		ctx, cancel := context.WithCancelCause(context.Background())
		because := errors.New("because")
		stop := r.async(func() error { return r.srv.Shutdown(ctx) })
		r.clock.Advance(time.Second)
		r.wantWaiting("E3: Shutdown has no time limit of its own", stop)
		cancel(because)
		r.want("E3: the context's end cuts those left, and its cause is returned", stop, because)
		if !stuck.Probe().Reset {
			t.Fatalf("E3: the client left was not cut")
		}
		r.wantNothingLeft()
	})
}

// TestStopE3WhoHasRead: at the end of Stop's time, or of Shutdown's context, only
// those who have not read what is theirs are cut. For the others the linger is
// over: no reset, and no error for them. Close, meanwhile or at once, cuts them too.
func TestStopE3WhoHasRead(t *testing.T) {
	for _, how := range []struct {
		name  string
		end   func(r *rig, cancel func()) // of the time there is
		stuck error                       // what the stop returns if somebody was stuck
	}{
		{"Stop", func(r *rig, _ func()) { r.clock.Advance(5 * time.Second) }, ErrDrainTimeout},
		{"Shutdown", func(_ *rig, cancel func()) { cancel() }, context.Canceled},
	} {
		for _, stuck := range []bool{false, true} {
			what := fmt.Sprintf("E3: %s (somebody is stuck: %v)", how.name, stuck)
			inRig(t, Config{LingerTimeout: -1, RateInterval: -1}, func(t *testing.T, r *rig) {
				alice, bob, prompt := r.join("alice"), r.join("bob"), r.dial()
				alice.read()
				want := error(nil)
				if stuck {
					want = how.stuck
					bob.stall()
					alice.send("one\ntwo\n")
				}
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				stop := r.async(func() error {
					if how.name == "Stop" {
						return r.srv.Stop()
					}
					return r.srv.Shutdown(ctx)
				})
				alice.want(what+": the last line and the end", stopLine+markEnd)
				r.clock.Advance(5*time.Second - 1)
				r.wantWaiting(what+": those who stay are waited for", stop)
				how.end(r, cancel)
				r.want(what+": then the stop returns", stop, want)
				expect(t, what+": who has read is not reset, who is stuck is",
					[]bool{alice.Probe().Reset, bob.Probe().Reset, prompt.Probe().Reset}, []bool{false, stuck, false})
				r.wantNothingLeft()
			})
		}
	}
	inRig(t, Config{LingerTimeout: -1}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		stop := r.async(r.srv.Stop)
		r.wantWaiting("E3: Stop waits", stop)
		r.want("E4: Close cuts everybody", r.async(r.srv.Close), nil)
		r.want("E3: Stop tells that somebody was cut", stop, ErrDrainTimeout)
		expect(t, "E4: Close resets", alice.Probe().Reset, true)
	})
}

func TestCloseAtOnce(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice, prompt := r.join("alice"), r.dial()
		r.settle()
		r.want("E4: Close waits for nobody", r.async(r.srv.Close), nil)
		for _, p := range []*peer{alice, prompt} {
			if !p.Probe().Reset {
				t.Fatalf("E4: a connection was not cut")
			}
		}
		r.wantNothingLeft()
	})
}

// TestCloseE4Timers: a session's timer goes with what it was for, whatever comes
// after it.
func TestCloseE4Timers(t *testing.T) {
	inRig(t, Config{IdleTimeout: -1, RateInterval: -1, WriteTimeout: -1, NameAttempts: 1}, func(t *testing.T, r *rig) {
		prompt := r.dial()
		r.settle()
		expect(t, "L3: one timer for the login", r.clock.Pending(), 1)
		r.join("alice")
		expect(t, "L3: none for who is inside", r.clock.Pending(), 1)
		prompt.send("admin\n")
		expect(t, "L5: one for the linger, none for the login", r.clock.Pending(), 1)
		prompt.Close()
		r.settle()
		expect(t, "E4: none for who is gone", r.clock.Pending(), 0)
	})
}

func TestServeAfterStop(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		r.want("E3: an empty server stops at once", r.async(r.srv.Stop), nil)
		ln := r.listen()
		if err := r.srv.Serve(ln); !errors.Is(err, ErrServerClosed) {
			t.Fatalf("E3: Serve after Stop returned %v", err)
		}
		if _, err := r.net.Dial(ln.Addr().String()); err == nil {
			t.Fatalf("E4: Serve after Stop left its listener open")
		}
		if err := r.srv.Start(); !errors.Is(err, ErrServerClosed) {
			t.Fatalf("E3: Start after Stop returned %v", err)
		}
	})
}

func TestStart(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		cfg := Config{Clock: r.clock, Runtime: r.tasks, Addr: "127.0.0.1:4000", Listen: r.net.ListenNetwork}
		srv, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "O1: no address before Start", srv.Addr(), nil)
		if err := srv.Start(); err != nil {
			t.Fatal(err)
		}
		expect(t, "O1: Start listens where Config.Addr says", srv.Addr().String(), "127.0.0.1:4000")
		second, _ := New(cfg)
		if err := second.Start(); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "127.0.0.1:4000") {
			t.Fatalf("O1: a port in use gives %v, which does not name it", err)
		}
		c, err := r.net.Dial("127.0.0.1:4000")
		if err != nil {
			t.Fatal(err)
		}
		p := &peer{c, r}
		p.want("L1: it serves", rigGreeting)
		p.Close()
		r.want("E3: Stop after Start", r.async(srv.Stop), nil)
	})
}

// TestStartAcceptFails: what ended Start's accepting is what Stop returns.
func TestStartAcceptFails(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		ln := r.listen()
		srv, _ := New(Config{Clock: r.clock, Runtime: r.tasks, Listen: listenOn(ln)})
		if err := srv.Start(); err != nil {
			t.Fatal(err)
		}
		r.settle()
		ln.InjectAcceptError(syscall.EINVAL)
		r.settle()
		r.want("E6: Stop tells why accepting ended", r.async(srv.Stop), syscall.EINVAL)
	})
}

func TestSeveralListeners(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		ln := r.listen()
		second := r.async(func() error { return r.srv.Serve(ln) })
		r.ln = ln
		bob := r.join("bob")
		alice.want("M2: two listeners, one room", rigTime+"[SYSTEM]: bob has joined our chat...\n")
		bob.send("hi\n")
		alice.want("M1: lines cross", rigTime+"[bob]: hi\n")
		stop := r.async(r.srv.Stop)
		r.settle()
		alice.Close()
		bob.Close()
		r.want("E3: Stop", stop, nil)
		r.want("E3: the first Serve", r.served, ErrServerClosed)
		r.want("E3: the second Serve", second, ErrServerClosed)
	})
}

// TestAcceptE6Permanent: one listener fails for good; its Serve says so, everything
// else goes on.
func TestAcceptE6Permanent(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		r.ln.InjectAcceptError(syscall.EINVAL)
		r.want("E6: any other error ends Serve with it", r.served, syscall.EINVAL)
		ln := r.listen()
		r.ln, r.served = ln, r.async(func() error { return r.srv.Serve(ln) })
		bob := r.join("bob")
		bob.send("hi\n")
		alice.want("E6: those inside are served on", rigTime+"[SYSTEM]: bob has joined our chat...\n"+rigTime+"[bob]: hi\n")
		expect(t, "E6: it is no passing error", r.srv.Stats().AcceptFails, 0)
	})
}

// TestAcceptE6BackOff: 5 ms doubled up to a second, exactly; one log line for each
// spell; then connections are accepted as if nothing had been.
func TestAcceptE6BackOff(t *testing.T) {
	pauses := []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000}
	inRig(t, Config{IdleTimeout: -1}, func(t *testing.T, r *rig) {
		for spell := range 2 {
			for range pauses {
				r.ln.InjectAcceptError(syscall.EMFILE)
			}
			waiting := r.dial()
			for n, pause := range pauses {
				r.settle()
				fails := uint64(spell*len(pauses) + n + 1)
				expect(t, "E6: one try, then a pause", r.srv.Stats().AcceptFails, fails)
				r.clock.Advance(pause*time.Millisecond - 1)
				expect(t, fmt.Sprintf("E6: pause %d is not over a nanosecond early", n), r.srv.Stats().AcceptFails, fails)
				waiting.want("E6: nothing is accepted meanwhile", "")
				r.clock.Advance(1)
			}
			waiting.want("E6: it recovers, and the connection that waited is served", rigGreeting)
			expect(t, "E6: one log line for each spell", r.log.count("accept failed, trying again"), spell+1)
			waiting.Close()
			r.settle()
		}
		st := r.wantStats("O2")
		expect(t, "E6: passing errors are counted", st.AcceptFails, uint64(2*len(pauses)))
	})
}

func TestAcceptE6Passing(t *testing.T) {
	for _, err := range []error{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.EPROTO, syscall.EINTR, context.DeadlineExceeded,
	} {
		inRig(t, Config{}, func(t *testing.T, r *rig) {
			r.ln.InjectAcceptError(err)
			r.wantWaiting(fmt.Sprintf("E6: %v is passing", err), r.served)
			r.clock.Advance(5 * time.Millisecond)
			r.join("alice")
		})
	}
}

// TestAcceptE6Stop: a stop need not wait for the pause's end.
func TestAcceptE6Stop(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		r.ln.InjectAcceptError(syscall.EMFILE)
		r.settle()
		r.want("E3: Stop during a pause", r.async(r.srv.Stop), nil)
		r.want("E3: Serve ended", r.served, ErrServerClosed)
		r.wantNothingLeft()
	})
}

// TestJournalO3: a log handler that blocks stalls nobody, what does not fit the
// queue is counted, and Stop waits a second for it and no longer.
func TestJournalO3(t *testing.T) {
	inRig(t, Config{RateInterval: -1, MaxRenames: 10000}, func(t *testing.T, r *rig) {
		r.log.setStuck(true)
		alice, bob := r.join("alice"), r.join("bob")
		alice.read()
		// The record of the first join is with the handler; the others wait.
		const renames = journalRecords + 10
		for n := range renames {
			bob.send(fmt.Sprintf("/name bob%d\n", n))
		}
		bob.send("still here\n")
		expectIn(t, "O3: a blocked log stalls nobody", alice.read(), fmt.Sprintf("[bob%d]: still here\n", renames-1))
		st := r.wantStats("O3")
		expect(t, "O3: what does not fit is counted", st.LogDropped, 1+renames-journalRecords)
		stop := r.async(r.srv.Stop)
		r.settle()
		alice.Close()
		bob.Close()
		r.clock.Advance(journalGrace - 1)
		r.wantWaiting("O3: Stop gives the log a second", stop)
		r.clock.Advance(1)
		r.want("O3: and no more", stop, nil)
		r.log.setStuck(false)
		r.wantNothingLeft()
		expectIn(t, "O3: names are logged", r.log.text(), "name=bob7")
		if strings.Contains(r.log.text(), "still here") {
			t.Fatalf("O3: message text is in the log")
		}
	})
}

// TestStatsEnded: every ending is counted once, under what happened.
func TestStatsEnded(t *testing.T) {
	cfg := Config{MaxClients: 3, MaxPending: 3, NameAttempts: 1, LoginTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	inRig(t, cfg, func(t *testing.T, r *rig) {
		var want [reasonCount]uint64
		ended := func(why Reason) {
			t.Helper()
			want[why]++
			st := r.wantStats("O2 after " + why.String())
			expect(t, "E1: ended for "+why.String(), st.Ended, want)
		}
		alice := r.join("alice")
		alice.CloseWrite()
		ended(LeftEOF)
		r.join("bob").send("/quit tea\n")
		ended(LeftQuit)
		r.join("carol")
		expect(t, "E1: there is a carol to kick", r.srv.Kick("Carol"), true)
		ended(LeftKicked)
		expect(t, "E1: nobody is kicked twice", r.srv.Kick("carol"), false)
		r.join("dave").Reset()
		ended(LeftLost)
		r.dial().send("admin\n")
		ended(RefusedAttempts)
		r.dial().send("GET / HTTP/1.1\n")
		ended(RefusedProtocol)
		r.dial().Close()
		ended(RefusedGone)
		r.dial()
		r.clock.Advance(10 * time.Second)
		ended(RefusedTimeout)
		r.join("erin")
		r.clock.Advance(time.Minute)
		ended(LeftIdle)
		pending := []*peer{r.dial(), r.dial(), r.dial()}
		r.settle()
		r.dial()
		ended(RefusedPending)
		for n, p := range pending {
			p.send(fmt.Sprintf("name%d\n", n))
		}
		r.dial().want("L5: full at connect: only that line", "[SYSTEM]: the chat is full (3 clients), try again later\n"+markEnd)
		ended(RefusedFull)
		expect(t, "O2: nobody was lost count of", r.srv.Stats().Accepted, 14)
	})
}

func listenOn(ln net.Listener) func(network, address string) (net.Listener, error) {
	return func(string, string) (net.Listener, error) { return ln, nil }
}
