package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

func median(all []int) int {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

const pageHead = `# The bug zoo

A test suite is worth what it catches. Each species here is a bug that chat servers
really have, re-created in this one by a small patch (testdata/zoo/NN-name/bug.patch),
with the story of how it shows, why it is tempting and what the right code does
(README.md beside it). A card is a species that this design has no way to express.

This page is written by the tool:

    make zoo                                       every species, up to its first kill
    make zoo-matrix                                every suite on every species
    go run ./tools/zoo -run '^36'                  one
    go run ./tools/zoo -live 36 -- -seed 2 -runs 1 the simulation, with the bug in it

A kill is a test that fails. Tests that read the source are left out, a compile error is
no kill, and a suite that hangs has killed only if it says where. The suites, in their
order: **sim**, new worlds of the simulation, one task at a time, then those that once
broke (testdata/schedules) and all orders of the small ones; **chatcheck**, which knows
no more than a client, against chatd with the bug in it; **transcripts**, the conversations
in memory and over loopback; **unit**, the other tests; **race**, the simulation with
several causes at a time, under the race detector. The simulation begins at seed 1, so a
seed is also the number of worlds that it took.

To add a species, make a directory with a README.md like the others and a bug.patch of
about 30 changed lines against the code as it is (diff -u, paths a/ and b/): the mistake
that a good engineer would make. ` + "`go test ./tools/zoo`" + ` says what is missing. What no
suite kills is a test that is missing.

`

// writePage writes the record of the kills.
func (z *zoo) writePage(real *row, rows []*row, s *summary) error {
	var b strings.Builder
	b.WriteString(pageHead)
	fmt.Fprintf(&b, "%d mutants, %d killed (%d %%), %d by the simulation or chatcheck\n"+
		"alone (%d %%), %d cards; %v, %d species at a time. The code without a bug passes every\nsuite of the same run.\n",
		s.mutants, s.killed, percent(s.killed, s.mutants), s.outside, percent(s.outside, s.mutants), s.cards,
		inMinutes(s.took), z.jobs)
	letters := make([]string, 0, len(groups))
	for letter := range groups {
		letters = append(letters, letter)
	}
	slices.Sort(letters)
	for _, letter := range letters {
		z.writeGroup(&b, letter, rows)
	}
	return os.WriteFile(z.page(), []byte(b.String()), 0o666)
}

func inMinutes(d time.Duration) string { return fmt.Sprintf("%.0f minutes", d.Minutes()) }

func (z *zoo) writeGroup(b *strings.Builder, letter string, rows []*row) {
	fmt.Fprintf(b, "\n## %s. %s\n\n", letter, groups[letter])
	fmt.Fprintln(b, "| species | breaks | how it shows | first killed by | what failed | took |")
	fmt.Fprintln(b, "|---|---|---|---|---|---|")
	for _, r := range rows {
		if r.species.group == letter && !r.species.card() {
			fmt.Fprintln(b, r.tableRow())
		}
	}
	for _, r := range rows {
		if r.species.group == letter && r.species.card() {
			fmt.Fprintf(b, "\n%s is a card: %s\n", link(r.species), r.species.ruledOut)
		}
	}
}

// tableRow is the species in one line. The time is that of the suite that killed it.
func (r *row) tableRow() string {
	s, killer := r.species, r.killer()
	what, took := "survives", ""
	if killer != "" {
		rec := r.records[killer]
		what, took = rec.kill(), fmt.Sprintf("%.1f s", rec.took.Seconds())
	}
	cells := []string{link(s), strings.Join(s.promises, " "), s.shows, killer, what, took}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func link(s *species) string {
	return fmt.Sprintf("[%s](../testdata/zoo/%s/README.md)", s.name, s.name)
}
