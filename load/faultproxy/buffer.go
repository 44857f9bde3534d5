package faultproxy

import "sync"

const (
	smallRead = 2 << 10  // what an idle connection holds, each way
	largeRead = 64 << 10 // while bytes stream
)

var largeBuffers = sync.Pool{New: func() any { return new([largeRead]byte) }}

// readBuffer grows when a Read fills it and shrinks when one would have fitted the
// small one. The zero value is ready; free it.
type readBuffer struct {
	small []byte
	large *[largeRead]byte
}

// next is what to read into.
func (b *readBuffer) next() []byte {
	if b.large != nil {
		return b.large[:]
	}
	if b.small == nil {
		b.small = make([]byte, smallRead)
	}
	return b.small
}

// read is the n bytes that were read; they are good until next is called.
func (b *readBuffer) read(n int) []byte {
	p := b.next()[:n]
	switch {
	case b.large == nil && n == smallRead:
		b.large = largeBuffers.Get().(*[largeRead]byte)
	case b.large != nil && n < smallRead:
		b.small = append(b.small[:0], p...)
		p = b.small
		b.small = b.small[:smallRead]
		b.free()
	}
	return p
}

func (b *readBuffer) free() {
	if b.large != nil {
		largeBuffers.Put(b.large)
		b.large = nil
	}
}
