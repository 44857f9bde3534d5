package chat

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/chatd/chat/netfake"
)

// A fuse makes one kind of call panic: the call numbered at, counted from 0, and,
// if always, those after it.
type fuse struct {
	call   string
	at     int
	always bool
	look   func(call string) // if not nil, sees every call

	mu    sync.Mutex
	calls int
	blown int  // how many calls have panicked
	out   bool // no call panics any more, or yet
}

func (f *fuse) hit(call string) {
	if f.look != nil {
		f.look(call)
	}
	if f.blows(call) {
		panic("fuse: " + call)
	}
}

func (f *fuse) blows(call string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.call != call || f.out {
		return false
	}
	n := f.calls
	f.calls++
	if n == f.at || f.always && n > f.at {
		f.blown++
		return true
	}
	return false
}

func (f *fuse) putIn() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = false
}

// takeOut makes everything work again, and returns how many calls had panicked.
func (f *fuse) takeOut() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = true
	return f.blown
}

// A brittleConn is a connection whose calls may panic.
type brittleConn struct {
	*netfake.Conn
	fuse *fuse
}

func (c *brittleConn) Read(p []byte) (int, error) {
	c.fuse.hit("Read")
	return c.Conn.Read(p)
}

func (c *brittleConn) Write(p []byte) (int, error) {
	c.fuse.hit("Write")
	return c.Conn.Write(p)
}

func (c *brittleConn) Close() error {
	c.fuse.hit("Close")
	return c.Conn.Close()
}

func (c *brittleConn) CloseWrite() error {
	c.fuse.hit("CloseWrite")
	return c.Conn.CloseWrite()
}

func (c *brittleConn) SetReadDeadline(t time.Time) error {
	c.fuse.hit("SetReadDeadline")
	return c.Conn.SetReadDeadline(t)
}

func (c *brittleConn) SetWriteDeadline(t time.Time) error {
	c.fuse.hit("SetWriteDeadline")
	return c.Conn.SetWriteDeadline(t)
}

func (c *brittleConn) SetLinger(sec int) error {
	c.fuse.hit("SetLinger")
	return c.Conn.SetLinger(sec)
}

func (c *brittleConn) RemoteAddr() net.Addr {
	c.fuse.hit("RemoteAddr")
	return c.Conn.RemoteAddr()
}

// brittleAddr is where brittle connections come from.
const brittleAddr = "10.0.0.66"

// serveBrittle serves, on a listener of its own, connections that blow f if they
// come from brittleAddr.
func (r *rig) serveBrittle(f *fuse) {
	r.ln = r.listen()
	ln := wrapListener{r.ln, func(c net.Conn) net.Conn {
		if !strings.HasPrefix(c.RemoteAddr().String(), brittleAddr) {
			return c
		}
		return &brittleConn{c.(*netfake.Conn), f}
	}}
	r.async(func() error { return r.srv.Serve(ln) })
}

