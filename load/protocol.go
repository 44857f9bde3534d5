package load

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A protocol is how a server speaks. All of them are lines to chatload: what is no
// message is told by a few words, and a message is recognised by its text, wherever it
// stands in a line.
type protocol struct {
	sizeMax     int  // bytes of a text
	sendersRead bool // whether who talks reads what the others say
	// oneOrder says that all receivers read all senders in one order. Where a server only
	// promises an order for each sender, as NATS does, no more is judged.
	oneOrder bool

	// prompt is what is waited for before hello is sent; "" where the client begins.
	prompt string
	// hello is what a client sends to come in. One that does not read only talks.
	hello func(name string, reads bool) string
	// said appends text as the client name sends it.
	said func(dst []byte, name string, text []byte) []byte
	// scan says what a line is, without its end, to the client name.
	scan func(line []byte, name string) (kind, []byte)
}

// A kind is what a line from the server is.
type kind uint8

const (
	lineOther    kind = iota // nothing that concerns chatload
	lineMessage              // a text, perhaps of chatload's
	lineInside               // the client is inside
	lineNotice               // words for this client alone
	lineMissed               // "you missed N lines": the number
	linePing                 // wants the answer that comes with it
	lineNonsense             // no line of this protocol
)

// room is the channel of protocols that have channels.
const room = "chatload"

var protocols = map[string]*protocol{
	"line": {
		sizeMax: 16 << 10, sendersRead: true, oneOrder: true,
		prompt: "Enter your name: ",
		hello:  func(name string, _ bool) string { return name + "\n" },
		said: func(dst []byte, _ string, text []byte) []byte {
			return append(append(dst, text...), '\n')
		},
		scan: scanLine,
	},
	"nats": {
		sizeMax: 16 << 10, sendersRead: true,
		hello: func(string, bool) string {
			return `CONNECT {"verbose":false,"pedantic":false,"echo":false}` + "\r\nSUB " + room + " 1\r\nPING\r\n"
		},
		said: func(dst []byte, _ string, text []byte) []byte {
			dst = strconv.AppendInt(append(dst, "PUB "+room+" "...), int64(len(text)), 10)
			return append(append(append(dst, "\r\n"...), text...), "\r\n"...)
		},
		scan: func(line []byte, _ string) (kind, []byte) {
			line = bytes.TrimSuffix(line, []byte("\r"))
			switch {
			case len(line) > 0 && line[0] == '#':
				return lineMessage, line
			case bytes.Equal(line, []byte("PONG")):
				return lineInside, nil
			case bytes.Equal(line, []byte("PING")):
				return linePing, []byte("PONG\r\n")
			case bytes.HasPrefix(line, []byte("-ERR")):
				return lineNotice, line
			case bytes.HasPrefix(line, []byte("MSG ")), bytes.HasPrefix(line, []byte("INFO ")), bytes.Equal(line, []byte("+OK")):
				return lineOther, nil
			}
			return lineNonsense, line
		},
	},
	"redis": {
		// A connection that has subscribed may not publish (RESP2).
		sizeMax: 16 << 10, sendersRead: false, oneOrder: true,
		hello: func(_ string, reads bool) string {
			if reads {
				return "SUBSCRIBE " + room + "\r\n"
			}
			return "PING\r\n"
		},
		said: func(dst []byte, _ string, text []byte) []byte {
			dst = append(dst, "*3\r\n$7\r\nPUBLISH\r\n$8\r\n"+room+"\r\n$"...)
			dst = strconv.AppendInt(dst, int64(len(text)), 10)
			return append(append(append(dst, "\r\n"...), text...), "\r\n"...)
		},
		scan: func(line []byte, _ string) (kind, []byte) {
			line = bytes.TrimSuffix(line, []byte("\r"))
			switch {
			case len(line) > 0 && line[0] == '#':
				return lineMessage, line
			case bytes.Equal(line, []byte("+PONG")), bytes.Equal(line, []byte("subscribe")):
				return lineInside, nil
			case bytes.HasPrefix(line, []byte("-")):
				return lineNotice, line
			case len(line) > 0 && strings.IndexByte("*$:+", line[0]) >= 0,
				bytes.Equal(line, []byte("message")), bytes.Equal(line, []byte(room)):
				return lineOther, nil
			}
			return lineNonsense, line
		},
	},
	"irc": {
		// RFC 2812: 512 bytes a message, prefix and command included.
		sizeMax: 400, sendersRead: true,
		hello: func(name string, _ bool) string {
			return "NICK " + name + "\r\nUSER " + name + " 0 * :" + name + "\r\nJOIN #" + room + "\r\n"
		},
		said: func(dst []byte, _ string, text []byte) []byte {
			dst = append(dst, "PRIVMSG #"+room+" :"...)
			return append(append(dst, text...), "\r\n"...)
		},
		scan: func(line []byte, name string) (kind, []byte) {
			line = bytes.TrimSuffix(line, []byte("\r"))
			if bytes.HasPrefix(line, []byte("PING")) {
				return linePing, append([]byte("PONG"), append(bytes.Clone(line[4:]), "\r\n"...)...)
			}
			_, rest, ok := bytes.Cut(line, []byte(" "))
			if !ok || line[0] != ':' {
				if bytes.HasPrefix(line, []byte("ERROR")) || bytes.HasPrefix(line, []byte("NOTICE")) {
					return lineNotice, line
				}
				return lineNonsense, line
			}
			switch {
			case bytes.HasPrefix(rest, []byte("PRIVMSG ")):
				_, text, _ := bytes.Cut(rest, []byte(" :"))
				return lineMessage, text
			case bytes.HasPrefix(rest, []byte("366 ")): // RPL_ENDOFNAMES
				return lineInside, nil
			case bytes.HasPrefix(rest, []byte("433 ")), bytes.HasPrefix(rest, []byte("47")):
				return lineNotice, rest
			}
			return lineOther, nil
		},
	},
}

