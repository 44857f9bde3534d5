package sim

import "encoding/binary"

// A hash is over what happened: two runs that are the same have the same.
type hash uint64

func newHash() hash { return 0x2545F4914F6CDD1D }

func (h *hash) add(v uint64) {
	z := (uint64(*h) ^ v) * 0x9E3779B97F4A7C15
	*h = hash(z ^ z>>29)
}

func (h *hash) bytes(p []byte) {
	for ; len(p) >= 8; p = p[8:] {
		h.add(binary.LittleEndian.Uint64(p))
	}
	var rest [8]byte
	copy(rest[:], p)
	h.add(binary.LittleEndian.Uint64(rest[:]))
}