func (r *rig) dialBrittle() *peer {
	c, err := r.net.DialFrom(brittleAddr, r.ln.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	return &peer{c, r}
}

// try sends without minding whether the connection still takes it.
func (p *peer) try(text string) {
	_, _ = p.Write([]byte(text))
	p.r.settle()
}

// brittleEnds are the ways a session of mallory's may end.
var brittleEnds = map[string]func(r *rig, mallory *peer){
	"quits":       func(_ *rig, m *peer) { m.try("/quit\n") },
	"half-closes": func(_ *rig, m *peer) { _ = m.CloseWrite() },
	"resets":      func(_ *rig, m *peer) { m.Reset() },
	"is kicked":   func(r *rig, m *peer) { r.srv.Kick("mallory") },
	"idles":       func(r *rig, m *peer) { r.clock.Advance(30 * time.Second) },
	"stalls": func(r *rig, m *peer) {
		m.stall()
		m.try("/help\n")
		r.clock.Advance(11 * time.Second)
	},
	"gives no name": nil,
}

// TestPanicConn: E5, whatever call on a connection panics, once or from then on,
// and however the session ends: the others are served on, it is counted and logged,
// no lock stays held, no name and no place stays taken.
func TestPanicConn(t *testing.T) {
	calls := []string{"RemoteAddr", "Read", "Write", "Close", "CloseWrite", "SetReadDeadline", "SetWriteDeadline", "SetLinger"}
	blown := map[string]int{}
	for _, call := range calls {
		for end, finish := range brittleEnds {
			for at := range 3 {
				for _, always := range []bool{false, true} {
					f := &fuse{call: call, at: at, always: always}
					what := fmt.Sprintf("E5: %s %d panics (on and on: %v), mallory %s", call, at, always, end)
					panicConn(t, what, f, finish)
					blown[call] += f.blown
				}
			}
		}
	}
	for _, call := range calls {
		if blown[call] == 0 {
			t.Errorf("E5: %s never panicked: the test has lost its teeth", call)
		}
	}
}

func panicConn(t *testing.T, what string, f *fuse, finish func(*rig, *peer)) {
	t.Helper()
	// A minute's idling ends mallory; alice stays awake by what she says.
	cfg := Config{MaxClients: 3, MaxPerIP: 3, IdleTimeout: time.Minute, WriteTimeout: 10 * time.Second, LingerTimeout: 2 * time.Second}
	inRig(t, cfg, func(t *testing.T, r *rig) {
		r.serveBrittle(f)
		alice := r.join("alice")
		mallory := r.dialBrittle()
		if finish != nil {
			mallory.try("mallory\n")
			mallory.try("hi\n")
			mallory.try("/who\n")
			alice.send("hello\n")
			finish(r, mallory)
		}
		alice.send("still here\n")
		r.clock.Advance(31 * time.Second)
		alice.send("and on\n")
		r.clock.Advance(31 * time.Second) // every timeout has come
		alice.read()
		st := r.wantStats(what)
		expect(t, what+": no place stays taken", []int{st.Active, st.Pending, st.Closing, len(r.srv.perIP)}, []int{1, 0, 0, 1})
		blown := f.takeOut()
		expect(t, what+": every panic is counted", st.Panics, uint64(blown))
		expect(t, what+": and logged", r.log.count("panic"), blown)
		if blown > 0 {
			expectIn(t, what+": with its stack", r.log.text(), "fuse: "+f.call, "goroutine", "brittleConn")
		}
		mallory.Close()
		again := r.join("mallory")
		alice.want(what+": the name is free and the others are served on", shownNow(r)+"[SYSTEM]: mallory has joined our chat...\n")
		again.send("hi\n")
		alice.want(what+": and the newcomer too", shownNow(r)+"[mallory]: hi\n")
	})
}

// TestPanicLeave: E1, E5, the others read that it was an error, once.
func TestPanicLeave(t *testing.T) {
	for _, call := range []string{"Read", "Write"} {
		f := &fuse{call: call, always: true, out: true}
		inRig(t, Config{}, func(t *testing.T, r *rig) {
			r.serveBrittle(f)
			alice, mallory := r.join("alice"), r.dialBrittle()
			mallory.send("mallory\n")
			alice.read()
			f.putIn()
			mallory.send("hi\n") // after it comes the next Read
			alice.send("ho\n")   // and a Write
			expectIn(t, "E5: "+call+" panics", alice.read(), "[mallory]: hi\n", "mallory has left our chat... (error)\n")
			alice.want("E1: one leave line", "")
		})
	}
}

// TestPanicAtPrompt: E5, a panic at the prompt is no leave.
func TestPanicAtPrompt(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		r.serveBrittle(&fuse{call: "Read"})
		alice := r.join("alice")
		r.dialBrittle().want("E5: the connection ends", rigGreeting+markEnd)
		st := r.wantStats("O2")
		expect(t, "E5: for an error, at the prompt", []uint64{st.Ended[RefusedError], st.Ended[LeftError]}, []uint64{1, 0})
		alice.want("E1: nobody left", "")
		expectIn(t, "O3: the log tells where it stood", r.log.text(), "msg=refused", "state=authenticating reason=error")
	})
}

// TestPanicGather: E5, a panic while the writer puts together what one client is to
// read ends that client's session, and nothing waits for it for ever.
func TestPanicGather(t *testing.T) {
	inRig(t, Config{History: -1}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		bob.send("one\n")
		alice.read()
		alice.stall()
		bob.send("two\n")
		bob.send("three\n") // it waits for alice in the chunk
		bob.read()
		func() {
			r.srv.lock.Lock()
			defer r.srv.lock.Unlock()
			r.srv.room.log.last().ends = nil
		}()
		alice.resume()
		expectIn(t, "E5: its write ends the session", bob.read(), "[SYSTEM]: alice has left our chat... (error)\n")
		st := r.wantStats("E5")
		expect(t, "E5: it is counted, and nothing of it is left", []int{int(st.Panics), int(st.Ended[LeftError]), st.Active, st.Closing, st.Writers}, []int{1, 1, 1, 0, 0})
		again := r.join("alice")
		bob.read()
		again.send("back\n")
		bob.want("E5: the others are served on", rigTime+"[alice]: back\n")
		stop := r.async(r.srv.Stop)
		r.settle()
		again.Close()
		bob.Close()
		r.want("E3: a stop does not wait for it", stop, nil)
	})
}

