package faultproxy

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestChoiceIsItsShare: of any run of numbers a fault hits its share, give or take
// the few that the golden ratio allows.
func TestChoiceIsItsShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := rapid.Float64Range(0.1, 100).Draw(t, "percent")
		c := newChoice(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 9).Draw(t, "fault"), percent)
		first := rapid.Uint64().Draw(t, "first")
		n := rapid.IntRange(1, 10000).Draw(t, "n")
		require.InDelta(t, percent/100*float64(n), float64(count(c, first, n)), 4)
	})
}

func count(c choice, first uint64, n int) (hit int) {
	for i := range n {
		if c.hits(first + uint64(i)) {
			hit++
		}
	}
	return hit
}

func TestChoiceOfAllIsAll(t *testing.T) {
	for seed := range uint64(100) {
		require.Equal(t, 1000, count(newChoice(seed, 0, 100), 0, 1000))
	}
}

// TestChoiceIsTheSeeds: the same seed chooses the same, another seed or another fault
// chooses others.
func TestChoiceIsTheSeeds(t *testing.T) {
	chosen := func(seed uint64, fault int) (all []uint64) {
		c := newChoice(seed, fault, 20)
		for n := range uint64(100) {
			if c.hits(n) {
				all = append(all, n)
			}
		}
		return all
	}
	require.Equal(t, chosen(1, 0), chosen(1, 0))
	require.NotEqual(t, chosen(1, 0), chosen(2, 0))
	require.NotEqual(t, chosen(1, 0), chosen(1, 1))
	require.Equal(t, []uint64{6, 11, 14, 19, 27, 32, 40, 45, 48, 53, 61, 66, 69, 74, 79, 82, 87, 95},
		chosen(1, 0), "pinned: recorded seeds must go on meaning the same")
}
