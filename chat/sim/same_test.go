package sim

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	flagTraces = flag.Int("sim.traces", 0, "print the traces of so many seeds, and do nothing else")
	flagBuilds = flag.Bool("sim.builds", false, "compare the traces of builds with and without the race detector")
)

// TestTraces prints one line for each seed: what every connection read under S and
// under P, and under S the order of all turns.
func TestTraces(t *testing.T) {
	if *flagTraces == 0 {
		return // TestSame runs it
	}
	all := runners(t)
	for seed := range uint64(*flagTraces) {
		schedule := Generate(seed+1, *flagSteps)
		s, p := all[0].run(t, schedule), all[1].run(t, schedule)
		fmt.Printf("trace %d %x %x %x %d %d\n", seed+1, s.Trace(), s.Order, p.Trace(), len(s.Violations), len(p.Violations))
	}
}

// TestSame: a schedule has one trace, whatever GOMAXPROCS is, in any process, with
// and without the race detector.
func TestSame(t *testing.T) {
	if *flagTraces > 0 {
		return
	}
	seeds := 25
	builds := []string{os.Args[0]}
	if *flagBuilds {
		seeds = 2000
		if *flagRuns > 0 {
			seeds = *flagRuns
		}
		builds = []string{build(t, "plain"), build(t, "race", "-race")}
	}
	var first string
	for _, binary := range builds {
		for _, procs := range []string{"1", "2", "8"} {
			got := traces(t, binary, procs, seeds)
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s at GOMAXPROCS=%s: %s", filepath.Base(binary), procs, firstDifference(first, got))
			}
		}
	}
}

func build(t *testing.T, name string, flags ...string) string {
	binary := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("go", append([]string{"test", "-c", "-o", binary}, append(flags, ".")...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

func traces(t *testing.T, binary, procs string, seeds int) string {
	cmd := exec.Command(binary, "-test.run=^TestTraces$", fmt.Sprintf("-sim.traces=%d", seeds))
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+procs)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "trace ") {
			b.WriteString(line)
		}
	}
	if b.Len() == 0 {
		t.Fatalf("no traces: %s", out)
	}
	return b.String()
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("%q, first seen as %q (seed, S, order, P)", g[i], w[i])
		}
	}
	return "more or fewer lines"
}
