package dialect

// An escaper hides the server's commands from the client: a line that starts with a
// slash gets another one, which makes it a line that is said (C1). All else passes
// as it is, telnet's bytes too.
//
// Only a line's first byte matters, so nothing is kept of a line, however long.
type escaper struct{ scanner scanner }

// verbatim goes up to the first slash that needs another.
func (e *escaper) verbatim(p []byte) int {
	for i, b := range p {
		before := e.scanner
		if e.scanner.step(b) == isFirst && b == '/' {
			e.scanner = before // hear is to see it
			return i
		}
	}
	return len(p)
}

// hear appends p with the slashes it needs.
func (e *escaper) hear(dst, p []byte) []byte {
	for _, b := range p {
		dst, _ = e.hearByte(dst, b)
	}
	return dst
}

func (e *escaper) hearByte(dst []byte, b byte) ([]byte, meaning) {
	m := e.scanner.step(b)
	if m == isFirst && b == '/' {
		dst = append(dst, '/')
	}
	return append(dst, b), m
}
