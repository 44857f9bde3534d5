package dialect

import (
	"bytes"
	"errors"
	"sync"
)

// prompt is the server's, the one thing it writes without a line end (W2).
const prompt = "Enter your name: "

// lineBytesMax is longer than the longest line of a server (see chat.Config).
const lineBytesMax = 64 << 10

var errLongLine = errors.New("dialect: the server writes a line of over 64 KiB")

// scratches are buffers for what one Write translates. The server writes at most
// 64 KiB at once; a longer translation, a list of a thousand long names, is not kept.
const scratchBytesMax = 64 << 10

var scratches = sync.Pool{New: func() any { return new([]byte) }}

// A cutter cuts what the server writes into lines and prompts, chopped as it may be,
// and has them translated.
type cutter struct {
	speaker speaker
	partial []byte // of a line, or of the prompt; the server rarely leaves one
}

// translate appends what the client reads for p.
func (c *cutter) translate(dst, p []byte) ([]byte, error) {
	for len(p) > 0 {
		switch end := bytes.IndexByte(p, '\n'); {
		case len(c.partial) > 0:
			dst, p = c.complete(dst, p)
		case bytes.HasPrefix(p, []byte(prompt)):
			dst, p = c.speaker.prompt(dst), p[len(prompt):]
		case end >= 0:
			dst, p = c.speaker.line(dst, parseLine(p[:end])), p[end+1:]
		default:
			dst, p = c.complete(dst, p)
		}
		if len(c.partial) > lineBytesMax {
			return dst, errLongLine
		}
	}
	return dst, nil
}

// complete takes bytes of p up to the end of what is partial, or all.
func (c *cutter) complete(dst, p []byte) (_, rest []byte) {
	for i, b := range p {
		if b == '\n' {
			dst = c.speaker.line(dst, parseLine(c.partial))
			c.partial = nil
			return dst, p[i+1:]
		}
		c.partial = append(c.partial, b)
		// No line begins like the prompt: all others begin with a bracket.
		if len(c.partial) == len(prompt) && string(c.partial) == prompt {
			c.partial = nil
			return c.speaker.prompt(dst), p[i+1:]
		}
	}
	return dst, nil
}
