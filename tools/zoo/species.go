package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A species is one kind of bug: a directory of testdata/zoo with a README.md and,
// unless it is a card, a bug.patch that re-creates it. A card says why the design
// rules the species out.
type species struct {
	name     string   // of its directory: 36-check-then-claim
	title    string   // the README's heading
	group    string   // A fan-out to G operation
	number   string   // in the list of species seen in the field
	promises []string // ids of docs/SPEC.md that it breaks
	fast     bool     // the one of its group that -fast runs
	shows    string   // how it shows to a user, one paragraph
	ruledOut string   // a card: why the design rules it out, one paragraph
	text     string   // all of the README
	patch    []byte   // nil for a card
}

func (s *species) card() bool { return s.patch == nil }

// groups are the parts of a chat server in which the bugs are.
var groups = map[string]string{
	"A": "Fan-out", "B": "Lifecycle", "C": "Names and membership", "D": "History",
	"E": "Time", "F": "Wire", "G": "Operation",
}

// loadSpecies reads all of them, in the order of their numbers.
func loadSpecies(dir string) (all []*species, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		s, err := loadOne(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *species) int { return cmp.Compare(a.name, b.name) })
	return all, nil
}

func loadOne(dir string) (*species, error) {
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return nil, err
	}
	s, err := parseReadme(string(text))
	if err != nil {
		return nil, err
	}
	s.name = filepath.Base(dir)
	s.patch, err = os.ReadFile(filepath.Join(dir, "bug.patch"))
	if os.IsNotExist(err) {
		s.patch, err = nil, nil
	}
	return s, err
}

var (
	headerRE = regexp.MustCompile(`(?m)^(Group|Species|Promise|Fast): (.+)$`)
	titleRE  = regexp.MustCompile(`^# (.+)\n`)
	partRE   = regexp.MustCompile(`(?s)\*\*(Shows|Ruled out)\.\*\* (.+?)\n(?:\n|$)`)
)

// parseReadme reads the heading, the lines "Group: C", "Species: 36", "Promise: N3"
// and the paragraphs that begin with "Shows." and, of a card, "Ruled out.".
func parseReadme(text string) (*species, error) {
	s := &species{text: text}
	if m := titleRE.FindStringSubmatch(text); m != nil {
		s.title = m[1]
	}
	for _, m := range partRE.FindAllStringSubmatch(text, -1) {
		part := &s.shows
		if m[1] == "Ruled out" {
			part = &s.ruledOut
		}
		*part = strings.ReplaceAll(m[2], "\n", " ")
	}
	for _, m := range headerRE.FindAllStringSubmatch(text, -1) {
		switch m[1] {
		case "Group":
			s.group = m[2]
		case "Species":
			s.number = m[2]
		case "Promise":
			s.promises = strings.Fields(m[2])
		case "Fast":
			s.fast = m[2] == "yes"
		}
	}
	switch {
	case s.title == "":
		return nil, fmt.Errorf("the README has no heading")
	case groups[s.group] == "":
		return nil, fmt.Errorf("there is no group %q", s.group)
	case s.number == "":
		return nil, fmt.Errorf("the README has no line Species")
	case s.shows == "":
		return nil, fmt.Errorf("the README does not say how it shows")
	}
	return s, nil
}
