package sim

// A source is a stream of chance (splitmix64): all of it comes from its seed, on
// every machine and in every version of Go.
type source uint64

// newSource returns the stream of one purpose under a seed.
func newSource(seed uint64, purpose uint64) source {
	s := source(seed ^ purpose*0x9E3779B97F4A7C15)
	s.next()
	return s
}

func (s *source) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// n returns one of 0 to n-1, and 0 where n is less than 1.
func (s *source) n(n int) int {
	if n <= 1 {
		return 0
	}
	return int(uint64(uint32(s.next()>>32)) * uint64(n) >> 32)
}

// one is true once in n times.
func (s *source) one(n int) bool { return s.n(n) == 0 }

// of returns one of the values.
func (s *source) of(values ...int) int { return values[s.n(len(values))] }
