package chat

import "bytes"

// lineDecoder cuts a client's bytes into lines. It does no I/O: bytes are
// pushed in as they come, chopped anywhere, and the lines are the same (W4).
//
// There is one per connection, so it is small, and an idle one holds no buffer:
// whole lines are returned where they lie in the caller's bytes, and only what
// arrives in pieces, or needs something taken out, is gathered in buf.
type lineDecoder struct {
	max int // bytes of the longest line; set once, before the first cut

	buf    []byte // the line so far; nil between lines; len and cap never past max
	telnet telnet
	cr     bool // the last byte of content was a CR, and what it means is open
	over   bool // the line is past max: what is left of it is thrown away
}

// lineStatus says what lineDecoder.cut and end found.
type lineStatus uint8

const (
	lineMore      lineStatus = iota // all bytes are used up, and no line is complete
	lineDone                        // a line, without its end
	lineTooLong                     // W5: the end of a line past max, which is lost whole
	lineInterrupt                   // W3: telnet's Ctrl-C; the half line is dropped
)

// cut consumes bytes of p until one line is complete, and returns what is left
// of p. The line is valid until the next call, or until p is written to.
func (d *lineDecoder) cut(p []byte) (line, rest []byte, st lineStatus) {
	if d.fresh() {
		if line, rest, ok := cutPlain(p, d.max); ok {
			return line, rest, lineDone
		}
	}
	for i, c := range p {
		switch d.telnet.step(c) {
		case telnetRemoved:
			continue
		case telnetInterrupt:
			d.reset()
			return nil, p[i+1:], lineInterrupt
		}
		if d.take(c) {
			line, st := d.finish()
			return line, p[i+1:], st
		}
	}
	return nil, nil, lineMore
}

// end says what the bytes after the last line end amount to when the peer
// half-closes (W1): a line, one that is too long, or nothing (lineMore). An
// unfinished telnet command is nothing.
func (d *lineDecoder) end() (line []byte, st lineStatus) {
	// W1: the last CR before the end of input is content.
	if d.cr {
		d.push('\r')
	}
	if len(d.buf) == 0 && !d.over {
		d.reset()
		return nil, lineMore
	}
	line, st = d.finish()
	d.telnet = telnetText
	return line, st
}

// cutPlain is the path nearly every line takes: all of it lies in p, with
// nothing in it to remove, so it is returned where it lies. It looks no further
// than a line may reach, so that many short lines that end in CR NUL do not
// each search all of p for an LF.
func cutPlain(p []byte, max int) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(p[:min(len(p), max+len("\r\n"))], '\n')
	if i < 0 || bytes.IndexByte(p[:i], telnetIAC) >= 0 {
		return nil, nil, false
	}
	end := i
	if cr := bytes.IndexByte(p[:i], '\r'); cr >= 0 {
		if cr != i-1 { // content, or the end of a line of its own: the slow path knows
			return nil, nil, false
		}
		end = cr
	}
	if end > max {
		return nil, nil, false
	}
	return p[:end:end], p[i+1:], true
}

// take adds one byte of content and reports whether it ends the line. A CR is
// held back until the next byte tells what it is: W3 removes telnet commands
// before lines are cut, so that byte may come long after.
func (d *lineDecoder) take(c byte) (done bool) {
	if d.cr {
		// W1: CR LF and CR NUL end a line.
		if c == '\n' || c == 0 {
			return true
		}
		// W1: any other CR is content.
		d.push('\r')
		d.cr = false
	}
	switch c {
	case '\n':
		return true
	case '\r':
		d.cr = true
	default:
		d.push(c)
	}
	return false
}

// push adds c to the line. W5: what no longer fits makes the line too long, and
// all of it is given up at once.
func (d *lineDecoder) push(c byte) {
	switch {
	case d.over:
		return
	case len(d.buf) >= d.max:
		d.over, d.buf = true, nil
		return
	case len(d.buf) == cap(d.buf):
		d.grow()
	}
	d.buf = append(d.buf, c)
}

// grow makes room for at least one more byte. It does by hand what append would
// do, because append rounds up, past max.
func (d *lineDecoder) grow() {
	const first = 64 // most lines of a chat
	grown := make([]byte, len(d.buf), min(d.max, max(first, 2*cap(d.buf))))
	copy(grown, d.buf)
	d.buf = grown
}

// finish hands out the line and forgets it; the telnet state is between lines
// as it was within them.
func (d *lineDecoder) finish() (line []byte, st lineStatus) {
	line, st = d.buf, lineDone
	if d.over {
		st = lineTooLong
	}
	d.buf, d.cr, d.over = nil, false, false
	return line, st
}

// fresh reports whether nothing of a line, or of a telnet command, is pending.
func (d *lineDecoder) fresh() bool {
	return d.buf == nil && !d.cr && !d.over && d.telnet == telnetText
}

// reset drops whatever is pending.
func (d *lineDecoder) reset() { *d = lineDecoder{max: d.max} }
