package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"example.com/chatd/load/report"
)

// style is how text on the standard output is drawn: colours on a terminal only, unless
// NO_COLOR is set (no-color.org).
func (p *program) style() report.Style { return p.styleOf(p.stdout) }

func (p *program) styleOf(w io.Writer) report.Style {
	s := report.Style{ASCII: !p.utf8()}
	f, ok := terminal(w)
	if !ok {
		return s
	}
	noColor, _ := p.env("NO_COLOR")
	name, _ := p.env("TERM")
	s.Color = noColor == "" && name != "dumb"
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.Width = width
	}
	return s
}

// utf8 says whether the locale is one of UTF-8, in the order of POSIX. Without a locale
// it is: nearly all are, and files have none.
func (p *program) utf8() bool {
	all, _ := p.env("LC_ALL")
	ctype, _ := p.env("LC_CTYPE")
	lang, _ := p.env("LANG")
	locale := strings.ToLower(cmp.Or(all, ctype, lang))
	return locale == "" || strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}

// terminal returns the file behind w if it is a terminal.
func terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// A block is text on a terminal that is replaced by the next.
type block struct {
	w     io.Writer
	lines int
}

// show replaces what was shown. One write, so that it does not flicker.
func (b *block) show(text string) {
	io.WriteString(b.w, b.up()+text)
	b.lines = strings.Count(text, "\n")
}

// clear takes away what is shown.
func (b *block) clear() {
	io.WriteString(b.w, b.up())
	b.lines = 0
}

// up goes to the first line of what is shown and erases from there.
func (b *block) up() string {
	if b.lines == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", b.lines)
}
