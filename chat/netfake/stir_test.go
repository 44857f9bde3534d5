package netfake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/netfake"
)

// TestStirred: under command AppendStirred lists what has something to flush, once.
func TestStirred(t *testing.T) {
	n := netfake.New(netfake.Config{Command: true})
	a, _ := n.Pipe()
	b, peer := n.Pipe()
	n.AppendStirred(nil)
	_, err := peer.Hand().Write([]byte("x"))
	require.NoError(t, err)
	_, err = a.Hand().Write([]byte("y"))
	require.NoError(t, err)
	require.Equal(t, []*netfake.Conn{a, b}, n.AppendStirred(nil))
	require.Empty(t, n.AppendStirred(nil))

	segments, _ := b.In().Flush()
	require.Equal(t, 1, segments)
	require.Equal(t, []*netfake.Conn{b}, n.AppendStirred(nil), "something moved")
	segments, _ = b.In().Flush()
	require.Zero(t, segments)
	require.Empty(t, n.AppendStirred(nil), "nothing moved")

	require.NoError(t, b.Close())
	require.NoError(t, peer.Close())
	a.Probe()
	n.Flush()
	require.NotContains(t, n.AppendStirred(nil), b, "it is over")
}

// TestNews: News changes with all that ends a Read that would block.
func TestNews(t *testing.T) {
	a, b := netfake.New(netfake.Config{}).Pipe()
	changes := func(what string, f func()) {
		before := b.Hand().News()
		_, err := b.Hand().Read(make([]byte, 8))
		require.NoError(t, err)
		require.Equal(t, before, b.Hand().News(), "a Read changes nothing")
		f()
		require.NotEqual(t, before, b.Hand().News(), what)
	}
	changes("bytes", func() { _, _ = a.Hand().Write([]byte("x")) })
	_, _ = b.Hand().Read(make([]byte, 8))
	changes("the end", func() { require.NoError(t, a.CloseWrite()) })

	a, b = netfake.New(netfake.Config{}).Pipe()
	changes("a reset", func() { a.Reset() })
	_, b = netfake.New(netfake.Config{}).Pipe()
	changes("a break", func() { b.Break() })
	_, b = netfake.New(netfake.Config{}).Pipe()
	changes("the own close", func() { require.NoError(t, b.Close()) })
}
