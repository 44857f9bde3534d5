package load

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
	"time"
)

// A message's text is
//
//	#s12.7: 5f0c91aa 00000b2d05e0 it goes on and on ... 9e107d9d
//
// sender and sequence as package check writes tags, the run, the time it was due in
// microseconds of the run, a body, and the CRC-32C of everything in front of it. The
// fields behind the tag have fixed widths, so that a receiver reads them in place.
type message struct {
	sender int
	seq    uint32 // counts from 1 for each sender
	run    uint32
	due    time.Duration // since the beginning of the run
}

const (
	runLen = 8
	dueLen = 12
	sumLen = 8
	// fixedLen is everything behind the tag but the body.
	fixedLen = runLen + 1 + dueLen + 1 + 1 + sumLen
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, v uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// hexPairs is each byte as two hexadecimal digits.
var hexPairs = newHexPairs()

func newHexPairs() (t [256]uint64) {
	for i := range t {
		t[i] = uint64(hexDigits[i>>4])<<8 | uint64(hexDigits[i&15])
	}
	return t
}

// hex8 is v as eight hexadecimal digits, the first one in the highest byte.
func hex8(v uint32) uint64 {
	return hexPairs[v>>24]<<48 | hexPairs[v>>16&255]<<32 | hexPairs[v>>8&255]<<16 | hexPairs[v&255]
}

// parseHex8 is the value of eight hexadecimal digits, all at once. Of other bytes it
// makes something: it is for what a checksum has proven.
func parseHex8(b []byte) uint64 {
	const ones = 0x0101010101010101
	x := binary.BigEndian.Uint64(b)
	x = x&(ones*15) + x>>6&ones*9
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return (x | x>>16) & 0xffffffff
}

// append appends the text, size bytes of it, or as many as the fields need.
func (m *message) append(dst []byte, seed uint64, size int, scripts bool) []byte {
	begin := len(dst)
	dst = append(dst, "#s"...)
	dst = strconv.AppendInt(dst, int64(m.sender), 10)
	dst = append(dst, '.')
	dst = strconv.AppendUint(dst, uint64(m.seq), 10)
	dst = append(dst, ": "...)
	dst = append(appendHex(dst, uint64(m.run), runLen), ' ')
	dst = append(appendHex(dst, uint64(m.due/time.Microsecond), dueLen), ' ')
	body := size - (len(dst) - begin) - 1 - sumLen
	dst = appendBody(dst, seed, m, body, scripts)
	dst = append(dst, ' ')
	return appendHex(dst, uint64(crc32.Checksum(dst[begin:], castagnoli)), sumLen)
}

// parseMessage reads a text in place. It reports false for a text that is no message of
// chatload's, or not a whole one.
func parseMessage(text []byte) (m message, ok bool) {
	if len(text) < 2 || text[0] != '#' || text[1] != 's' {
		return m, false
	}
	i := 2
	sender, i := parseNumber(text, i)
	if i >= len(text) || text[i] != '.' {
		return m, false
	}
	seq, i := parseNumber(text, i+1)
	if i+2+fixedLen > len(text) || text[i] != ':' || text[i+1] != ' ' {
		return m, false
	}
	i += 2
	end := len(text) - sumLen
	if binary.BigEndian.Uint64(text[end:]) != hex8(crc32.Checksum(text[:end], castagnoli)) {
		return m, false
	}
	run := parseHex8(text[i:])
	i += runLen + 1
	due := parseHex8(text[i:])<<16 | parseHex8(text[i+dueLen-8:])&0xffff
	return message{sender, uint32(seq), uint32(run), time.Duration(due) * time.Microsecond}, true
}

// parseNumber reads decimal digits from i on, at most nine.
func parseNumber(text []byte, i int) (n, end int) {
	most := min(len(text), i+9)
	for ; i < most && text[i]-'0' < 10; i++ {
		n = 10*n + int(text[i]-'0')
	}
	return n, i
}

// words are what bodies are made of.
var words = []string{"so", "it", "goes", "on", "and", "the", "room", "hears", "every", "line", "once", "in", "order"}

// wordsOfScripts are three bytes each, like most letters of the world.
var wordsOfScripts = []string{"ещё", "раз", "καὶ", "πάλι", "また", "話す", "다시", "말", "पुन", "שוב", "再", "ça", "va"}

// appendBody appends exactly n bytes, the same for the same seed and message.
func appendBody(dst []byte, seed uint64, m *message, n int, scripts bool) []byte {
	var key [8]byte
	binary.LittleEndian.PutUint32(key[:], uint32(m.sender))
	binary.LittleEndian.PutUint32(key[4:], m.seq)
	chance := rand.NewPCG(seed, binary.LittleEndian.Uint64(key[:]))
	from := words
	if scripts {
		from = wordsOfScripts
	}
	for n > 0 {
		w := from[chance.Uint64()%uint64(len(from))]
		if len(w)+1 > n {
			for ; n > 0; n-- {
				dst = append(dst, '.')
			}
			break
		}
		dst = append(append(dst, w...), ' ')
		n -= len(w) + 1
	}
	return dst
}
