package chat

// buffers are the read buffers of busy sessions. An idle session waits with a
// small one of its own; one whose read filled its buffer borrows 64 KiB for the
// next: buffers of 4 KiB halve the lines that go out in one write. They are few,
// or clients could make the server hold one each; whoever finds none goes on with
// the small one.
//
// The server's lock guards it.
type buffers struct {
	free [][]byte
	lent int
}

const (
	bigBuffer  = 64 << 10
	bigBuffers = 16
)

// get returns a buffer, or nil when all are lent.
func (b *buffers) get() []byte {
	if b.lent == bigBuffers {
		return nil
	}
	b.lent++
	if n := len(b.free); n > 0 {
		buf := b.free[n-1]
		b.free = b.free[:n-1]
		return buf
	}
	return make([]byte, bigBuffer)
}

func (b *buffers) put(buf []byte) {
	b.lent--
	b.free = append(b.free, buf)
}
