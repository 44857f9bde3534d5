package faultproxy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadBuffer: it is large while bytes stream, and only then.
func TestReadBuffer(t *testing.T) {
	var b readBuffer
	for range 2 {
		require.Len(t, b.next(), smallRead)
		require.Len(t, b.read(smallRead-1), smallRead-1)
		require.Len(t, b.next(), smallRead)
		b.next()[0] = 's'
		require.Equal(t, byte('s'), b.read(smallRead)[0])
		require.Len(t, b.next(), largeRead)
		require.Len(t, b.read(smallRead), smallRead)
		require.Len(t, b.next(), largeRead)
		b.next()[0] = 'l'
		require.Equal(t, byte('l'), b.read(smallRead - 1)[0])
		require.Nil(t, b.large)
	}
	b.read(smallRead)
	b.free()
	require.Nil(t, b.large)
}
