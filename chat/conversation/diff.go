package conversation

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Diff compares what a file says with what was played, and returns "" or a message
// for people: the place, the promise and the difference.
func Diff(want, got Conversation) string {
	wantText, gotText := want.String(), got.String()
	if wantText == gotText {
		return ""
	}
	wantLines, gotLines := strings.Split(wantText, "\n"), strings.Split(gotText, "\n")
	line := 0
	for line < len(wantLines) && line < len(gotLines) && wantLines[line] == gotLines[line] {
		line++
	}
	return fmt.Sprintf("%s:%d: %s is not kept (-the file, +what happened):\n%s",
		want.Path, line+1, want.Promise, cmp.Diff(wantLines, gotLines))
}

var stampPattern = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)

// Mask hides the times in text, for worlds whose time is not a file's. The result
// is as long as text.
func Mask(text string) string {
	return stampPattern.ReplaceAllString(text, "....-..-.. ..:..:..")
}

// Masked returns c with the times in what is read hidden.
func (c Conversation) Masked() Conversation {
	masked := c
	masked.Steps = nil
	for _, s := range c.Steps {
		lanes := s.Lanes
		s.Lanes = nil
		for _, l := range lanes {
			l.Output.Text = Mask(l.Output.Text)
			s.Lanes = append(s.Lanes, l)
		}
		masked.Steps = append(masked.Steps, s)
	}
	return masked
}
