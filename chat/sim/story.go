package sim

import (
	"fmt"
	"strings"

	"example.com/chatd/chat/check"
)

// Log tells the run as a chat log with lanes: S is the server, the numbers are
// clients. A line with an arrow to S is the server reading, one from S is it
// writing; what a person types and reads stands beside it.
func (rec *Recording) Log() string {
	t := teller{rec: rec, byRow: make([][]told, len(rec.rows))}
	t.collect()
	t.head()
	for i := range rec.rows {
		t.row(i)
	}
	for _, v := range rec.Violations {
		text, _, _ := strings.Cut(v.String(), "\n")
		fmt.Fprintf(&t.text, "=> %s\n", text)
	}
	if len(rec.Violations) == 0 {
		t.text.WriteString("Every promise is kept.\n")
	}
	return t.text.String()
}

// A teller writes the story of a recording.
type teller struct {
	rec   *Recording
	byRow [][]told
	ends  [][]int // of each client's lines
	text  strings.Builder
}

// told is one line of the story.
type told struct {
	lane int
	sign byte // '<' to the server, '>' from it, '"' typed or read, '!' anything else
	text string
	bad  bool
}

func (t *teller) add(row int, line told) { t.byRow[row] = append(t.byRow[row], line) }

func (t *teller) collect() {
	rec, profile := t.rec, check.Chat()
	for i := range rec.Clients {
		t.ends = append(t.ends, cutLines(&profile, rec.Clients[i].Bytes))
	}
	for _, p := range rec.points {
		t.add(p.row, told{p.lane, '!', t.name(p.lane) + " " + p.text, false})
	}
	for _, b := range rec.bands {
		if b.text == "gone" {
			continue
		}
		t.add(b.from, told{b.lane, '!', t.name(b.lane) + " from now on: " + b.text, false})
		if b.to < len(rec.rows)-1 && b.lane >= 0 {
			t.add(b.to, told{b.lane, '!', t.name(b.lane) + " no more: " + b.text, false})
		}
	}
	for i := range rec.packets {
		t.packet(&rec.packets[i])
	}
	for _, n := range rec.notes {
		text, _, _ := strings.Cut(n.text, "\n")
		t.add(n.row, told{n.lane, '!', text, true})
	}
}

func (t *teller) packet(k *packet) {
	who := t.name(k.lane)
	task := ""
	if k.task != "" {
		task = " (" + k.task + ")"
	}
	if k.up {
		text := k.label
		if text == "" {
			text = fmt.Sprintf("%d bytes", k.b-k.a)
		}
		t.add(k.from, told{k.lane, '"', who + " types " + text, false})
		if k.to >= 0 {
			t.add(k.to, told{k.lane, '<', fmt.Sprintf("%d bytes%s", k.b-k.a, task), false})
		}
		return
	}
	lost := ""
	if k.to < 0 {
		lost = ", never read"
	}
	t.add(k.from, told{k.lane, '>', fmt.Sprintf("%d bytes%s%s", k.b-k.a, task, lost), false})
	if k.to >= 0 {
		for _, line := range t.lines(k) {
			t.add(k.to, told{k.lane, '"', fmt.Sprintf("%s reads %q", who, line), k.violation != ""})
		}
	}
}

// lines are what was read, cut at line ends and behind prompts.
func (t *teller) lines(k *packet) (lines []string) {
	read := t.rec.Clients[k.lane].Bytes
	at := int(k.a)
	for _, end := range t.ends[k.lane] {
		if at < end && end <= int(k.b) {
			lines = append(lines, string(read[at:end]))
			at = end
		}
	}
	if at < int(k.b) {
		lines = append(lines, string(read[at:k.b]))
	}
	return lines
}

func (t *teller) name(lane int) string {
	if lane < 0 {
		return "the server"
	}
	return t.rec.Clients[lane].Client
}

func (t *teller) head() {
	rec := t.rec
	fmt.Fprintf(&t.text, "Seed %d: %d operations, %d clients, %v in the simulated world.\n\n",
		rec.Schedule.Options.Seed, len(rec.Schedule.Ops), len(rec.Clients), rec.Simulated)
	fmt.Fprintf(&t.text, "%10s  S", "time")
	for i := range rec.lanes {
		fmt.Fprintf(&t.text, "%3d", i)
	}
	t.text.WriteString("\n")
}

func (t *teller) row(i int) {
	r := &t.rec.rows[i]
	if r.op != "" {
		op := r.op
		if r.step > 0 && r.step <= len(t.rec.Schedule.Ops) {
			op = fmt.Sprintf("%d %s", r.step, op)
		}
		fmt.Fprintf(&t.text, "%10s  %s  --- %s\n", virtual(r.at), t.lanes(i, told{lane: -2}), op)
	}
	for _, line := range t.byRow[i] {
		mark := "  "
		if line.bad {
			mark = "=>"
		}
		fmt.Fprintf(&t.text, "%10s  %s  %s %s\n", virtual(r.at), t.lanes(i, line), mark, line.text)
	}
}

// lanes draws the lanes of one line: those of clients that are there, and the
// arrow of what the line tells.
func (t *teller) lanes(row int, line told) string {
	cells := make([]byte, 1+3*len(t.rec.lanes))
	for i := range cells {
		cells[i] = ' '
	}
	cells[0] = '|'
	for i, l := range t.rec.lanes {
		if l.from <= row && row <= l.to {
			cells[3*(i+1)] = '|'
		}
	}
	at := 3 * (line.lane + 1)
	switch line.sign {
	case '<', '>':
		for i := 1; i < at; i++ {
			if cells[i] == ' ' {
				cells[i] = '-'
			}
		}
		cells[0], cells[at] = 'o', '>'
		if line.sign == '<' {
			cells[0], cells[at] = '<', 'o'
		}
	case '"':
		cells[at] = 'o'
	case '!':
		cells[max(at, 0)] = '*'
	}
	return string(cells)
}
