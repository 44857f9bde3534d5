package chat

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestASCIINames: names in ASCII take a short way to what the tables say of them.
func TestASCIINames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shown := rapid.StringMatching(`[0-9A-Za-z][0-9A-Za-z._-]{0,31}`).Draw(t, "name")
		mapped, err := nameMapping.String(shown)
		require.NoError(t, err)
		key, err := keyOf(shown)
		require.NoError(t, err)
		require.Equal(t, mapped, key)
		require.Equal(t, skeletonByTable(shown), skeletonOf(shown))
		require.Equal(t, skeletonByTable(key), skeletonOf(key))
	})
}

// TestASCIISkeletons is about all of ASCII, in pairs.
func TestASCIISkeletons(t *testing.T) {
	for a := range rune(128) {
		for b := range rune(128) {
			s := string([]rune{a, b})
			require.Equal(t, skeletonByTable(s), skeletonOf(s), "%q", s)
		}
	}
}