// TestPanicTimer: E5, timers that can be neither stopped nor set again keep no
// connection open and nobody at the prompt.
func TestPanicTimer(t *testing.T) {
	for _, call := range []string{"Timer.Stop", "Timer.Reset"} {
		f := &fuse{call: call, always: true, out: true}
		clock := netfake.NewManualClock(rigStart)
		inRig(t, Config{Clock: brittleClock{clock, f}, LingerTimeout: time.Second}, func(t *testing.T, r *rig) {
			clock.Settle = r.clock.Settle
			r.clock = clock
			alice, prompt, late := r.join("alice"), r.dial(), r.dial()
			r.settle()
			f.putIn()
			late.send("bob\n") // its login timer cannot be stopped
			prompt.send("?\n?\n?\n")
			alice.send("/quit\n")
			r.clock.Advance(time.Minute)
			if f.takeOut() == 0 {
				t.Fatalf("E5: %s never panicked: the test has lost its teeth", call)
			}
			st := r.wantStats("E5: " + call)
			expect(t, "E5: nobody is stuck at the prompt", []int{st.Pending, st.Closing}, []int{0, 0})
			for _, p := range []*peer{alice, prompt} {
				expect(t, "E5: the connection is closed", p.Probe().PeerClosed, true)
			}
			r.join("alice")
		})
	}
}

func shownNow(r *rig) string { return r.clock.Now().Format("[2006-01-02 15:04:05]") }

// A brittleClock is a clock whose calls may panic.
type brittleClock struct {
	*netfake.ManualClock
	fuse *fuse
}

func (c brittleClock) Now() time.Time {
	c.fuse.hit("Now")
	return c.ManualClock.Now()
}

func (c brittleClock) Elapsed() time.Duration {
	c.fuse.hit("Elapsed")
	return c.ManualClock.Elapsed()
}

func (c brittleClock) AfterFunc(d time.Duration, f func()) Timer {
	c.fuse.hit("AfterFunc")
	return brittleTimer{c.ManualClock.AfterFunc(d, f), c.fuse}
}

// A brittleTimer is a timer whose calls may panic.
type brittleTimer struct {
	Timer
	fuse *fuse
}

func (t brittleTimer) Stop() bool {
	t.fuse.hit("Timer.Stop")
	return t.Timer.Stop()
}

func (t brittleTimer) Reset(d time.Duration) bool {
	t.fuse.hit("Timer.Reset")
	return t.Timer.Reset(d)
}

// playBrittle is a chat that meets, while f is in, every clock and every lock a
// session has to do with. Whoever is hit comes back.
func playBrittle(r *rig) {
	for round := range 2 {
		p := r.dial()
		p.try(fmt.Sprintf("guest%d\n", round))
		for range 7 { // over its rate
			p.try("hi\n")
		}
		p.try("/who\n/name other\n/me waves\n/msg nobody hi\n")
		r.clock.Advance(5 * time.Second)
		p.try("/quit\n")
		idle, silent := r.dial(), r.dial()
		idle.try("idle\n")
		r.clock.Advance(11 * time.Second)
		for _, p := range []*peer{p, idle, silent} {
			p.Close()
		}
		r.settle()
	}
}

// wantWorking checks, with the fuse out, that nothing is held or broken.
func (r *rig) wantWorking(what string) {
	r.t.Helper()
	st := r.wantStats(what)
	expect(r.t, what+": no place stays taken", []int{st.Active, st.Pending, st.Closing, len(r.srv.perIP)}, []int{0, 0, 0, 0})
	for _, name := range []string{"idle", "other", "guest0", "guest1"} {
		r.join(name)
	}
	alice, bob := r.join("alice"), r.join("bob")
	alice.read()
	bob.send("hi\n")
	alice.want(what+": it serves on", shownNow(r)+"[bob]: hi\n")
	alice.stall()
	bob.send("more\n")
	r.clock.Advance(3 * time.Second)
	expect(r.t, what+": WriteTimeout goes on", r.srv.Stats().Ended[LeftSlow], st.Ended[LeftSlow]+1)
	r.clock.Advance(10 * time.Second)
	expectIn(r.t, what+": and IdleTimeout", bob.read(), "idle for too long")
}

// TestPanicClock: E5, for every single call the server makes of its clock.
func TestPanicClock(t *testing.T) {
	for _, call := range []string{"Now", "Elapsed", "AfterFunc", "Timer.Stop", "Timer.Reset"} {
		for at := 0; ; at++ {
			f := &fuse{call: call, at: at}
			what := fmt.Sprintf("E5: %s %d panics", call, at)
			clock := netfake.NewManualClock(rigStart)
			inRig(t, Config{Clock: brittleClock{clock, f}, LoginTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second, WriteTimeout: 3 * time.Second}, func(t *testing.T, r *rig) {
				clock.Settle = r.clock.Settle
				r.clock = clock
				playBrittle(r)
				blown := f.takeOut()
				expect(t, what+": it is counted", r.srv.Stats().Panics, uint64(blown))
				expect(t, what+": and logged", r.log.count("panic"), blown)
				r.wantWorking(what)
			})
			if f.blown == 0 {
				if at < 10 {
					t.Errorf("E5: %s was called %d times only", call, at)
				}
				break
			}
		}
	}
}

