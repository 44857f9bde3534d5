package sim

import (
	"fmt"
	"strings"
	"time"
)

// The measures of a drawing, in pixels.
const (
	clockWidth  = 165 // of the column of times and operations
	serverWidth = 130 // of the server's lane
	clientWidth = 205
	headHeight  = 42 // of the names above the lanes
	lineHeight  = 16 // of a row
	noteHeight  = 17 // of a line of a note
	labelChars  = 25 // that fit beside a lane
	columnsMost = 8  // more clients share lanes, one after the other
)

// A drawing is a recording with places: what the templates of svg.go draw.
type drawing struct {
	Title         string
	Broken        bool
	Width, Height int
	Server        int // x
	Heads         []drawnText
	Steps         []drawnStep
	Lines         []drawnLine
	Bands         []drawnBand
	Arrows        []drawnArrow
	Dots          []drawnDot
	Labels        []drawnText
	Notes         []drawnNote

	rec    *Recording
	y      []int // of each row
	column []int // of each client
}

type drawnText struct {
	X, Y        int
	Text, Title string
	Class       string

	lines int // that the text stands for
}

type drawnStep struct {
	Y        int
	Time, Op string
	Rule     bool
}

type drawnLine struct{ X, Y1, Y2, Color int }

type drawnBand struct {
	X, Y, Height int
	Text, Class  string
}

type drawnArrow struct {
	X1, Y1, X2, Y2 int
	Class, Mark    string
	Title          string
}

type drawnDot struct {
	X, Y  int
	Class string
	Title string
}

type drawnNote struct {
	X, Y, Width, Height int
	Lines               []drawnText
}

// draw gives everything its place.
func (rec *Recording) draw() *drawing {
	d := &drawing{rec: rec, Server: clockWidth + serverWidth/2, Broken: len(rec.Violations) > 0}
	d.Title = fmt.Sprintf("Seed %d: every promise is kept", rec.Schedule.Options.Seed)
	if d.Broken {
		d.Title = fmt.Sprintf("Seed %d: a promise is broken", rec.Schedule.Options.Seed)
	}
	columns := d.placeColumns()
	d.Width = clockWidth + serverWidth + columns*clientWidth
	d.placeRows()
	d.heads()
	d.drawLanes()
	d.drawSteps()
	d.drawBands()
	d.drawPoints()
	d.drawPackets()
	d.cutLabels()
	return d
}

// x is the middle of a client's lane, or of the server's.
func (d *drawing) x(lane int) int {
	if lane < 0 {
		return d.Server
	}
	return clockWidth + serverWidth + d.column[lane]*clientWidth + 20
}

// placeColumns gives each client a column: its own where they are few, otherwise
// one that nobody needs any more.
func (d *drawing) placeColumns() int {
	var free []int // by column: the row from which it is free
	for i, l := range d.rec.lanes {
		at := len(free)
		for c, from := range free {
			if len(d.rec.lanes) > columnsMost && from < l.from {
				at = c
				break
			}
		}
		if at == len(free) {
			free = append(free, 0)
		}
		free[at] = max(l.to, lastPacket(d.rec.packets, i)) + 1
		d.column = append(d.column, at)
	}
	return len(free)
}

func lastPacket(packets []packet, lane int) (last int) {
	for i := range packets {
		if packets[i].lane == lane {
			last = max(last, packets[i].from, packets[i].to)
		}
	}
	return last
}

// placeRows gives each row its y: notes have room below their row.
func (d *drawing) placeRows() {
	notes := make(map[int][]note)
	for _, n := range d.rec.notes {
		notes[n.row] = append(notes[n.row], n)
	}
	y := lineHeight
	for i := range d.rec.rows {
		if i > 0 && d.rec.rows[i].op != "" {
			y += 4
		}
		d.y = append(d.y, y)
		y += lineHeight
		for k, n := range notes[i] {
			if k == notesMost {
				break
			}
			y = d.placeNote(n, y)
		}
	}
	d.Height = y + lineHeight
}

// notesMost is how many broken promises a moment shows; all are above the diagram.
const notesMost = 3

func (d *drawing) placeNote(n note, y int) int {
	width := min(max(d.Width-clockWidth-20, 300), 760)
	box := drawnNote{X: clockWidth, Y: y - 4, Width: width}
	for i, text := range wrap(n.text, width/8) {
		box.Lines = append(box.Lines, drawnText{X: box.X + 10, Y: box.Y + 16 + i*noteHeight, Text: text})
	}
	box.Height = len(box.Lines)*noteHeight + 7
	d.Notes = append(d.Notes, box)
	return y + box.Height + 12
}

// wrap breaks a text into lines of at most n bytes, at spaces where there are any.
func wrap(text string, n int) (lines []string) {
	text, _, _ = strings.Cut(text, "\n") // a panic brings its stack
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > n {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + shorten(word, n))
	}
	return append(lines, line)
}

// heads names the lanes; one that several clients share names none of them.
func (d *drawing) heads() {
	d.Heads = append(d.Heads, drawnText{X: d.Server, Y: 26, Text: "server", Class: "server"})
	names := make(map[int][]string)
	for i, l := range d.rec.lanes {
		names[d.x(i)] = append(names[d.x(i)], l.name)
	}
	for i, l := range d.rec.lanes {
		all := names[d.x(i)]
		if all[0] != l.name {
			continue
		}
		text := strings.Join(all, ", ")
		d.Heads = append(d.Heads, drawnText{X: d.x(i), Y: 26, Text: shorten(text, labelChars), Title: text, Class: fmt.Sprintf("k%d", d.column[i]%8)})
	}
}

func (d *drawing) drawLanes() {
	for i, l := range d.rec.lanes {
		d.Lines = append(d.Lines, drawnLine{d.x(i), d.y[l.from] - 6, d.y[max(l.to, lastPacket(d.rec.packets, i))] + 4, d.column[i] % 8})
	}
}

// drawSteps puts the operations and the time beside the rows.
func (d *drawing) drawSteps() {
	var last time.Duration
	for i, r := range d.rec.rows {
		if r.op == "" && r.at == last && i > 0 {
			continue
		}
		s := drawnStep{Y: d.y[i], Op: r.op, Rule: r.op != ""}
		if r.op != "" && r.step > 0 && r.step <= len(d.rec.Schedule.Ops) {
			s.Op = fmt.Sprintf("%d %s", r.step, r.op)
		}
		if r.at != last || i == 0 {
			s.Time = virtual(r.at)
		}
		last = r.at
		d.Steps = append(d.Steps, s)
	}
}

// virtual writes a time of the world.
func virtual(at time.Duration) string { return at.Round(time.Millisecond / 10).String() }

func (d *drawing) drawBands() {
	for _, b := range d.rec.bands {
		x, class := d.x(b.lane)-7, "fault"
		if b.lane < 0 {
			class = "stop"
		}
		y := d.y[b.from] - 6
		d.Bands = append(d.Bands, drawnBand{X: x, Y: y, Height: d.y[b.to] + 4 - y, Text: b.text, Class: class})
		if b.text != "gone" && b.text != "stops" {
			d.label(b.lane, b.from, b.text, b.text, "what")
		}
	}
}
