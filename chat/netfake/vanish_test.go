package netfake

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReboot(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(gone, peer *Conn)
		reset bool
	}{
		{"nobody asks, nobody is told", func(gone, _ *Conn) { gone.Vanish(); gone.Reboot() }, false},
		{"what comes later is answered", func(gone, peer *Conn) {
			gone.Vanish()
			gone.Reboot()
			peer.Write([]byte("x"))
		}, true},
		{"what came meanwhile is answered", func(gone, peer *Conn) {
			gone.Vanish()
			peer.Write([]byte("x"))
			assert.False(t, peer.Probe().Reset)
			gone.Reboot()
		}, true},
		{"what was on its way is answered", func(gone, peer *Conn) {
			gone.In().Hold()
			peer.Write([]byte("x"))
			gone.Vanish()
			gone.In().Heal()
			gone.Reboot()
		}, true},
		{"a FIN is answered", func(gone, peer *Conn) {
			gone.Vanish()
			peer.CloseWrite()
			gone.Reboot()
			assert.True(t, gone.In().Probe().Idle)
		}, true},
		{"also where the end was closed before", func(gone, peer *Conn) {
			gone.Close()
			gone.Vanish()
			gone.Reboot()
			peer.Write([]byte("x"))
			assert.Equal(t, Losses{FaultVanish: 1}, peer.Probe().Sent.Discarded)
		}, true},
		{"also where a reset was lost with it", func(gone, peer *Conn) {
			gone.Out().Hold()
			gone.Reset()
			gone.Vanish()
			gone.Out().Heal()
			gone.Reboot()
			assert.False(t, peer.Probe().Reset)
			peer.Write([]byte("x"))
		}, true},
		{"who has not vanished does not reboot", func(gone, peer *Conn) {
			gone.Close()
			gone.Reboot()
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			gone, peer := New(Config{}).Pipe()
			c.do(gone, peer)
			assert.Equal(t, c.reset, peer.Probe().Reset)
			assert.True(t, peer.Probe().Sent.Balanced())
		})
	}
}

func TestBothVanish(t *testing.T) {
	n := New(Config{})
	a, b := n.Pipe()
	a.Write([]byte("x"))
	a.Vanish()
	b.Vanish()
	a.Reboot()
	assert.Empty(t, n.Conns())
	assert.Equal(t, Losses{FaultVanish: 1}, n.Ledger().Discarded)
}
