package lab

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// lineMost is how long a line may be; a longer one is lost.
const lineMost = 8 << 10

var errTooLong = errors.New("line too long")

// A lineReader cuts lines from a connection.
type lineReader struct {
	conn    io.Reader
	r       *bufio.Reader
	fault   Fault
	pending []string // lines that a faulty reader has cut already
	buf     []byte
}

func newLineReader(conn io.Reader, fault Fault) *lineReader {
	size := lineMost
	if fault == CutsLong {
		size = 512
	}
	return &lineReader{conn: conn, r: bufio.NewReaderSize(conn, size), fault: fault}
}

// next returns the next line without its end; at the end of input what is left is a
// line too.
func (l *lineReader) next() (string, error) {
	switch l.fault {
	case OneRead, FirstOfRead, EndOfRead:
		return l.nextRead()
	}
	line, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		if l.fault == CutsLong {
			return string(line), nil
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		if err == nil {
			err = errTooLong
		}
		return "", err
	}
	if err != nil && len(line) == 0 {
		return "", err
	}
	return l.trim(string(line)), nil
}

// nextRead is next for those who take a Read for a message.
func (l *lineReader) nextRead() (string, error) {
	if len(l.pending) == 0 {
		if l.buf == nil {
			l.buf = make([]byte, 64<<10)
		}
		n, err := l.conn.Read(l.buf)
		if n == 0 {
			return "", err
		}
		text := string(bytes.TrimSuffix(l.buf[:n], []byte("\n")))
		switch l.fault {
		case OneRead:
			return text, nil
		case FirstOfRead:
			text, _, _ = strings.Cut(text, "\n")
			return text, nil
		}
		l.pending = strings.Split(text, "\n")
	}
	line := l.pending[0]
	l.pending = l.pending[1:]
	return l.trim(line), nil
}

func (l *lineReader) trim(line string) string {
	line = strings.TrimSuffix(line, "\n")
	if l.fault == KeepsCR {
		return line
	}
	return strings.TrimSuffix(line, "\r")
}

// clean replaces what acts on a terminal.
func clean(text string, fault Fault) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		invalid := r == utf8.RuneError && n == 1
		control := r < ' ' && r != '\t' || r >= 0x7F && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		keep := !invalid && !control || fault == OneRead && r == '\n' ||
			fault == RawCR && r == '\r' || fault == RawEscapes && r != '\r'
		switch {
		case fault == ASCIIOnly && r > 127:
			b.WriteByte('?')
		case keep && invalid:
			b.WriteByte(text[i])
		case keep:
			b.WriteRune(r)
		default:
			b.WriteRune(utf8.RuneError)
		}
		i += n
	}
	if fault == Squeezes {
		return strings.Join(strings.Fields(b.String()), " ")
	}
	return b.String()
}