// Protocols returns the names of all protocols, sorted.
func Protocols() []string { return slices.Sorted(maps.Keys(protocols)) }

func oneOf(names []string) string {
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// stampLen is the time in front of a line of chatd's, "[2006-01-02 15:04:05]".
const stampLen = 21

var (
	systemPrefix = []byte("[SYSTEM]: ")
	joinedSuffix = []byte(" has joined our chat...")
	missedPrefix = []byte("you missed ")
	stoppingText = []byte("Server shutting down...")
)

// scanLine is scan of chatd's lines.
func scanLine(line []byte, name string) (kind, []byte) {
	if len(line) > stampLen && line[0] == '[' && line[stampLen-1] == ']' && line[stampLen] == '[' {
		end := bytes.IndexByte(line[stampLen:], ']')
		if end < 0 || len(line) < stampLen+end+3 || line[stampLen+end+1] != ':' || line[stampLen+end+2] != ' ' {
			return lineNonsense, line
		}
		text := line[stampLen+end+3:]
		if len(text) > 0 && text[0] == '#' {
			return lineMessage, text
		}
		if bytes.HasPrefix(line[stampLen:], systemPrefix) {
			who, ok := bytes.CutSuffix(text, joinedSuffix)
			if ok && string(who) == name {
				return lineInside, nil
			}
			if bytes.Equal(text, stoppingText) {
				return lineNotice, text
			}
		}
		return lineOther, text
	}
	text, ok := bytes.CutPrefix(line, systemPrefix)
	switch {
	case !ok && len(line) > stampLen+2 && line[0] == '[' && line[stampLen-1] == ']':
		return lineOther, line // an action
	case !ok:
		return lineNonsense, line
	case bytes.HasPrefix(text, missedPrefix):
		number, _, _ := bytes.Cut(text[len(missedPrefix):], []byte(" "))
		return lineMissed, number
	}
	return lineNotice, text
}
