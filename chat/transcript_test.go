package chat

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// held is everything a transcript still holds, read through pieces of at most
// bytesMax bytes.
func held(log *transcript, bytesMax int) string {
	var text strings.Builder
	for at := log.tail(); at < log.head; {
		p := log.piece(at, log.head, bytesMax)
		if len(p.ends) == 0 {
			return text.String() + "<no progress>"
		}
		text.Write(p.text)
		at += uint64(len(p.ends))
	}
	return text.String()
}

// memory is what the chunks of a transcript take, counted one by one.
func memory(log *transcript) (bytes int) {
	for _, c := range log.chunks {
		bytes += cap(c.text) + 4*cap(c.ends) + 8*cap(c.authors)
	}
	return bytes
}

func line(n int) string { return fmt.Sprintf("[2006-01-02 15:04:05][a]: line %d\n", n) }

func TestTranscriptPositions(t *testing.T) {
	log := newTranscript(12 * lineBytesMax(1))
	expect(t, "M2: an empty transcript starts at position 0", log.head, 0)
	expect(t, "M2: an empty transcript has no line to read", log.tail(), log.head)
	for n := range 10 {
		log.append(0, []byte(line(n)))
	}
	expect(t, "M2: a line is a position", log.head, 10)
	for _, c := range []struct {
		reason   string
		from, to uint64
		bytes    int
		want     string
	}{
		{"L4: from the first line to the head", 0, 10, 1000, line(0) + line(1) + line(2) + line(3) + line(4) + line(5) + line(6) + line(7) + line(8) + line(9)},
		{"M2: from a line in the middle", 3, 5, 1000, line(3) + line(4)},
		{"M2: one line", 9, 10, 1000, line(9)},
		{"R4: no more bytes than asked for", 0, 10, 3*len(line(0)) - 1, line(0) + line(1)},
		{"R4: exactly as many bytes as asked for", 0, 10, 3 * len(line(0)), line(0) + line(1) + line(2)},
		{"R4: nothing where not even one line fits", 4, 10, len(line(0)) - 1, ""},
	} {
		expect(t, c.reason, string(log.piece(c.from, c.to, c.bytes).text), c.want)
	}
}

func TestTranscriptOwnLines(t *testing.T) {
	log := newTranscript(12 * lineBytesMax(1))
	for n, author := range []uint64{7, 7, 0, 8, 7, 0, 7} {
		log.append(author, []byte(line(n)))
	}
	for _, c := range []struct {
		reason   string
		from, to uint64
		author   uint64
		want     string
		left     uint64
	}{
		{"M4: own lines first, last and between", 0, 7, 7, line(2) + line(3) + line(5), 4},
		{"M4: from the middle of a chunk", 1, 5, 7, line(2) + line(3), 2},
		{"M4: nothing but own lines", 0, 2, 7, "", 2},
		{"M4: somebody who said nothing", 0, 3, 9, line(0) + line(1) + line(2), 0},
		{"M4: one line of one's own", 3, 4, 8, "", 1},
	} {
		got, left := log.piece(c.from, c.to, 1000).appendOthers([]byte("before "), c.author)
		expect(t, c.reason, string(got), "before "+c.want)
		expect(t, c.reason+": how many were left out", left, c.left)
	}
}

func TestTranscriptDropsByChunk(t *testing.T) {
	log := newTranscript(12 * lineBytesMax(1))
	var first piece
	var dropped *chunk
	n := 0
	for ; dropped == nil; n++ {
		dropped = log.append(uint64(n), []byte(line(n)))
		if n == 0 {
			first = log.piece(0, 1, 1000)
		}
	}
	expect(t, "R5: the oldest chunk goes first", dropped.first, 0)
	expect(t, "R4: the tail is behind the dropped chunk", log.tail(), uint64(len(dropped.ends)))
	expect(t, "R4: a dropped chunk names the authors of its lines", dropped.authors[1], 1)
	if dropped := len(dropped.ends); dropped > (n+7)/8 {
		t.Fatalf("R4: one chunk of %d lines went, of %d held: more than an eighth", dropped, n)
	}
	for range 10 * n {
		log.append(0, []byte(line(n)))
	}
	expect(t, "R5: a piece stays what it was after its chunk is dropped", string(first.text), line(0))
}

// TestTranscriptModel: M2, R4, R5 against a plain list of lines, for lines of any
// length the bound allows.
func TestTranscriptModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxMessage := rapid.IntRange(1, 300).Draw(t, "MaxMessage")
		bytesMax := 12*lineBytesMax(maxMessage) + rapid.IntRange(0, 3000).Draw(t, "spare bytes")
		log := newTranscript(bytesMax)
		var lines []string
		var authors []uint64
		var kept piece
		var keptText string
		length := rapid.IntRange(lineBytesMin, lineBytesMax(maxMessage))
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				text := strings.Repeat("x", length.Draw(t, "length")-1) + "\n"
				for range rapid.IntRange(1, 20).Draw(t, "times") {
					author := uint64(len(lines) % 3)
					lines, authors = append(lines, text), append(authors, author)
					tail := log.tail()
					dropped := log.append(author, []byte(text))
					if dropped == nil {
						expect(t, "R4: nothing is forgotten unsaid", log.tail(), tail)
						continue
					}
					expect(t, "R4: what is forgotten is one chunk", log.tail(), tail+uint64(len(dropped.ends)))
					expect(t, "R4: its lines are told with their authors", dropped.authors, authors[tail:log.tail()])
				}
			},
			"keep a piece": func(t *rapid.T) {
				if log.head > log.tail() {
					kept = log.piece(log.tail(), log.head, chunkBytesMax)
					keptText = string(kept.text)
				}
			},
			"read a piece": func(t *rapid.T) {
				if log.head == log.tail() {
					return
				}
				from := rapid.Uint64Range(log.tail(), log.head-1).Draw(t, "from")
				to := rapid.Uint64Range(from+1, log.head).Draw(t, "to")
				bytes := rapid.IntRange(0, 2*lineBytesMax(maxMessage)).Draw(t, "bytes")
				p := log.piece(from, to, bytes)
				end := from + uint64(len(p.ends))
				expect(t, "M3: a piece is the lines from its position", string(p.text), strings.Join(lines[from:end], ""))
				if len(p.text) > bytes || end > to {
					t.Fatalf("R4: a piece goes to %d with %d bytes, past %d or %d", end, len(p.text), to, bytes)
				}
				var want strings.Builder
				own := uint64(0)
				for i := from; i < end; i++ {
					if authors[i] == 1 {
						own++
					} else {
						want.WriteString(lines[i])
					}
				}
				got, left := p.appendOthers(nil, 1)
				expect(t, "M4: exactly one's own lines are left out", string(got), want.String())
				expect(t, "M4: and counted", left, own)
			},
			"": func(t *rapid.T) {
				expect(t, "M2: the head is the number of lines said", log.head, uint64(len(lines)))
				expect(t, "M3: what is held is what was said, in order", held(&log, chunkBytesMax), strings.Join(lines[log.tail():], ""))
				if got := memory(&log); got > bytesMax || got > log.bytes() || log.bytes() > bytesMax {
					t.Fatalf("R5: %d bytes held, %d told, %d allowed", got, log.bytes(), bytesMax)
				}
				expect(t, "M3: a piece in use never changes", string(kept.text), keptText)
			},
		})
	})
}
