package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/chatd/chat"
	"example.com/chatd/metrics"
)

// serveVariable is set for a child that is to be the server of -self. Its value is a
// served, as JSON.
const serveVariable = "CHATLOAD_SERVE"

// served is what the child serves on.
type served struct {
	Addr  string `json:"addr"`
	Admin string `json:"admin"`
}

// anyPort lets the machine choose.
const anyPort = "127.0.0.1:0"

// A child is the server of -self: chatload itself, executed again, so that the server's
// CPU and memory are not the load generator's.
type child struct {
	served
	cmd   *exec.Cmd
	stdin io.Closer // its end is the child's
	done  chan error
}

// startChild starts the server where want says and waits until it listens.
func startChild(ctx context.Context, want served, stderr io.Writer) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(want)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(exe), done: make(chan error, 1)}
	c.cmd.Env = append(os.Environ(), serveVariable+"="+string(text))
	c.cmd.Stderr = stderr
	detach(c.cmd) // Ctrl-C is for the run: it stops the child when it is over
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = json.Unmarshal([]byte(line), &c.served)
	}
	go func() { c.done <- c.cmd.Wait() }()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server of -self does not start: %w", err), c.stop())
	}
	return c, nil
}

// stop ends the child and waits for it.
func (c *child) stop() error {
	_ = c.stdin.Close()
	select {
	case err := <-c.done:
		return err
	case <-time.After(childStopTimeout):
		_ = c.cmd.Process.Kill()
		return <-c.done
	}
}

// childStopTimeout is more than the server's own DrainTimeout.
const childStopTimeout = 10 * time.Second

// serve is the child: chatd's room with every limit lifted that would bound the load
// instead of the server, until stdin ends.
func serve(text string, stdin io.Reader, stdout, stderr io.Writer) int {
	complain := func(err error) int {
		fmt.Fprintln(stderr, "chatload: the server of -self:", err)
		return 1
	}
	var want served
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&want); err != nil {
		return complain(err)
	}
	s, err := chat.New(chat.Config{
		MaxClients: -1, MaxPending: -1, RateInterval: -1, RateBurst: -1,
		LoginTimeout: time.Minute, IdleTimeout: -1,
	})
	if err != nil {
		return complain(err)
	}
	ln, err := net.Listen("tcp", want.Addr)
	if err != nil {
		return complain(err)
	}
	adminLn, err := net.Listen("tcp", want.Admin)
	if err != nil {
		return complain(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics.NewRegistry(s.Stats), promhttp.HandlerOpts{}))
	admin := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer admin.Close()
	ended := make(chan error, 2)
	go func() { ended <- admin.Serve(adminLn) }()
	go func() { ended <- s.Serve(ln) }()
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		ended <- nil
	}()
	if err := json.NewEncoder(stdout).Encode(served{ln.Addr().String(), adminLn.Addr().String()}); err != nil {
		return complain(err)
	}
	if err := <-ended; err != nil {
		return complain(err)
	}
	if err := s.Stop(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return complain(err)
	}
	return 0
}
