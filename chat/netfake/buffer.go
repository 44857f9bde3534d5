package netfake

// buffer is a queue of bytes. It holds no memory while it is empty and large.
type buffer struct {
	data []byte // the queued bytes are data[head:]
	head int
}

// keepBytes is the largest memory an empty buffer keeps for its next bytes, and
// leastBytes the least it takes: the lines of a conversation are short.
const (
	keepBytes  = 4 << 10
	leastBytes = 256
)

func (b *buffer) len() int { return len(b.data) - b.head }

func (b *buffer) append(p []byte) {
	if b.head > 0 && len(b.data)+len(p) > cap(b.data) {
		b.compact(len(p))
	}
	if b.data == nil && 0 < len(p) && len(p) < leastBytes {
		b.data = make([]byte, 0, leastBytes)
	}
	b.data = append(b.data, p...)
}

// compact makes room for n more bytes: in place if at least half of the memory
// is spent, so that each byte is moved only a few times, else in new memory.
func (b *buffer) compact(n int) {
	queued := b.data[b.head:]
	into := b.data[:0]
	if b.head < len(queued) {
		into = make([]byte, 0, 2*len(queued)+n)
	}
	b.data, b.head = append(into, queued...), 0
}

// peek returns the first n bytes, valid until the next call.
func (b *buffer) peek(n int) []byte { return b.data[b.head : b.head+n] }

func (b *buffer) drop(n int) {
	b.head += n
	if b.head == len(b.data) {
		b.clear()
	}
}

// read copies and drops as much as fits into p.
func (b *buffer) read(p []byte) int {
	n := copy(p, b.data[b.head:])
	b.drop(n)
	return n
}

// clear drops everything and returns how much that was.
func (b *buffer) clear() int {
	n := b.len()
	b.head = 0
	b.data = b.data[:0]
	if cap(b.data) > keepBytes {
		b.data = nil
	}
	return n
}
