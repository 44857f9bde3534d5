package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// A fate is what became of a mutant.
type fate string

const (
	killed    fate = "killed"
	hangs     fate = "hangs"
	survived  fate = "survived"
	stillborn fate = "stillborn" // it does not compile
)

// A verdict is a fate and the test that settled it.
type verdict struct {
	fate fate
	by   string
}

// A suite is a test binary and how it is run.
type suite struct {
	name string
	pkg  string
	args []string
}

// suites run in this order until one fails. The first knows the core from inside, the
// second only what its clients read.
var suites = []suite{
	{"unit", "./chat", []string{"-test.failfast", "-test.run", "^(Test|Fuzz|Example)", "-test.skip", "^(TestTCP|TestSeams)"}},
	{"sim", "./chat/sim", []string{"-test.failfast", "-test.run", "^TestSim$|^TestSchedules$"}},
}

// A lab builds and runs mutants in a scratch directory.
type lab struct {
	dir   string
	root  string // of the module
	limit time.Duration
	count atomic.Int64
}

func newLab(limit time.Duration) (*lab, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutate-")
	return &lab{dir: dir, root: root, limit: limit}, err
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) }

// judge builds a mutant and runs the suites on it. The zero mutant changes nothing.
func (l *lab) judge(ctx context.Context, m *mutant) verdict {
	dir := filepath.Join(l.dir, fmt.Sprint(l.count.Add(1)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return verdict{stillborn, err.Error()}
	}
	defer os.RemoveAll(dir)
	overlay, err := l.overlay(dir, m)
	if err != nil {
		return verdict{stillborn, err.Error()}
	}
	for _, s := range suites {
		binary := filepath.Join(dir, s.name+".test")
		build := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-o", binary, s.pkg)
		if out, err := build.CombinedOutput(); err != nil {
			return verdict{stillborn, firstLine(out)}
		}
		if v, over := l.run(ctx, s, binary); over {
			return v
		}
	}
	return verdict{fate: survived}
}

// overlay writes the changed file and says to the build where it belongs.
func (l *lab) overlay(dir string, m *mutant) (string, error) {
	replace := map[string]string{}
	if m.path != "" {
		changed := filepath.Join(dir, m.file)
		if err := os.WriteFile(changed, m.source, 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(l.root, m.path)] = changed
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, text, 0o600)
}

// runningTest is what the test binary says when its time is up.
var runningTest = regexp.MustCompile(`running tests:\n\s*(\S+)`)

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// run runs one suite; over says that it failed.
func (l *lab) run(ctx context.Context, s suite, binary string) (v verdict, over bool) {
	ctx, cancel := context.WithTimeout(ctx, l.limit+5*time.Second) // the test's own alarm goes first
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, append([]string{"-test.timeout", l.limit.String()}, s.args...)...)
	cmd.Dir = filepath.Join(l.root, s.pkg)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return verdict{hangs, s.name}, true
	case err == nil:
		return verdict{}, false
	case !errors.As(err, &exit):
		return verdict{stillborn, err.Error()}, true
	}
	by := s.name
	if m := runningTest.FindSubmatch(out); m != nil {
		return verdict{hangs, by + " " + string(m[1])}, true
	}
	if m := failedTest.FindSubmatch(out); m != nil {
		by += " " + string(m[1])
	} else if bytes.Contains(out, []byte("panic:")) {
		by += " (panic)"
	}
	return verdict{killed, by}, true
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}
