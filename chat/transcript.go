package chat

import "sort"

// A transcript is the room's one append-only sequence of encoded lines, and
// whoever may read it holds a position in it, a plain number. The order of the
// lines is the order of the room (M2); history, live lines, lag and the place of
// a private answer are all positions, so none can disagree with another.
//
// The lines lie in chunks. Bytes below a chunk's length never change again, so a
// reader that took a piece under the lock may go on reading it without. The oldest
// chunk is dropped when the next would exceed the bound (R5).
//
// The server's lock guards a transcript.
type transcript struct {
	chunks     []*chunk // oldest first; the last one is being filled
	chunkBytes int      // capacity of a chunk's text
	chunksMax  int
	head       uint64 // position of the next line
}

// A chunk holds consecutive lines. Its slices never move: a reader outside the
// lock keeps its own slice headers of them (see piece).
type chunk struct {
	first   uint64   // position of the first line
	text    []byte   // the lines, one after the other
	ends    []uint32 // ends[i] is where line i ends in text
	authors []uint64 // authors[i] is the session that does not read line i, 0 for none
}

const (
	// chunkBytesMax is what one write takes at most (R4), so that a whole
	// chunk can go out in one. A stuck reader pins one chunk.
	chunkBytesMax = 64 << 10
	// lineBytesMin makes room in a chunk's index: the shortest line,
	// "[2006-01-02 15:04:05][a]: b\n", has 28 bytes.
	lineBytesMin   = 28
	lineIndexBytes = 4 + 8
)

// chunkCost is the memory of a chunk with that much text, its index included.
func chunkCost(textBytes int) int {
	return textBytes + textBytes/lineBytesMin*lineIndexBytes
}

// newTranscript returns an empty transcript that never holds more than bytesMax
// bytes, in at least 8 chunks: dropping one forgets at most an eighth.
func newTranscript(bytesMax int) transcript {
	chunkBytes := min(chunkBytesMax, bytesMax/8*lineBytesMin/(lineBytesMin+lineIndexBytes))
	return transcript{chunkBytes: chunkBytes, chunksMax: bytesMax / chunkCost(chunkBytes)}
}

// tail is the position of the oldest line still held.
func (t *transcript) tail() uint64 {
	if len(t.chunks) == 0 {
		return t.head
	}
	return t.chunks[0].first
}

// bytes is the memory held.
func (t *transcript) bytes() int { return len(t.chunks) * chunkCost(t.chunkBytes) }

// append adds one line, which must fit a chunk, and returns the chunk that was
// dropped for it, if any.
func (t *transcript) append(author uint64, line []byte) (dropped *chunk) {
	c := t.last()
	if c == nil || len(c.text)+len(line) > cap(c.text) || len(c.ends) == cap(c.ends) {
		c, dropped = t.grow()
	}
	c.text = append(c.text, line...)
	c.ends = append(c.ends, uint32(len(c.text)))
	c.authors = append(c.authors, author)
	t.head++
	return dropped
}

// oldest is the chunk that goes next, nil where there is none.
func (t *transcript) oldest() *chunk {
	if len(t.chunks) == 0 {
		return nil
	}
	return t.chunks[0]
}

// hasOthers says whether a line of the chunk, from position from on, is not
// author's.
func (c *chunk) hasOthers(from, author uint64) bool {
	for i, a := range c.authors {
		if c.first+uint64(i) >= from && a != author {
			return true
		}
	}
	return false
}

func (t *transcript) last() *chunk {
	if len(t.chunks) == 0 {
		return nil
	}
	return t.chunks[len(t.chunks)-1]
}

func (t *transcript) grow() (c, dropped *chunk) {
	if len(t.chunks) == t.chunksMax {
		dropped = t.chunks[0]
		t.chunks[0] = nil
		t.chunks = t.chunks[1:]
	}
	lines := t.chunkBytes / lineBytesMin
	c = &chunk{
		first:   t.head,
		text:    make([]byte, 0, t.chunkBytes),
		ends:    make([]uint32, 0, lines),
		authors: make([]uint64, 0, lines),
	}
	t.chunks = append(t.chunks, c)
	return c, dropped
}

// A piece is an unbroken run of lines within one chunk. It stays valid, and
// readable without the lock, after the chunk is dropped.
type piece struct {
	text    []byte
	start   uint32 // where text began in its chunk: what ends are counted from
	ends    []uint32
	authors []uint64
}

// piece returns the lines from position from, which must be held, up to position
// to or the end of the chunk or bytesMax, whichever comes first.
func (t *transcript) piece(from, to uint64, bytesMax int) piece {
	i := sort.Search(len(t.chunks), func(i int) bool { return t.chunks[i].first > from }) - 1
	c := t.chunks[i]
	lo := int(from - c.first)
	hi := int(min(to-c.first, uint64(len(c.ends))))
	var start uint32
	if lo > 0 {
		start = c.ends[lo-1]
	}
	if int(c.ends[hi-1]-start) > bytesMax {
		hi = lo + sort.Search(hi-lo, func(i int) bool { return int(c.ends[lo+i]-start) > bytesMax })
	}
	if hi == lo {
		return piece{}
	}
	return piece{
		text:    c.text[start:c.ends[hi-1]],
		start:   start,
		ends:    c.ends[lo:hi],
		authors: c.authors[lo:hi],
	}
}

// appendOthers appends the piece's lines to dst, leaving out those of author, and
// returns how many it left out.
func (p piece) appendOthers(dst []byte, author uint64) (_ []byte, left uint64) {
	run := uint32(0) // start of the lines not yet copied
	for i, a := range p.authors {
		if a != author {
			continue
		}
		left++
		begin := uint32(0)
		if i > 0 {
			begin = p.ends[i-1] - p.start
		}
		dst = append(dst, p.text[run:begin]...)
		run = p.ends[i] - p.start
	}
	return append(dst, p.text[run:]...), left
}
