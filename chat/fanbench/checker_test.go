//go:build linux

package fanbench

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"testing"
)

// A checker reads every byte that one client reads and compares it with what it is
// to read: whole lines, of each sender the next one, none of its own.
type checker struct {
	own  string
	role byte    // of the senders
	next []int64 // the number of the next message of each sender
	rest []byte  // the start of a line whose end is not read yet
	want []byte  // scratch
}

// feed checks data; a nil checker checks nothing.
func (c *checker) feed(data []byte) error {
	if c == nil {
		return nil
	}
	if len(c.rest) > 0 {
		need := min(lineBytes-len(c.rest), len(data))
		c.rest, data = append(c.rest, data[:need]...), data[need:]
		if len(c.rest) < lineBytes {
			return nil
		}
		if err := c.line(c.rest); err != nil {
			return err
		}
		c.rest = c.rest[:0]
	}
	for ; len(data) >= lineBytes; data = data[lineBytes:] {
		if err := c.line(data[:lineBytes]); err != nil {
			return err
		}
	}
	c.rest = append(c.rest, data...)
	return nil
}

func (c *checker) line(line []byte) error {
	name := line[timeBytes+1 : timeBytes+1+nameBytes]
	sender, err := strconv.Atoi(string(name[1:]))
	if err != nil || sender >= len(c.next) || name[0] != c.role || string(name) == c.own {
		return fmt.Errorf("%s read %q, which is no line of a sender", c.own, line)
	}
	c.want = append(c.want[:0], line[:timeBytes]...) // the time is the server's
	c.want = append(append(append(c.want, '['), name...), "]: "...)
	c.want = append(appendText(c.want, c.next[sender]), '\n')
	if !bytes.Equal(line, c.want) {
		return fmt.Errorf("%s read %q, want %q", c.own, line, c.want)
	}
	c.next[sender]++
	return nil
}

// TestChecker: a benchmark that would not notice a lost line measures nothing.
func TestChecker(t *testing.T) {
	line := func(sender int, message int64) []byte {
		return appendLine(nil, clientName(talks, sender), message, true)
	}
	good := [][]byte{line(0, 0), line(1, 0), line(0, 1), line(1, 1)}
	spoiled := slices.Clone(line(0, 1))
	spoiled[lineBytes-10]++
	for _, c := range []struct {
		name  string
		lines [][]byte
		ok    bool
	}{
		{"in order", good, true},
		{"lost", [][]byte{line(0, 0), line(0, 2)}, false},
		{"repeated", [][]byte{line(0, 0), line(0, 0)}, false},
		{"swapped", [][]byte{line(0, 1), line(0, 0)}, false},
		{"spoiled", [][]byte{line(0, 0), spoiled}, false},
		{"own", [][]byte{line(2, 0)}, false},
		{"nobody's", [][]byte{line(9, 0)}, false},
		{"cut short", [][]byte{line(0, 0)[1:], line(0, 1)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := bytes.Join(c.lines, nil)
			for _, chop := range []int{1, 7, lineBytes, len(all)} {
				checker := &checker{own: clientName(talks, 2), role: talks, next: make([]int64, 3)}
				if err := feedChopped(checker, all, chop); (err == nil) != c.ok {
					t.Errorf("fed %d bytes at a time: %v", chop, err)
				}
			}
		})
	}
}

func feedChopped(c *checker, data []byte, size int) error {
	for part := range slices.Chunk(data, size) {
		if err := c.feed(part); err != nil {
			return err
		}
	}
	return nil
}
