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

// hexValue is the value of each byte as a hexadecimal digit; 255 for those that are none.
var hexValue = newHexValue()

func newHexValue() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte(hexDigits) {
		t[c] = byte(i)
	}
	return t
}

func parseHex(b []byte) (v uint64, ok bool) {
	bad := byte(0)
	for _, c := range b {
		d := hexValue[c]
		bad |= d
		v = v<<4 | uint64(d&15)
	}
	return v, bad < 16
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
	run, ok1 := parseHex(text[i : i+runLen])
	i += runLen + 1
	due, ok2 := parseHex(text[i : i+dueLen])
	end := len(text) - sumLen
	sum, ok3 := parseHex(text[end:])
	if !ok1 || !ok2 || !ok3 || uint32(sum) != crc32.Checksum(text[:end], castagnoli) {
		return m, false
	}
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
