package chat

import (
	"bytes"
	"regexp"
)

// Other protocols are recognised by what they open with (O5): HTTP, SSH and PROXY
// version 1 by their first line, TLS and PROXY version 2 by their first bytes,
// which are no line. None of it becomes a name.
var (
	openingTLS   = []byte{0x16, 0x03}                  // RFC 8446, 5.1: a handshake record
	openingProxy = []byte("\r\n\r\n\x00\r\nQUIT\n")    // the PROXY protocol, version 2
	openingSSH   = regexp.MustCompile(`^SSH-\d\.\d+-`) // RFC 4253, 4.2
	// RFC 9112, 3: method, target, version.
	openingHTTP   = regexp.MustCompile(`^[!#$%&'*+.^_|~0-9A-Za-z-]+ \S+ HTTP/\d`)
	openingProxy1 = regexp.MustCompile(`^PROXY (TCP4|TCP6|UNKNOWN)\b`)
	// What is left of a request line that is too long to be kept: the methods a
	// web page may use without asking, and the others of RFC 9110, 9.
	openingLongHTTP = regexp.MustCompile(`^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) `)
)

// openingProxyLeast is how much of openingProxy nobody types: two empty lines are
// two tries at a name, the NUL behind them is not. What follows it would be the
// third, and come as late as it likes (W4).
const openingProxyLeast = len("\r\n\r\n\x00")

var (
	lineNotHTTP  = notice("HTTP/1.1 400 Bad Request: this port is a line chat, not a web server; connect with nc or telnet")
	lineNotTLS   = notice("this port is a line chat in plain text, not TLS; connect with nc or telnet")
	lineNotSSH   = notice("this port is a line chat, not SSH; connect with nc or telnet")
	lineNotProxy = notice("this port is a line chat and takes no PROXY header; connect to it directly")
)

// An opening is the first bytes of a connection, as many as it takes to recognise
// another protocol.
type opening struct {
	bytes [12]byte // len(openingProxy)
	n     uint8
	lines bool // a whole line was seen: the next is no first line
}

// add takes what was read next, and reports whether the first bytes are those of
// another protocol. There may never come a line end for them.
func (o *opening) add(p []byte) bool {
	o.n += uint8(copy(o.bytes[o.n:], p))
	return o.refusal() != nil
}

// refusal is the last line for those who open so, nil for anybody else.
func (o *opening) refusal() []byte {
	first := o.bytes[:o.n]
	switch {
	case bytes.HasPrefix(first, openingTLS):
		return lineNotTLS
	case len(first) >= openingProxyLeast && bytes.HasPrefix(openingProxy, first):
		return lineNotProxy
	}
	return nil
}

// refusalLine is the last line for those whose first line is line.
func (o *opening) refusalLine(line []byte) []byte {
	if o.lines {
		return nil
	}
	o.lines = true
	switch {
	case openingHTTP.Match(line):
		return lineNotHTTP
	case openingSSH.Match(line):
		return lineNotSSH
	case openingProxy1.Match(line):
		return lineNotProxy
	}
	return nil
}

// refusalLong is refusalLine for a first line that is too long.
func (o *opening) refusalLong() []byte {
	if o.lines {
		return nil
	}
	o.lines = true
	if openingLongHTTP.Match(o.bytes[:o.n]) {
		return lineNotHTTP
	}
	return nil
}
