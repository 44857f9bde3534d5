package blackbox

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	lanesWidth = 150 // of all lanes together
	laneLeast  = 26
	laneMost   = 60
	lanesMost  = 5
	lanesAbove = 24 // rows shown before the marked one
	lanesBelow = 3  // and behind it
	laneRun    = 4  // lines that one client reads in a row, before some are left out
)

// drawLanes draws what the clients did and read since event begun: one column each,
// time downward, with an arrow at the event that shows the fault. In a cell '>' is
// sent and '<' is read; of a date only the end is shown. At most five clients are
// shown: the one it happened to, and those who sent something last. Bystanders are
// shown only if it happened to one of them.
func drawLanes(clients, bystanders []*client, begun, marked int) string {
	for _, c := range bystanders {
		if len(clients) == 0 || weight(c, begun, marked) == math.MaxInt {
			clients = append(slices.Clone(clients), c)
		}
	}
	clients = laneClients(clients, begun, marked)
	rows, dropped := laneRows(clients, begun, marked)
	if len(rows) == 0 {
		return ""
	}
	d := &drawing{marked: marked}
	for _, c := range clients {
		if slices.ContainsFunc(rows, func(r laneRow) bool { return r.client == c }) {
			d.lanes = append(d.lanes, c)
		}
	}
	d.width = min(laneMost, max(laneLeast, lanesWidth/len(d.lanes)-2))
	var heads []string
	for _, c := range d.lanes {
		head := c.role
		if c.name != "" {
			head += " (" + visible(c.name) + ")"
		}
		heads = append(heads, cut(head, d.width))
	}
	d.row("   ", heads)
	if dropped > 0 {
		fmt.Fprintf(&d.text, "   ... %d earlier events\n", dropped)
	}
	for _, r := range rows {
		d.event(r)
	}
	return d.text.String()
}

// laneClients chooses whom to show.
func laneClients(clients []*client, begun, marked int) []*client {
	chosen := slices.Clone(clients)
	slices.SortStableFunc(chosen, func(a, b *client) int {
		return cmp.Compare(weight(b, begun, marked), weight(a, begun, marked))
	})
	chosen = chosen[:min(len(chosen), lanesMost)]
	return slices.DeleteFunc(slices.Clone(clients), func(c *client) bool { return !slices.Contains(chosen, c) })
}

// weight says how much a client has to do with a case: when it last sent something,
// or everything, if the marked event is its own.
func weight(c *client, begun, marked int) (w int) {
	c.hall.mu.Lock()
	defer c.hall.mu.Unlock()
	for _, e := range c.events {
		switch {
		case e.seq == marked:
			return math.MaxInt
		case e.seq >= begun && e.mark == '>':
			w = e.seq
		}
	}
	return w
}

// A laneRow is one event, or in place of several the number of them.
type laneRow struct {
	client *client
	event
	others int
}

// laneRows puts the events of all clients into one order, and keeps those around the
// marked one, or the last ones.
func laneRows(clients []*client, begun, marked int) (rows []laneRow, dropped int) {
	if len(clients) == 0 {
		return nil, 0
	}
	h := clients[0].hall
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range clients {
		for _, e := range c.events {
			if e.seq >= begun || e.seq == marked {
				rows = append(rows, laneRow{client: c, event: e})
			}
		}
	}
	slices.SortFunc(rows, func(a, b laneRow) int { return a.seq - b.seq })
	rows = thin(rows, marked)
	at := slices.IndexFunc(rows, func(r laneRow) bool { return r.seq == marked })
	if at < 0 {
		at = len(rows) - 1
	}
	dropped = max(0, at-lanesAbove)
	return rows[dropped:min(len(rows), at+1+lanesBelow)], dropped
}

// thin leaves out the middle of long runs of lines that one client reads.
func thin(rows []laneRow, marked int) (kept []laneRow) {
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && rows[j].client == rows[i].client && rows[j].mark == '<' && rows[j].seq != marked {
			j++
		}
		if j-i <= laneRun {
			kept = append(kept, rows[i:max(j, i+1)]...)
			i = max(j, i+1)
			continue
		}
		out := rows[i+1]
		out.others = j - i - 2
		kept = append(kept, rows[i], out, rows[j-1])
		i = j
	}
	return kept
}

// A drawing is lanes in the making.
type drawing struct {
	lanes  []*client
	width  int
	marked int
	text   strings.Builder
}

func (d *drawing) event(r laneRow) {
	cells := make([]string, len(d.lanes))
	at := slices.Index(d.lanes, r.client)
	switch {
	case r.others > 0:
		cells[at] = fmt.Sprintf("  ... %d lines", r.others)
	case r.mark == '.':
		cells[at] = "(" + cut(visible(r.text), d.width-2) + ")"
	default:
		cells[at] = cut(string(r.mark)+" "+shortTime(r.client.p, visible(r.text)), d.width)
	}
	margin := "   "
	if r.seq == d.marked {
		margin = "=> "
	}
	d.row(margin, cells)
}

func (d *drawing) row(margin string, cells []string) {
	row := margin
	for _, cell := range cells {
		row += cell + strings.Repeat(" ", max(0, d.width-utf8.RuneCountInString(cell))) + "  "
	}
	d.text.WriteString(strings.TrimRight(row, " ") + "\n")
}

// shortTime leaves of each date and time its last eight characters, the time of day.
func shortTime(p *Profile, s string) string {
	const most = 8
	if len(p.time) <= most {
		return s
	}
	shape := strings.ReplaceAll(regexp.QuoteMeta(p.time), "0", `\d`)
	return regexp.MustCompile(shape).ReplaceAllStringFunc(s, func(t string) string { return t[len(t)-most:] })
}

func cut(s string, width int) string {
	if r := []rune(s); len(r) > width {
		return string(r[:width-3]) + "..."
	}
	return s
}

// visible writes what would act on a terminal as its escape sequence in Go.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}
