package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// goTest runs a test binary up to its first failure.
func goTest(ctx context.Context, m *mutant, binary, dir string, args ...string) record {
	args = append(args, "-test.v", "-test.failfast")
	if deadline, ok := ctx.Deadline(); ok {
		// The process is given a little longer than its tests, to say where it hangs.
		args = append(args, "-test.timeout="+max(time.Until(deadline)-2*time.Second, time.Second).Round(time.Millisecond).String())
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = filepath.Join(m.root, filepath.FromSlash(dir))
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	err := cmd.Run()
	r := readTest(out.String(), err != nil)
	r.took = time.Since(begin)
	if ctx.Err() != nil {
		r.verdict, r.first = hung, "hangs without a name"
	}
	return r
}

var (
	failRE      = regexp.MustCompile(`(?m)^( *)--- FAIL: (\S+)`)
	runRE       = regexp.MustCompile(`(?m)^=== (?:RUN|CONT|NAME)\s+(\S+)`)
	neverRE     = regexp.MustCompile(`these never happened .*\[(.+?)\]`)
	violationRE = regexp.MustCompile(`(?m)^\s*([WLNMCREO]\d) \(oracle \d+\)`)
)

// readTest makes a record of what a test binary printed and of whether it failed.
func readTest(out string, failed bool) record {
	switch {
	case !failed:
		return record{verdict: survived}
	case strings.Contains(out, "panic: test timed out"):
		return record{verdict: hung, first: lastRun(out) + " hangs without a name"}
	}
	r := record{verdict: killed, first: firstFailure(out)}
	if m := seedRE.FindStringSubmatch(out); m != nil {
		r.schedules, _ = strconv.Atoi(m[1])
		r.first += ", seed " + m[1]
	}
	if m := violationRE.FindStringSubmatch(out); m != nil {
		r.first += ": " + m[1]
	}
	return r
}

// firstFailure is the first test that failed, its innermost subtest where it has
// any, and why where that is not an assertion of its own.
func firstFailure(out string) string {
	name, depth := "", -1
	for _, m := range failRE.FindAllStringSubmatch(out, -1) {
		if len(m[1]) <= depth {
			break
		}
		name, depth = m[2], len(m[1])
	}
	if name == "" || strings.Contains(out, "\npanic: ") && !strings.Contains(out, "\nFAIL") {
		name = lastRun(out)
	}
	switch {
	case strings.Contains(out, "WARNING: DATA RACE"):
		return name + ": data race"
	case neverRE.MatchString(out):
		return name + ": never " + neverRE.FindStringSubmatch(out)[1]
	case strings.Contains(out, "all goroutines") && strings.Contains(out, "deadlock"):
		return name + ": deadlock"
	case strings.Contains(out, "goleak: "):
		return name + ": tasks left over"
	case strings.Contains(out, "\npanic: "):
		return name + ": panic"
	}
	return name
}

// lastRun is the test that was running last.
func lastRun(out string) string {
	all := runRE.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return "the tests"
	}
	return all[len(all)-1][1]
}
