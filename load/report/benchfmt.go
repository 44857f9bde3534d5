package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/chatd/load"
)

// Benchfmt writes runs in the format of Go's benchmarks, one line each, for benchstat.
// Runs of one setup have one name, so that several of them become one row with a spread.
// A run that measured nothing worth comparing (invalid, or the target never answered) is
// left out, and a comment says why. Bursts have no latency. The error is w's.
//
// What differs from run to run (its id, when it was) is in comments: benchstat makes a
// table of its own for each value of a configuration line.
func Benchfmt(w io.Writer, results ...*load.Result) error {
	var b strings.Builder
	benchUnits(&b, results)
	last := ""
	for _, r := range results {
		fmt.Fprintf(&b, "# run %s of %s, seed %d\n", word(r.Run), r.Started.UTC().Format("2006-01-02 15:04:05 UTC"), r.Setup.Seed)
		if why := notBenched(r); why != "" {
			fmt.Fprintf(&b, "# left out: %s\n", clean(why))
			continue
		}
		if config := benchConfig(r); config != last {
			b.WriteString(config)
			last = config
		}
		benchLine(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// notBenched is why a run has no figures to compare, or nothing.
func notBenched(r *load.Result) string {
	switch {
	case r.Verdict.Code == codeInvalid || len(r.Verdict.Invalid) > 0:
		return strings.Join(append([]string{"the measurement is invalid"}, r.Verdict.Invalid...), "; ")
	case r.Totals.Delivered == 0:
		return "nothing was delivered"
	}
	return ""
}

// benchUnits says of every unit used whether more of it is better.
func benchUnits(b *strings.Builder, results []*load.Result) {
	for _, m := range metrics() {
		for _, r := range results {
			if _, ok := m.value(r); ok && notBenched(r) == "" {
				better := "lower"
				if m.better == higher {
					better = "higher"
				}
				fmt.Fprintf(b, "Unit %s better=%s\n", m.bench, better)
				break
			}
		}
	}
}

func benchConfig(r *load.Result) string {
	return fmt.Sprintf("goos: %s\ngoarch: %s\ncores: %d\n", word(r.Machine.OS), word(r.Machine.Arch), r.Machine.Cores)
}

func benchLine(b *strings.Builder, r *load.Result) {
	fmt.Fprintf(b, "BenchmarkChatload%s 1", benchName(&r.Setup))
	for _, m := range metrics() {
		if v, ok := m.value(r); ok && finite(v) {
			fmt.Fprintf(b, " %s %s", strconv.FormatFloat(v, 'g', 6, 64), m.bench)
		}
	}
	b.WriteByte('\n')
}

// benchName is the part of the name after Benchmark and its noun, "/clients=10/rate=200".
func benchName(s *load.Setup) string {
	var name strings.Builder
	add := func(key, value string) { name.WriteString("/" + key + "=" + word(value)) }
	if s.Mode == load.ModeBurst {
		add("mode", s.Mode)
	}
	if s.Preset != "" {
		add("preset", s.Preset)
	}
	add("clients", strconv.Itoa(s.Clients))
	add("senders", strconv.Itoa(s.Senders))
	if s.Mode == load.ModeBurst {
		add("window", strconv.Itoa(s.Window))
	} else {
		add("rate", strconv.FormatFloat(s.Rate, 'f', -1, 64))
	}
	add("size", strconv.Itoa(s.Size))
	return name.String()
}

// word is s as one field of the format: without spaces, and without what parts a name.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != '/' && r != '=' {
			return r
		}
		return '_'
	}, s)
	if s == "" {
		return "none"
	}
	return s
}
