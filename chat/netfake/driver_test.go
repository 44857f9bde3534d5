package netfake

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A driver plays one story on a network that it commands, in one of the three
// ways in which tasks may run.
type driver struct {
	t      *testing.T
	net    *Network
	spawn  func(f func())
	until  func(func() bool) // lets tasks run until it holds
	listen *Listener
	log    []string
}

// TestDrivers tells the same story under plain goroutines, in a bubble, and under
// a runtime that runs one task at a time: with the same end.
func TestDrivers(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, play func(d *driver))
	}{
		{"goroutines", func(t *testing.T, play func(d *driver)) {
			var tasks sync.WaitGroup
			play(&driver{t: t, net: New(Config{Command: true}), spawn: tasks.Go, until: func(done func() bool) {
				for !done() {
					runtime.Gosched()
				}
			}})
			tasks.Wait()
		}},
		{"bubble", func(t *testing.T, play func(d *driver)) {
			synctest.Test(t, func(t *testing.T) {
				play(&driver{t: t, net: New(Config{Command: true}), spawn: func(f func()) { go f() }, until: func(done func() bool) {
					synctest.Wait()
					assert.True(t, done())
				}})
			})
		}},
		{"serial", func(t *testing.T, play func(d *driver)) {
			rt := &serialRuntime{}
			net := New(Config{Command: true, Runtime: rt})
			play(&driver{t: t, net: net, spawn: func(f func()) { rt.Go("", f) }, until: func(done func() bool) {
				for rt.turn() {
					probeAll(t, net) // between any two switches
				}
				assert.True(t, done())
			}})
		}},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, (*driver).play) })
	}
}

func probeAll(t *testing.T, n *Network) {
	for _, c := range n.Conns() {
		c.Out().Probe()
		c.Probe()
	}
	n.OpenEnds()
	require.True(t, n.Ledger().Balanced())
}

func (d *driver) play() {
	l, err := d.net.Listen("10.0.0.1:7")
	require.NoError(d.t, err)
	d.listen = l
	d.spawn(d.serve)
	one, two := d.dial(), d.dial()
	for _, c := range []*Conn{one, two} {
		c.Hand().Write([]byte("hello"))
	}
	d.pass(two, 5)
	d.pass(one, 2)
	one.Out().Hold()
	assert.Zero(d.t, one.Out().Pass(3))
	d.read(two)
	d.read(one)
	one.Out().Heal()
	d.pass(one, 3)
	d.read(one)

	two.Reset()
	one.Hand().CloseWrite()
	d.flush(func() bool { return len(d.net.OpenEnds()) == 1 })
	d.read(one)
	one.Hand().Close()
	l.InjectAcceptError(syscall.EINVAL)
	d.flush(func() bool { return len(d.net.Conns()) == 0 })
	assert.Equal(d.t, []string{`2 "hello" <nil>`, `1 "he" <nil>`, `1 "llo" <nil>`, `1 "" EOF`}, d.log)
	assert.Equal(d.t, Ledger{Written: 20, Delivered: 20}, d.net.Ledger())
}

// serve echoes until Accept fails.
func (d *driver) serve() {
	for {
		c, err := d.listen.Accept()
		if err != nil {
			d.listen.Close()
			return
		}
		d.spawn(func() {
			io.Copy(c, io.MultiReader(c)) // hides ReaderFrom and WriterTo
			c.Close()
		})
	}
}

func (d *driver) dial() *Conn {
	c, err := d.net.Dial("10.0.0.1:7")
	require.NoError(d.t, err)
	d.until(func() bool { return d.listen.Waiting() == 0 && c.Peer().Probe().BlockedReads == 1 })
	return c
}

// pass lets n bytes reach the server, and lets it answer.
func (d *driver) pass(c *Conn, n int) {
	before := c.In().Probe().Window
	require.Equal(d.t, n, c.Out().Pass(n))
	d.until(func() bool { return c.In().Probe().Window == before+n && c.Peer().Probe().BlockedReads == 1 })
}

func (d *driver) flush(done func() bool) {
	d.net.Flush()
	d.until(done)
	d.net.Flush()
}

func (d *driver) read(c *Conn) {
	c.In().Flush()
	p := make([]byte, 100)
	n, err := c.Hand().Read(p)
	d.log = append(d.log, fmt.Sprintf("%d %q %v", c.ID(), p[:n], err))
}
