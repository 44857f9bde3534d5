package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A filePatch is what a unified diff says of one file.
type filePatch struct {
	path    string // below the module's root, with slashes
	hunks   []hunk
	changed int // lines, those taken out and those put in
}

// A hunk is one change: the lines that must be there from line at on, counted from
// 0, and those that take their place.
type hunk struct {
	at       int
	old, new []string
}

var hunkRE = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// parsePatch reads a unified diff of existing files, whose paths begin with a/ and
// b/.
func parsePatch(text string) (all []filePatch, err error) {
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if err := parseLine(&all, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the patch changes nothing")
	}
	return all, nil
}

func parseLine(all *[]filePatch, line string) error {
	var f *filePatch
	if n := len(*all); n > 0 {
		f = &(*all)[n-1]
	}
	switch {
	case strings.HasPrefix(line, "--- a/"):
		*all = append(*all, filePatch{path: line[len("--- a/"):]})
		return nil
	case f == nil:
		return fmt.Errorf("%q comes before any file", line)
	case strings.HasPrefix(line, "+++ "):
		if line != "+++ b/"+f.path {
			return fmt.Errorf("%q renames %s", line, f.path)
		}
		return nil
	case hunkRE.MatchString(line):
		at, err := strconv.Atoi(hunkRE.FindStringSubmatch(line)[1])
		f.hunks = append(f.hunks, hunk{at: at - 1})
		return err
	case len(f.hunks) == 0 || line == "":
		return fmt.Errorf("%q is no part of a hunk", line)
	}
	h := &f.hunks[len(f.hunks)-1]
	switch line[0] {
	case ' ':
		h.old, h.new = append(h.old, line[1:]), append(h.new, line[1:])
	case '-':
		h.old = append(h.old, line[1:])
		f.changed++
	case '+':
		h.new = append(h.new, line[1:])
		f.changed++
	default:
		return fmt.Errorf("%q is no part of a hunk", line)
	}
	return nil
}

// apply returns text changed. Every line of a hunk must be as the patch says; where
// the hunk has moved there must be one such place behind the last. A patch that no
// longer fits is written anew, not guessed at.
func (f *filePatch) apply(text string) (string, error) {
	lines := strings.Split(text, "\n")
	from, moved := 0, 0
	for _, h := range f.hunks {
		at := h.find(lines, from, h.at+moved)
		if at < 0 {
			return "", fmt.Errorf("%s:%d: the patch does not fit", f.path, h.at+1)
		}
		lines = slices.Replace(lines, at, at+len(h.old), h.new...)
		from = at + len(h.new)
		moved = from - h.at - len(h.old)
	}
	return strings.Join(lines, "\n"), nil
}

// find returns where the hunk's old lines are: at the place named, or at the only one
// from line from on; -1 where there is none, or more than one.
func (h *hunk) find(lines []string, from, named int) int {
	fits := func(at int) bool {
		return at >= from && at+len(h.old) <= len(lines) && slices.Equal(lines[at:at+len(h.old)], h.old)
	}
	if fits(named) {
		return named
	}
	found := -1
	for at := from; at+len(h.old) <= len(lines); at++ {
		if !fits(at) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = at
	}
	return found
}
