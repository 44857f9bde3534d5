// Mutate changes the core mechanically, one small change at a time, and runs the tests
// on each: a change that no test notices is a test that is missing, or no change at all.
//
//	go run ./tools/mutate                     all mutants of the default files
//	go run ./tools/mutate -run room.go        those whose name matches
//	go run ./tools/mutate -list               name them
//
// No source file is touched: a mutant is built with go test -overlay in a scratch
// directory. It fails if a mutant survives that testdata/mutants.txt does not explain,
// or if one is explained there that does not survive (make mutate).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// files are what is mutated: names, text safety, the line reader, the transcript and
// the room, which is where a mistake shows least and matters most.
var files = []string{"name.go", "script.go", "text.go", "line.go", "telnet.go", "transcript.go", "room.go", "bucket.go"}

const (
	pkg           = "chat"
	survivorsFile = "testdata/mutants.txt"
)

func main() {
	run := flag.String("run", "", "only mutants whose name matches the `regexp`")
	list := flag.Bool("list", false, "name the mutants, and do nothing else")
	workers := flag.Int("p", 2, "how many `mutants` are tested at once")
	limit := flag.Duration("timeout", 30*time.Second, "how long one suite may take; then the mutant hangs, and is killed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := mutate(ctx, *run, *list, *workers, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func mutate(ctx context.Context, run string, list bool, workers int, limit time.Duration) error {
	wanted, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	var all []*mutant
	for _, name := range files {
		found, err := mutantsOf(filepath.Join(pkg, name))
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	whole := len(all)
	all = slices.DeleteFunc(all, func(m *mutant) bool { return !wanted.MatchString(m.name) })
	if list {
		for _, m := range all {
			fmt.Println(m.name)
		}
		return nil
	}
	explained, err := readSurvivors(survivorsFile)
	if err != nil {
		return err
	}
	l, err := newLab(limit)
	if err != nil {
		return err
	}
	defer l.close()
	if v := l.judge(ctx, &mutant{}); v.fate != survived {
		return fmt.Errorf("the tests fail without any change: %s", v.by)
	}
	verdicts := l.judgeAll(ctx, all, workers)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return report(all, verdicts, explained, len(all) == whole)
}

// judgeAll judges mutants, some at once, and says how it goes on.
func (l *lab) judgeAll(ctx context.Context, all []*mutant, workers int) []verdict {
	verdicts := make([]verdict, len(all))
	next := make(chan int)
	var tasks sync.WaitGroup
	for range max(workers, 1) {
		tasks.Go(func() {
			for i := range next {
				verdicts[i] = l.judge(ctx, all[i])
				fmt.Printf("%-9s %s  %s\n", verdicts[i].fate, all[i].name, verdicts[i].by)
			}
		})
	}
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	tasks.Wait()
	return verdicts
}

// report prints the score by file and what is wrong with the list of survivors.
func report(all []*mutant, verdicts []verdict, explained map[string]string, whole bool) error {
	type score struct{ killed, survived, equivalent, stillborn int }
	scores := map[string]*score{}
	var total score
	var problems []string
	seen := map[string]bool{}
	for i, m := range all {
		s := scores[m.file]
		if s == nil {
			s = &score{}
			scores[m.file] = s
		}
		seen[m.name] = true
		reason, listed := explained[m.name]
		switch fate := verdicts[i].fate; {
		case fate == stillborn:
			s.stillborn++
			total.stillborn++
		case fate == survived && strings.HasPrefix(reason, "equivalent"):
			s.equivalent++
			total.equivalent++
		case fate == survived:
			s.survived++
			total.survived++
			if !listed {
				problems = append(problems, "survives, and nothing explains it: "+m.name+"\n\t"+m.was+"\n\t"+m.is)
			}
		default:
			s.killed++
			total.killed++
			if listed {
				problems = append(problems, "is killed by "+verdicts[i].by+", yet explained as a survivor: "+m.name)
			}
		}
	}
	if whole {
		for name := range explained {
			if !seen[name] {
				problems = append(problems, "is explained, but there is no such mutant: "+name)
			}
		}
	}
	line := func(name string, s *score) {
		percent := 100.0
		if n := s.killed + s.survived; n > 0 {
			percent = 100 * float64(s.killed) / float64(n)
		}
		fmt.Printf("%-14s %6.1f %%  %d killed, %d survived, %d change nothing, %d do not compile\n",
			name, percent, s.killed, s.survived, s.equivalent, s.stillborn)
	}
	fmt.Println()
	for _, name := range files {
		if s := scores[name]; s != nil {
			line(name, s)
		}
	}
	line("all", &total)
	if len(problems) > 0 {
		slices.Sort(problems)
		return fmt.Errorf("%d to look at:\n%s", len(problems), strings.Join(problems, "\n"))
	}
	return nil
}
