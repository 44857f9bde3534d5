package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// readSurvivors reads the list of mutants that may survive: a line with the reason,
// beginning with #, above each name. A reason that begins with "equivalent" says that the
// mutant behaves like the original; it does not count.
func readSurvivors(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[string]string{}
	reason := ""
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		switch {
		case line == "":
			reason = ""
		case strings.HasPrefix(line, "#"):
			reason = strings.TrimSpace(line[1:])
		case reason == "":
			return nil, fmt.Errorf("%s:%d: no reason stands above %q", file, n, line)
		default:
			all[line] = reason
		}
	}
	return all, s.Err()
}
