package report

import "strings"

// The widths of text, in columns.
const (
	widthDefault = 78
	widthMin     = 24 // narrower than this nothing can be read; it is not tried
)

// A Style says how text is drawn. The zero value is plain UTF-8 for 78 columns.
type Style struct {
	Width int  // columns; 0 is 78, less than 24 is 24, more than 78 is 78
	Color bool // ANSI colours; whether NO_COLOR is set is for the caller to know
	ASCII bool // nothing but ASCII, for a terminal that is not UTF-8
}

func (s Style) width() int {
	if s.Width == 0 {
		return widthDefault
	}
	return min(max(s.Width, widthMin), widthDefault)
}

// A tone is what a line means, and so its colour.
type tone int

const (
	plain tone = iota
	good
	doubt
	bad
	strong
)

var toneCodes = map[tone]string{good: "\x1b[1;32m", doubt: "\x1b[1;33m", bad: "\x1b[1;31m", strong: "\x1b[1m"}

// A sheet collects the lines of a text, none of them wider than the style allows.
type sheet struct {
	style Style
	lines []string
}

func newSheet(style Style) *sheet { return &sheet{style: style} }

// line adds one line and cuts it if need be.
func (s *sheet) line(t tone, text string) {
	text = cut(text, s.style.width())
	if s.style.ASCII {
		text = asciiOnly(text)
	}
	text = strings.TrimRight(text, " ")
	if code := toneCodes[t]; s.style.Color && code != "" && text != "" {
		text = code + text + "\x1b[0m"
	}
	s.lines = append(s.lines, text)
}

// blank adds an empty line between two others.
func (s *sheet) blank() {
	if n := len(s.lines); n > 0 && s.lines[n-1] != "" {
		s.lines = append(s.lines, "")
	}
}

// heading starts a part.
func (s *sheet) heading(text string) {
	s.blank()
	s.line(strong, text)
}

// say adds a sentence, wrapped; the lines after the first are indented as first is wide.
func (s *sheet) say(t tone, first, text string) {
	indent := strings.Repeat(" ", columns(first))
	for i, part := range wrap(clean(text), max(s.style.width()-columns(first), 8)) {
		if i == 0 {
			s.line(t, first+part)
			continue
		}
		s.line(t, indent+part)
	}
}

// String is the text; each line ends in LF.
func (s *sheet) String() string {
	if len(s.lines) == 0 {
		return ""
	}
	return strings.Join(s.lines, "\n") + "\n"
}
