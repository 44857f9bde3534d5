package sim

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// A Schedule is one run to be: options and operations. Its text form is made to be
// read and to be edited by hand:
//
//	# what it shows
//	seed 7
//	option history 3
//	join 1 4 0 ~2868
//	say 0 12 0 ~99
//
// An argument may be any number; ~ marks the salt of a step.
type Schedule struct {
	Comment string // lines that begin with #, without it
	Options Options
	Ops     []Op

	calm int // of a script for Explore: operations before those that come together
}

// String is the schedule's text.
func (s *Schedule) String() string {
	var b strings.Builder
	for line := range strings.Lines(s.Comment) {
		fmt.Fprintf(&b, "# %s\n", strings.TrimSuffix(line, "\n"))
	}
	fmt.Fprintf(&b, "seed %d\n", s.Options.Seed)
	for _, k := range knobs {
		if v := *k.of(&s.Options); v != 0 {
			fmt.Fprintf(&b, "option %s %d\n", k.name, v)
		}
	}
	for _, o := range s.Ops {
		fmt.Fprintln(&b, o)
	}
	return b.String()
}

// String is the operation's line.
func (o Op) String() string {
	return fmt.Sprintf("%s %d %d %d ~%d", o.Kind, o.A, o.B, o.C, o.Salt)
}

// Parse reads a schedule's text.
func Parse(text string) (*Schedule, error) {
	s := &Schedule{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		if err := s.parseLine(lines.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return s, lines.Err()
}

func (s *Schedule) parseLine(line string) error {
	if comment, ok := strings.CutPrefix(line, "#"); ok {
		s.Comment += strings.TrimPrefix(comment, " ") + "\n"
		return nil
	}
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
		return nil
	case words[0] == "seed" && len(words) == 2:
		seed, err := strconv.ParseUint(words[1], 10, 64)
		s.Options.Seed = seed
		return err
	case words[0] == "option" && len(words) == 3:
		return s.parseOption(words[1], words[2])
	}
	op, err := parseOp(words)
	s.Ops = append(s.Ops, op)
	return err
}

func (s *Schedule) parseOption(name, value string) error {
	for _, k := range knobs {
		if k.name == name {
			v, err := strconv.Atoi(value)
			*k.of(&s.Options) = v
			return err
		}
	}
	return fmt.Errorf("there is no option %q", name)
}

func parseOp(words []string) (op Op, err error) {
	for op.Kind = 0; op.Kind < opKinds && opSpecs[op.Kind].name != words[0]; op.Kind++ {
	}
	if op.Kind == opKinds {
		return Op{}, fmt.Errorf("there is no operation %q", words[0])
	}
	args := []*int{&op.A, &op.B, &op.C}
	for _, word := range words[1:] {
		if salt, ok := strings.CutPrefix(word, "~"); ok {
			v, err := strconv.ParseUint(salt, 10, 32)
			if err != nil {
				return op, err
			}
			op.Salt = uint32(v)
			continue
		}
		if len(args) == 0 {
			return op, fmt.Errorf("%q is one argument too many", word)
		}
		if *args[0], err = strconv.Atoi(word); err != nil {
			return op, err
		}
		args = args[1:]
	}
	return op, nil
}
