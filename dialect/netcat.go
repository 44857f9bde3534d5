package dialect

import _ "embed"

// The words of the net-cat subject (D1).
const (
	netcatWelcome = "Welcome to TCP-Chat!\n"
	netcatPrompt  = "[ENTER YOUR NAME]:"
)

//go:embed logo.txt
var netcatLogo string

// welcomeText is the server's welcome (L1).
const welcomeText = "Welcome to TCP Chat!"

// netcatSpeaker says what the server writes in the words of the subject. Lines of
// chat begin with a time in brackets; once inside, no other line begins with one.
type netcatSpeaker struct {
	who     *login
	prompts int
	inside  bool
	own     string // the client's name as the server shows it; "" if not known
}

func newNetcatSpeaker(who *login) speaker { return &netcatSpeaker{who: who} }

func (s *netcatSpeaker) prompt(dst []byte) []byte {
	s.prompts++
	return append(dst, netcatPrompt...)
}

func (s *netcatSpeaker) line(dst []byte, l line) []byte {
	if !s.inside && len(l.time) > 0 {
		// Every line at the prompt is answered: with another prompt, or with this.
		s.inside, s.own = true, s.who.enter(s.prompts-1)
	}
	switch l.kind {
	case isNotice:
		if string(l.text) == welcomeText {
			return append(append(dst, netcatWelcome...), netcatLogo...)
		}
		dst = append(dst, l.text...)
	case isJoined, isLeft:
		// Nobody reads of their own joining. It cannot be told from that of
		// somebody who had the name before, so what the history has of them is
		// left out too, leaves as well as joins.
		if s.own != "" && string(l.name) == s.own {
			return dst
		}
		dst = append(append(dst, l.name...), ' ')
		if l.kind == isJoined {
			dst = append(dst, joinedWords...)
		} else {
			dst = append(dst, leftWords...) // the subject has no reasons
		}
	case isRenamed, isAnnounce:
		dst = append(dst, l.text...)
	case isSaid:
		dst = s.said(dst, l, "")
	case isDone:
		dst = s.said(dst, l, "* ")
	default:
		dst = append(dst, l.whole...)
	}
	return append(dst, '\n')
}

// said appends [time][name]:text.
func (s *netcatSpeaker) said(dst []byte, l line, mark string) []byte {
	dst = append(append(dst, l.time...), '[')
	dst = append(append(dst, l.name...), "]:"...)
	return append(append(dst, mark...), l.text...)
}

// netcatHearer takes note of the lines at the prompt, and hides the commands.
type netcatHearer struct {
	escaper
	who    *login
	inside bool   // no further line is a name
	line   []byte // what may become one; at most one byte more than a name has
}

func newNetcatHearer(who *login) hearer { return &netcatHearer{who: who} }

func (h *netcatHearer) verbatim(p []byte) int {
	if !h.inside {
		return 0
	}
	return h.escaper.verbatim(p)
}

func (h *netcatHearer) hear(dst, p []byte) []byte {
	for i, b := range p {
		if h.inside {
			return h.escaper.hear(dst, p[i:])
		}
		var m meaning
		dst, m = h.hearByte(dst, b)
		switch {
		case m == isEnd:
			h.endLine()
		case (m == isFirst || m == isText) && len(h.line) <= loginLineBytesMax:
			h.line = append(h.line, b)
		}
	}
	return dst
}

// end: what comes behind the last line end is a line (W1).
func (h *netcatHearer) end(dst []byte) []byte {
	if !h.inside && len(h.line) > 0 {
		h.endLine()
	}
	return dst
}

func (h *netcatHearer) endLine() {
	h.inside = !h.who.sent(h.line)
	h.line = h.line[:0]
	if h.inside {
		h.line = nil
	}
}
