package dialect

// A scanner finds out where lines begin and end among a client's bytes, as the
// server's own decoder does (W1, W3): LF, CR LF and CR NUL end a line, and telnet
// commands are no part of it. The zero value is at the start of a line.
type scanner struct {
	telnet telnet
	cr     bool // the last byte was a CR, which may belong to a line end
	begun  bool // the line has a byte
}

// A telnet is where a stream stands between telnet commands (RFC 854).
type telnet uint8

const (
	telnetText   telnet = iota
	telnetIAC           // behind IAC
	telnetOption        // behind IAC and WILL, WONT, DO or DONT
	telnetSub           // in a subnegotiation
	telnetSubIAC        // in one, behind IAC
)

const (
	bySE   = 240
	byIP   = 244 // Ctrl-C
	bySB   = 250
	byWILL = 251
	byDONT = 254
	byIAC  = 255
)

// A meaning is what one byte is.
type meaning uint8

const (
	isTelnet    meaning = iota // part of a telnet command
	isInterrupt                // the end of the one that ends the session
	isText                     // part of a line
	isFirst                    // the first byte of one
	isEnd                      // ends a line
)

func (s *scanner) step(b byte) meaning {
	if m := s.stepTelnet(b); m != isText {
		return m
	}
	if s.cr {
		s.cr = false
		if b == '\n' || b == 0 {
			s.begun = false
			return isEnd
		}
	}
	switch {
	case b == '\n':
		s.begun = false
		return isEnd
	case b == '\r':
		s.cr = true // text unless it is the end
	}
	if s.begun {
		return isText
	}
	s.begun = true
	return isFirst
}

// stepTelnet says isText for bytes that are no part of a command; a second IAC is a
// byte like others.
func (s *scanner) stepTelnet(b byte) meaning {
	was := s.telnet
	switch was {
	case telnetText:
		if b != byIAC {
			return isText
		}
		s.telnet = telnetIAC
		return isTelnet
	case telnetSub:
		if b == byIAC {
			s.telnet = telnetSubIAC
		}
		return isTelnet
	case telnetSubIAC:
		s.telnet = telnetSub
		if b == bySE {
			s.telnet = telnetText
		}
		return isTelnet
	}
	s.telnet = telnetText
	switch {
	case was == telnetOption:
	case b == byIAC:
		return isText
	case b == byIP:
		return isInterrupt
	case b == bySB:
		s.telnet = telnetSub
	case b >= byWILL && b <= byDONT:
		s.telnet = telnetOption
	}
	return isTelnet
}
