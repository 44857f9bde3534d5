package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// errAbsent is a suite that there is not: its column stays empty.
var errAbsent = errors.New("not there")

// runChatcheck asks chatcheck, which knows no more than a client, about a chatd that
// has the bug.
func runChatcheck(ctx context.Context, z *zoo, m *mutant) (record, error) {
	if z.chatcheck == "" {
		return record{}, errAbsent
	}
	chatd, err := m.build("chatd", "./cmd/chatd")
	if err != nil {
		return record{}, err
	}
	begin := time.Now()
	addr, stop, err := serve(ctx, chatd)
	if err != nil {
		return record{verdict: killed, first: "chatd does not start", took: time.Since(begin)}, nil
	}
	defer stop()
	cmd := exec.CommandContext(ctx, z.chatcheck, "-profile", "chatd", addr)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	r := record{took: time.Since(begin)}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		r.verdict, r.first = hung, "hangs without a name"
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		r.verdict, r.first = killed, firstBroken(out.String())
	case err != nil:
		return r, fmt.Errorf("chatcheck: %w\n%s", err, &out)
	}
	return r, nil
}

var listeningRE = regexp.MustCompile(`msg=listening addr=(\S+)`)

// serve starts chatd on a port of its own and waits until it listens.
func serve(ctx context.Context, chatd string) (addr string, stop func(), err error) {
	cmd := exec.CommandContext(ctx, chatd, "-addr", "127.0.0.1:0")
	log, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadString('\n')
		if m := listeningRE.FindStringSubmatch(line); m != nil {
			go io.Copy(io.Discard, lines) // it ends with the process
			return m[1], stop, nil
		}
		if err != nil {
			stop()
			return "", nil, err
		}
	}
}

var brokenRE = regexp.MustCompile(`(?m)^.*\bbroken\b.*$`)

// firstBroken is the first row of the table that says "broken".
func firstBroken(out string) string {
	row := strings.Join(strings.Fields(brokenRE.FindString(out)), " ")
	if len(row) > 60 {
		row = row[:60] + "..."
	}
	return row
}
