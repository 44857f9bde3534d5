package conversation

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is typed and what is read are written alike:
//
//	\\ \n \r \t \0          backslash, LF, CR, TAB, NUL
//	\xff \u200b \U0001f600  a byte, a character
//	\(ab*3)                 ababab
//	\ at the end            no line end: the line goes on
//
// Read text shows as it is what can be seen and escapes the rest.

// foldRunes and foldLines are how often a character and a line must repeat to be
// shown once, with the number.
const (
	foldRunes = 40
	foldLines = 4
)

// decode returns what is written as text, with the LF that ends a line.
func decode(text string) ([]byte, error) {
	d := decoder{rest: text}
	out, err := d.run(false)
	if err == nil && !d.goesOn {
		out = append(out, '\n')
	}
	return out, err
}

type decoder struct {
	rest   string
	goesOn bool
}

var repeatPattern = regexp.MustCompile(`^\*(\d+)\)`)

// run decodes to the end of the text, or of a repetition.
func (d *decoder) run(repeated bool) (out []byte, err error) {
	for d.rest != "" {
		if m := repeatPattern.FindStringSubmatch(d.rest); repeated && m != nil {
			d.rest = d.rest[len(m[0]):]
			n, err := strconv.Atoi(m[1])
			return bytes.Repeat(out, n), err
		}
		if d.rest[0] != '\\' {
			out = append(out, d.take(1)...)
			continue
		}
		if out, err = d.escape(out); err != nil {
			return out, err
		}
	}
	if repeated {
		return out, errors.New(`\( without *number)`)
	}
	return out, nil
}

func (d *decoder) take(n int) string {
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) escape(out []byte) ([]byte, error) {
	if d.rest == `\` {
		d.rest, d.goesOn = "", true
		return out, nil
	}
	switch d.rest[1] {
	case '0':
		d.take(2)
		return append(out, 0), nil
	case '(':
		d.take(2)
		again, err := d.run(true)
		return append(out, again...), err
	}
	r, isRune, tail, err := strconv.UnquoteChar(d.rest, 0)
	if err != nil {
		return out, fmt.Errorf("%q is no escape", d.rest[:2])
	}
	d.rest = tail
	if isRune {
		return utf8.AppendRune(out, r), nil
	}
	return append(out, byte(r)), nil
}

// encodeLines writes text so that decoding the result line by line gives it back.
func encodeLines(text string) (lines []string) {
	parts := strings.SplitAfter(text, "\n")
	for i := 0; i < len(parts); {
		same := 1
		for i+same < len(parts) && parts[i+same] == parts[i] {
			same++
		}
		line, ended := strings.CutSuffix(parts[i], "\n")
		switch {
		case same >= foldLines && !strings.Contains(line, "*"):
			lines = append(lines, fmt.Sprintf(`\(%s\n*%d)\`, encode(line), same))
			i += same
			continue
		case ended:
			line = encode(line)
			if inner, ok := strings.CutSuffix(line, " "); ok {
				line = inner + `\x20`
			}
			lines = append(lines, line)
		case line != "":
			lines = append(lines, encode(line)+`\`)
		}
		i++
	}
	return lines
}

// encode writes a part of a line.
func encode(line string) string {
	var b strings.Builder
	for line != "" {
		r, size := utf8.DecodeRuneInString(line)
		first := line[:size]
		rest := strings.TrimLeft(line, first)
		if r == utf8.RuneError {
			rest = line[size:]
		}
		if n := (len(line) - len(rest)) / size; n >= foldRunes {
			fmt.Fprintf(&b, `\(%s*%d)`, encodeRune(r, first), n)
			line = rest
			continue
		}
		b.WriteString(encodeRune(r, first))
		line = line[size:]
	}
	return b.String()
}

func encodeRune(r rune, raw string) string {
	switch {
	case r == '\\':
		return `\\`
	case r == 0:
		return `\0`
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case unicode.IsPrint(r):
		return raw
	}
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}
