package faultproxy

import "math"

// choice decides which connections one fault hits, by their number.
//
// Coins would do, but of 20 connections 5 % would in every third run be none. The
// multiples of the golden ratio fall evenly on a circle, however many there are; the
// seed turns the circle, and an arc of it is hit.
type choice struct {
	offset uint64
	arc    uint64 // of 2^64; the largest value means all
}

const golden = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio

func newChoice(seed uint64, fault int, percent float64) choice {
	c := choice{offset: mix(mix(seed) + uint64(fault)), arc: math.MaxUint64}
	if percent < 100 {
		c.arc = uint64(percent / 100 * (1 << 64))
	}
	return c
}

func (c choice) hits(number uint64) bool {
	return c.arc == math.MaxUint64 || c.offset+number*golden < c.arc
}

// mix spreads a seed over all bits (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x += golden
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
