package sim

import (
	"fmt"
	"strings"
)

// drawPackets draws each packet as an arrow, from when it was written to when it
// was read.
func (d *drawing) drawPackets() {
	for i := range d.rec.packets {
		k := &d.rec.packets[i]
		if k.to < 0 {
			d.drawLost(k)
			continue
		}
		a := d.arrow(k)
		a.Y2 = d.y[k.to]
		d.Arrows = append(d.Arrows, a)
		row := k.from
		if !k.up {
			row = k.to
		}
		class := "said"
		switch {
		case k.violation != "":
			class = "bad"
		case !k.up:
			class = "heard"
		}
		d.place(k.lane, row, drawnText{Text: k.label, Title: k.title, Class: class, lines: k.lines})
		at := k.to
		if !k.up {
			at = k.from
		}
		if k.task != "" {
			d.Dots = append(d.Dots, drawnDot{d.Server, d.y[at], "turn", "task " + k.task})
		}
	}
}

// arrow is the beginning of a packet's arrow and its looks.
func (d *drawing) arrow(k *packet) drawnArrow {
	color := d.column[k.lane] % 8
	a := drawnArrow{X1: d.Server + 4, X2: d.x(k.lane) - 3, Y1: d.y[k.from], Class: fmt.Sprintf("k%d", color), Mark: fmt.Sprintf("m%d", color), Title: k.title}
	if k.up {
		a.X1, a.X2 = d.x(k.lane)-3, d.Server+4
	}
	if k.violation != "" {
		a.Class, a.Mark = "bad", "mbad"
		a.Title = k.violation + "\n" + a.Title
	}
	return a
}

// drawLost draws what nobody ever read: it stops halfway.
func (d *drawing) drawLost(k *packet) {
	a := d.arrow(k)
	a.X2 = (a.X1 + a.X2) / 2
	a.Y2 = a.Y1 + lineHeight
	a.Class, a.Mark = a.Class+" lost", "mlost"
	d.Arrows = append(d.Arrows, a)
	if k.up {
		d.label(k.lane, k.from, k.label, k.title, "said")
	}
}

func (d *drawing) drawPoints() {
	for _, p := range d.rec.points {
		d.Dots = append(d.Dots, drawnDot{d.x(p.lane), d.y[p.row], "what", p.text})
		text := p.text
		if p.text == "connects" && p.lane >= 0 {
			text = d.rec.Clients[p.lane].Client + " connects"
		}
		d.label(p.lane, p.row, text, text, "what")
	}
}

// label puts a text beside a lane: behind what is there already.
func (d *drawing) label(lane, row int, text, title, class string) {
	d.place(lane, row, drawnText{Text: text, Title: title, Class: class})
}

// place puts a label to its place, or what it says into the label that is there.
func (d *drawing) place(lane, row int, t drawnText) {
	if t.Text == "" {
		return
	}
	t.X, t.Y = d.x(lane)+9, d.y[row]+4
	for i := range d.Labels {
		if l := &d.Labels[i]; l.X == t.X && l.Y == t.Y {
			l.merge(t)
			return
		}
	}
	d.Labels = append(d.Labels, t)
}

// merge adds what is said at the same place: of several lines that are read at once
// the last shows, or the one that breaks a promise.
func (l *drawnText) merge(t drawnText) {
	l.Title += "\n" + t.Title
	l.lines += t.lines
	switch {
	case l.Class == "bad":
	case t.Class == "bad":
		l.Text, l.Class = t.Text, t.Class
	case l.Class == "heard" && t.Class == "heard":
		l.Text = t.Text
	default:
		l.Text += ", " + t.Text
	}
}

// cutLabels makes the labels fit beside their lanes.
func (d *drawing) cutLabels() {
	for i := range d.Labels {
		l := &d.Labels[i]
		if l.lines > 1 {
			l.Text = fmt.Sprintf("(%d) %s", l.lines, l.Text)
		}
		if l.X > d.Server+9 {
			l.Text = shorten(l.Text, labelChars)
		}
	}
}

// shorten cuts a text to n characters.
func shorten(s string, n int) string {
	chars := []rune(s)
	if len(chars) <= n {
		return s
	}
	return strings.TrimRight(string(chars[:n-1]), " ") + "…"
}
