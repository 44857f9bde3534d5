package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/check"
)

// rareOps are small worlds in which one operation does what it is there for.
var rareOps = []struct {
	mark     Mark
	serial   bool // under S alone: elsewhere what comes of it is luck, or it does nothing
	schedule string
}{
	{MarkMended, false, "join 0 0\njoin 0 1\npartition 0 0\nsay 0 9 9\nmend 0 0\nsay 0 9 9\n"},
	{MarkLost, false, "join 0 0\njoin 1 1\npartition 1 1\nsay 0 9 9\nmend 0 0\n"},
	{MarkLost, false, "join 0 0\njoin 1 1\ndrop 1 1\nsay 0 9 9\nmend 0 1\n"},
	{MarkDialRefused, false, "partition 0 0\ndial 0\n"},
	{MarkClogged, false, "join 0 0\njoin 1 1\nclog 0 9 1\nsay 1 9 9\npass 40 40\n"},
	{MarkBadLink, true, "join 0 0\njoin 1 1\nlink 0 0 9\nlink 0 1 0\nsay 1 9 9\nsay 0 9 9\npass 40 40\n"},
	{MarkBroken, false, "join 0 0\njoin 1 1\nbreak 0\n"},
	{MarkRebooted, false, "join 0 0\njoin 1 1\nvanish 0\nsay 0 9 9\nreboot 0\n"},
	{MarkStillborn, false, "stillborn 0 0 0\njoin 1 1\n"},
	{MarkBacklogFull, false, "backlog 0\ndial 0\n"},
	{MarkDialRefused, false, "refuse 0 1\n"},
	{MarkCarried, true, "option command 1\njoin 0 0\njoin 1 1\ncommand 0\nsay 0 9 9\nsay 1 9 9\ncarry 0 3 0\ncarry 0 4 2\ncarry 0 1 6\ncarry 0 5 1\ncarry 0 5 3\n"},
	{MarkSecondDoor, false, "listen\njoin 1 0\njoin 0 1\nsay 0 9 9\n"},
	{MarkDoorFailed, false, "listen\njoin 1 0\nfaillisten\njoin 1 1\nsay 0 9 9\n"},
	{MarkCancelled, false, "option write-buffer 1\noption read-buffer 1\njoin 0 0\njoin 1 1\nstall 0\nsay 0 9 9\nshutdown\ncancel\n"},
	{MarkCancelled, false, "option write-buffer 1\noption read-buffer 1\njoin 0 0\njoin 1 1\nvanish 0\nsay 0 9 9\nshutdown\n"},
	{MarkStoppedAgain, false, "option write-buffer 1\noption read-buffer 1\njoin 0 0\njoin 1 1\nstall 0\nsay 0 9 9\nstop 1\nagain 1\nagain 2\n"},
	{MarkStoppedAgain, true, "option write-buffer 1\noption read-buffer 1\njoin 0 0\njoin 1 1\nstall 0\nsay 0 9 9\nshutdown\nagain 0\n"},
	{MarkFuse, false, "join 0 0\nfuse 0 0\nsay 0 9 9\njoin 1 1\n"},   // the log
	{MarkVictim, false, "join 0 0\njoin 1 1\nfuse 1 0\nsay 0 9 9\n"}, // a clock's Elapsed, or Now
	{MarkVictim, true, "join 0 0\njoin 1 1\nfuse 6 1\nsay 0 9 9\n"},  // a lock
	{MarkTooSlow, false, "option write-millis 3000\noption read-buffer 50\noption write-buffer 1\noption rate-millis -1\njoin 0 0\njoin 1 1\npace 1 0 63\npaste 0 19 60\npass 60 60\n"},
	{MarkDrained, false, "option drain-millis 1300\noption write-buffer 1\noption read-buffer 1\njoin 0 0\nstall 0\nstop 1\npass 60 60\n"},
}

// TestRareOps: each does it, and no promise is broken by it, under any runner.
func TestRareOps(t *testing.T) {
	for _, runner := range runners(t) {
		for _, o := range rareOps {
			s, err := Parse(o.schedule)
			require.NoError(t, err)
			r := runner.run(t, s)
			if len(r.Violations) > 0 {
				t.Errorf("%s, %v:\n%s\n%s", runner.name, o.mark, s, r.Report())
			}
			if r.Marks[o.mark] == 0 && (runner.name == "S" || runner.name == "P" && !o.serial) {
				t.Errorf("%s never comes to %v:\n%s\n%s", runner.name, o.mark, s, r.Report())
			}
		}
	}
}

// TestVictims: as many sessions may end with an error as calls panicked, and not one
// more.
func TestVictims(t *testing.T) {
	serial := NewSerial()
	defer serial.Close()
	s, err := Parse("join 0 0\njoin 1 1\njoin 2 2\n")
	require.NoError(t, err)
	w := newWorld(s.Options, &serialEngine{&serial.serial})
	for _, op := range s.Ops {
		w.step(op)
	}
	require.Empty(t, w.verdict(), "all is well")
	for _, c := range w.clients[1:3] {
		c.obs.End = check.Reset
	}
	require.NotEmpty(t, w.verdict(), "nothing panicked")
	w.fuse.struck.Store(1)
	require.NotEmpty(t, w.verdict(), "one call panicked, two connections were reset")
	require.Equal(t, 1, w.fallen)
	w.fuse.struck.Store(2)
	require.Empty(t, w.verdict(), "two calls did")
}

// TestFuse: the call that panics is the one asked for, and only one that the server
// has to survive.
func TestFuse(t *testing.T) {
	f := &fuse{}
	f.kind.Store(uint32(callNow))
	f.left.Store(2)
	f.meet(callLock)
	f.meet(callNow)
	require.Panics(t, func() { f.meet(callNow) })
	f.meet(callNow)
	require.EqualValues(t, 1, f.struck.Load(), "once")

	f = &fuse{within: []string{"sim.inside"}}
	f.kind.Store(uint32(callNow))
	f.left.Store(1)
	f.meet(callNow)
	require.Panics(t, func() { inside(f) }, "where it counts")
}

//go:noinline
func inside(f *fuse) { f.meet(callNow) }

// TestEnding: package context finds the AfterFunc of the world's context, and starts
// nothing before it ends.
func TestEnding(t *testing.T) {
	e := newEnding()
	called := make(chan struct{})
	stop := context.AfterFunc(e, func() { close(called) })
	require.NoError(t, e.Err())
	f := e.end()
	require.NotNil(t, f)
	f()
	<-called
	require.ErrorIs(t, context.Cause(e), errEnded)
	require.False(t, stop())
	require.Nil(t, e.end(), "it has ended")

	e = newEnding()
	stop = context.AfterFunc(e, func() { t.Error("it was not to be called") })
	require.True(t, stop())
	require.Nil(t, e.end(), "nobody waits for it")
	_, timed := e.Deadline()
	require.False(t, timed)
	require.Nil(t, e.Value(time.Second))
}
