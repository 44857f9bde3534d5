package chat

// A batch is what one Write will carry: pieces of the transcript and notices, in
// order, at most 64 KiB (R4). It refers to bytes that no longer change, so it is
// put together under the lock and written without it.
type batch struct {
	reader uint64 // whose own lines are left out
	parts  [batchParts]batchPart
	n      int
	size   int
	lines  uint64
	probe  bool // to be written even if there is nothing in it
}

// batchParts is more than a batch usually has: one piece, or two around the end
// of a chunk. The rest waits for the next batch.
const batchParts = 8

const (
	batchBytesMax = chunkBytesMax
	// missedBytesMax is room for "[SYSTEM]: you missed N lines\n".
	missedBytesMax = 64
)

// A batchPart is a notice, or a piece.
type batchPart struct {
	notice []byte
	piece  piece
	own    bool // the piece may hold lines of the reader's own
}

func (b *batch) reset(reader uint64) {
	clear(b.parts[:b.n])
	b.reader, b.n, b.size, b.lines, b.probe = reader, 0, 0, 0, false
}

func (b *batch) left() int          { return batchBytesMax - b.size }
func (b *batch) room() bool         { return b.n < batchParts && b.left() >= missedBytesMax }
func (b *batch) fits(size int) bool { return b.n == 0 || size <= b.left() }

func (b *batch) addNotice(text []byte) {
	b.parts[b.n].notice = text
	b.n++
	b.size += len(text)
}

func (b *batch) addPiece(p piece, own bool) {
	b.parts[b.n] = batchPart{piece: p, own: own}
	b.n++
	b.size += len(p.text)
	b.lines += uint64(len(p.ends))
}

// bytes returns what to write, and how many own lines it leaves out.
//
// This is the hot path. One unbroken piece, which is what nearly every batch is,
// is written from where it lies in the transcript, for all its readers: no copy, no
// allocation, whatever the number of lines. The rest is gathered in the writer's
// scratch buffer, since a second call would cost ten times the copy.
func (b *batch) bytes(scratch *[]byte) (text []byte, passed uint64) {
	if b.n == 1 && !b.parts[0].own {
		if p := &b.parts[0]; p.notice != nil {
			return p.notice, 0
		}
		return b.parts[0].piece.text, 0
	}
	if cap(*scratch) < b.size {
		// No more than it takes: a stuck reader pins its writer's (R5).
		*scratch = make([]byte, 0, min(max(b.size, 2*cap(*scratch)), batchBytesMax))
	}
	text = (*scratch)[:0]
	for i := range b.parts[:b.n] {
		p := &b.parts[i]
		switch {
		case p.notice != nil:
			text = append(text, p.notice...)
		case p.own:
			var left uint64
			text, left = p.piece.appendOthers(text, b.reader)
			passed += left
		default:
			text = append(text, p.piece.text...)
		}
		*p = batchPart{} // copied: a stuck write pins this or a chunk, not both
	}
	*scratch = text
	return text, passed
}