// A brittleRuntime is a runtime whose locks may panic when taken.
type brittleRuntime struct {
	*countingRuntime
	fuse *fuse
}

type brittleLock struct {
	sync.Locker
	fuse *fuse
}

func (l brittleLock) Lock() {
	l.fuse.hit("Lock")
	l.Locker.Lock()
}

func (r brittleRuntime) NewMutex() sync.Locker {
	return brittleLock{r.countingRuntime.NewMutex(), r.fuse}
}

func (r brittleRuntime) NewCond(l sync.Locker) Cond { return sync.NewCond(l.(brittleLock).Locker) }

// TestPanicLock: E5, for every single time the server takes its lock.
func TestPanicLock(t *testing.T) {
	for at := 0; ; at++ {
		f := &fuse{call: "Lock", at: at, out: true}
		what := fmt.Sprintf("E5: Lock %d panics", at)
		tasks := &countingRuntime{}
		inRig(t, Config{Runtime: brittleRuntime{tasks, f}, LoginTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second, WriteTimeout: 3 * time.Second}, func(t *testing.T, r *rig) {
			r.tasks = tasks
			r.settle()
			f.putIn()
			playBrittle(r)
			blown := f.takeOut()
			expect(t, what+": it is counted", r.srv.Stats().Panics, uint64(blown))
			r.wantWorking(what)
		})
		if f.blown == 0 {
			break
		}
	}
}

// TestPanicStop: E3, E5: a stop gets past connections that panic.
func TestPanicStop(t *testing.T) {
	for _, call := range []string{"Write", "Close", "CloseWrite", "SetReadDeadline", "SetLinger"} {
		for _, stop := range []struct {
			reason string
			f      func(*Server) error
		}{{"Stop", (*Server).Stop}, {"Close", (*Server).Close}} {
			f := &fuse{call: call, always: true, out: true}
			inRig(t, Config{}, func(t *testing.T, r *rig) {
				r.serveBrittle(f)
				one := r.dialBrittle()
				one.send("one\n")
				alice := r.join("alice")
				two := r.dialBrittle()
				two.send("two\n")
				alice.read()
				f.putIn()
				stopped := r.async(func() error { return stop.f(r.srv) })
				r.settle()
				if stop.reason == "Stop" {
					alice.want("E3: past a "+call+" that panics, the others read the last line", stopLine+markEnd)
				}
				alice.Close()
				r.clock.Advance(5 * time.Second)
				if !stopped.over() {
					t.Fatalf("E3: past a %s that panics, %s does not return", call, stop.reason)
				}
				one.Close()
				two.Close()
			})
		}
	}
}

// TestPanicLog: O3, E5: a log handler that panics, in either method, costs its
// records and nothing else.
func TestPanicLog(t *testing.T) {
	for _, call := range []string{"Enabled", "Handle"} {
		f := &fuse{call: call, always: true}
		inRig(t, Config{Logger: slog.New(brittleHandler{slog.DiscardHandler, f})}, func(t *testing.T, r *rig) {
			alice, bob := r.join("alice"), r.join("bob")
			alice.read()
			bob.send("hi\n")
			alice.want("O3: it serves on", rigTime+"[bob]: hi\n")
			st := r.srv.Stats()
			expect(t, "O3: each lost record is counted", []uint64{st.LogDropped, st.Panics}, []uint64{2, 2})
		})
	}
}

type brittleHandler struct {
	slog.Handler
	fuse *fuse
}

func (h brittleHandler) Enabled(context.Context, slog.Level) bool {
	h.fuse.hit("Enabled")
	return true
}

func (h brittleHandler) Handle(context.Context, slog.Record) error {
	h.fuse.hit("Handle")
	return nil
}

// TestPanicAccept: E5, a listener that panics ends its own Serve; the others and
// those inside are served on.
func TestPanicAccept(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice := r.join("alice")
		bad := r.async(func() error { return r.srv.Serve(brittleListener{r.listen()}) })
		r.settle()
		if !bad.over() || bad.err == nil || !strings.Contains(bad.err.Error(), "panic: fuse: Accept") {
			t.Fatalf("E5: Serve on a listener that panics: %v", bad.err)
		}
		r.join("bob").send("hi\n")
		expectIn(t, "E5: it serves on", alice.read(), "[bob]: hi\n")
		expect(t, "E5: it is counted", r.srv.Stats().Panics, 1)
		expect(t, "E5: and logged", r.log.count("panic"), 1)
	})
}

type brittleListener struct{ net.Listener }

func (brittleListener) Accept() (net.Conn, error) { panic("fuse: Accept") }
