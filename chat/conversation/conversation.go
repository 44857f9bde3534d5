// Package conversation reads and plays conversations: files that show, like a chat
// log, who types what and who reads what. A [Conversation] is a file; [Play] carries
// it out in a [World], which is a server and its clients.
//
// A file looks like this:
//
//	# M1: a line appears to the others with its time and its author's name.
//
//	$ chatd -history 0
//
//	alice connects
//	    alice < [SYSTEM]: Welcome to TCP Chat!
//	    alice < Enter your name: \
//	alice > alice
//	    alice < [2026-01-02 15:04:05][SYSTEM]: alice has joined our chat...
//	(5s pass)
//
// The first line begins with the promise it shows. Lines at the margin are what
// people do (see step.go), indented ones what comes of it: all of it, for every
// client, or the conversation fails. In either, a line ends in LF unless it ends in
// a single backslash; text.go has the other escapes. A file without a line that
// begins with "$ chatd" is played with every default.
package conversation

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A Conversation is one file.
type Conversation struct {
	// Path is where the file was read.
	Path string
	// Promise is the id of the promise it shows, as "L2".
	Promise string
	// Flags are those of its "$ chatd" line.
	Flags []Flag
	// MOTD is the text of its "motd:" line, the message of the day.
	MOTD string
	// Steps are its lines at the margin, each with what comes of it.
	Steps []Step
}

// A Flag is one of chatd's, without the dash.
type Flag struct{ Name, Value string }

// Load reads the conversations in dir, in the order of their names.
func Load(dir string) ([]Conversation, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	var all []Conversation
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		c, err := Parse(path, string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

var (
	pathPattern  = regexp.MustCompile(`^\d{2,3}-([A-Z]\d)-[a-z0-9-]+\.txt$`)
	flagsPattern = regexp.MustCompile(`^\$ chatd((?: -[a-z-]+ \S+)*)$`)
)

// Parse reads the text of a file named path.
func Parse(path, text string) (Conversation, error) {
	c := Conversation{Path: path}
	name := pathPattern.FindStringSubmatch(filepath.Base(path))
	if name == nil {
		return c, fmt.Errorf("%s: the name of a conversation looks like 07-L2-three-attempts.txt", path)
	}
	c.Promise = name[1]
	if !strings.HasPrefix(text, "# "+c.Promise+": ") {
		return c, fmt.Errorf("%s:1: the first line must begin with %q", path, "# "+c.Promise+": ")
	}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if err := c.parseLine(i+1, line); err != nil {
			return c, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
	}
	return c, nil
}

func (c *Conversation) parseLine(number int, line string) error {
	if strings.HasPrefix(line, indent) && len(c.Steps) > 0 {
		return c.Steps[len(c.Steps)-1].parseOutcome(line)
	}
	if err := c.parseHeader(line); err != nil {
		return err
	}
	step, err := parseStep(line)
	step.Line = number
	c.Steps = append(c.Steps, step)
	return err
}

// parseHeader reads the lines that say how chatd is started; to a player they are
// remarks.
func (c *Conversation) parseHeader(line string) (err error) {
	if text, ok := strings.CutPrefix(line, "motd: "); ok {
		var motd []byte
		motd, err = decode(text)
		c.MOTD = string(motd)
	}
	if !strings.HasPrefix(line, "$") {
		return err
	}
	m := flagsPattern.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("%q is not like $ chatd -flag value -flag value", line)
	}
	words := strings.Fields(m[1])
	for i := 0; i < len(words); i += 2 {
		c.Flags = append(c.Flags, Flag{Name: words[i][1:], Value: words[i+1]})
	}
	return nil
}

// String is the text of the file, as Parse reads it.
func (c Conversation) String() string {
	var b strings.Builder
	for _, s := range c.Steps {
		b.WriteString(s.String())
	}
	return b.String()
}

// NeedsLab says whether c can only be played where time and the network obey.
func (c Conversation) NeedsLab() bool {
	for _, s := range c.Steps {
		if s.verb.needsLab() || s.verb == connects && s.text != "" {
			return true
		}
	}
	return false
}
