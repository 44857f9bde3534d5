//go:build linux

package fanbench

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	fanReceivers = flag.String("fan.receivers", "10,100,1000,4000", "numbers of receivers to measure")
	fanInFlight  = flag.String("fan.inflight", "1,256", "numbers of messages in flight to measure")
	fanRounds    = flag.Int("fan.rounds", 9, "interleaved rounds of each measurement")
	fanRound     = flag.Duration("fan.round", 500*time.Millisecond, "how long one round keeps sending, at least")
	fanTalkers   = flag.Int("fan.talkers", 100, "clients who all talk")
	fanJoiners   = flag.Int("fan.joiners", 2000, "clients of the join storm")
	fanStorms    = flag.Int("fan.storms", 3, "interleaved join storms")
	fanIdle      = flag.Int("fan.idle", 9000, "idle connections whose memory is measured")
	fanIdleNaive = flag.Int("fan.idle.naive", 2000, "the same for the naive server, whose join lines take long")
	fanProfile   = flag.String("fan.profile", "", "directory for CPU profiles of chatd, one for each measurement")
)

// TestMain is two programs: a child serves and ends with its standard input, the
// parent measures and prints the summary last.
func TestMain(m *testing.M) {
	if kind := os.Getenv(childEnv); kind != "" {
		os.Exit(childMain(kind))
	}
	machine := lookAtMachine()
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	figures.print(os.Stdout, machine.others())
	os.Exit(code)
}

// numbers reads a flag such as "10,100"; one that is not positive or no number
// fails the benchmark.
func numbers(tb testing.TB, list string) []int {
	tb.Helper()
	var all []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			tb.Fatalf("%q in %q is no positive number", word, list)
		}
		all = append(all, n)
	}
	return all
}

// must ends the benchmark at the first error: what follows would measure nothing.
func must(tb testing.TB, doing string, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%s: %v", doing, err)
	}
}

func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}
