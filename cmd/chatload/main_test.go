package main

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain lets the scripts run this binary as chatload. What -self executes again is
// the test binary under any name, so its variable is looked for first.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(serveVariable); ok {
		os.Exit(serve(text, os.Stdin, os.Stdout, os.Stderr))
	}
	// These tests wait more than they compute.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	testscript.Main(leakCheck{m}, map[string]func(){"chatload": main})
}

type leakCheck struct{ m *testing.M }

func (l leakCheck) Run() int {
	status := l.m.Run()
	if err := goleak.Find(); status == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}
