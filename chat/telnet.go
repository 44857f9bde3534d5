package chat

// telnet is where a stream of bytes stands between telnet commands. The zero
// value is between two of them. Commands are removed and never answered (W3):
// the room speaks no option, and silence is a refusal every client accepts.
type telnet uint8

const (
	telnetText       telnet = iota // what comes next is content
	telnetCommand                  // after IAC
	telnetOption                   // after IAC and WILL, WONT, DO or DONT
	telnetSub                      // in a subnegotiation
	telnetSubCommand               // in a subnegotiation, after IAC
)

// The bytes of RFC 854 that matter here.
const (
	telnetSE   = 240 // ends a subnegotiation
	telnetIP   = 244 // interrupt process: what Ctrl-C sends
	telnetSB   = 250 // starts a subnegotiation
	telnetWill = 251 // and WONT, DO up to DONT: an option byte follows
	telnetDont = 254
	telnetIAC  = 255 // starts every command
)

// telnetVerdict is what telnet.step makes of one byte.
type telnetVerdict uint8

const (
	telnetRemoved   telnetVerdict = iota // part of a command
	telnetContent                        // belongs to a line
	telnetInterrupt                      // completes IAC IP
)

// step takes the next byte of the stream. It keeps nothing but its state, so a
// subnegotiation that never ends costs no memory.
func (t *telnet) step(c byte) telnetVerdict {
	switch *t {
	case telnetText:
		if c != telnetIAC {
			return telnetContent
		}
		*t = telnetCommand
	case telnetCommand:
		return t.command(c)
	case telnetOption:
		*t = telnetText
	case telnetSub:
		if c == telnetIAC {
			*t = telnetSubCommand
		}
	case telnetSubCommand:
		// IAC IAC is data, and a command in here has no meaning: only SE ends it.
		*t = telnetSub
		if c == telnetSE {
			*t = telnetText
		}
	}
	return telnetRemoved
}

// command takes the byte after an IAC.
func (t *telnet) command(c byte) telnetVerdict {
	*t = telnetText
	switch {
	case c == telnetIAC: // W3: two of them are one byte of content, invalid as UTF-8
		return telnetContent
	case c == telnetIP:
		return telnetInterrupt
	case c == telnetSB:
		*t = telnetSub
	case c >= telnetWill && c <= telnetDont:
		*t = telnetOption
	}
	return telnetRemoved
}
