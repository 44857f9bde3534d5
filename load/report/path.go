package report

import (
	"math"
	"strconv"
	"strings"
)

// dotsMax is how many lonely points of a curve get a dot that cannot be overlooked.
const dotsMax = 8

// A path is built point by point; it breaks where there is nothing to show.
type path struct {
	b     strings.Builder
	drawn bool         // a line is under way
	alone [][2]float64 // points with no neighbour, in plot units
	run   int          // points in the line under way
	at    [2]float64
}

func (p *path) to(x, y float64) {
	p.at = [2]float64{x, y}
	verb := "L"
	if !p.drawn {
		verb, p.drawn, p.run = "M", true, 0
	}
	p.run++
	p.b.WriteString(verb + strconv.Itoa(int(math.Round(x))) + " " + strconv.Itoa(int(math.Round(y))))
}

func (p *path) lift() {
	if p.drawn && p.run == 1 {
		p.b.WriteString("h0") // a line of no length is drawn as a small dot
		if len(p.alone) < dotsMax {
			p.alone = append(p.alone, p.at)
		}
	}
	p.drawn = false
}

// d is the path, and dots for the points that stand alone.
func (p *path) d(class string) (curve, []dot) {
	p.lift()
	var dots []dot
	for _, at := range p.alone {
		dots = append(dots, dot{class, tenth(at[0] / unitsX * 100), pixels(at[1])})
	}
	return curve{class, p.b.String()}, dots
}

// draw adds a line through the values at the middle of each bin; not ok is a gap.
func (c *chart) draw(s *series, a axis, class string, value func(*point) (float64, bool)) {
	var p path
	for i := range s.points {
		v, ok := value(&s.points[i])
		if !ok {
			p.lift()
			continue
		}
		p.to(s.x(i), a.y(v))
	}
	line, dots := p.d(class)
	if line.D != "" {
		c.Lines = append(c.Lines, line)
	}
	c.Dots = append(c.Dots, dots...)
}

// fill adds the area between two values of each bin.
func (c *chart) fill(s *series, a axis, class string, low, high func(*point) float64) {
	var p path
	back := func(from, to int) {
		for i := to - 1; i >= from; i-- {
			p.to(s.x(i), a.y(low(&s.points[i])))
		}
		p.b.WriteString("Z")
		p.drawn = false
	}
	from := -1
	for i := range s.points {
		switch {
		case s.points[i].seconds > 0 && from < 0:
			from = i
		case s.points[i].seconds == 0 && from >= 0:
			back(from, i)
			from = -1
		}
		if from >= 0 {
			p.to(s.x(i), a.y(high(&s.points[i])))
		}
	}
	if from >= 0 {
		back(from, len(s.points))
	}
	if d := p.b.String(); d != "" {
		c.Areas = append(c.Areas, curve{class, d})
	}
}

// x is the middle of a bin in the plot's units.
func (s *series) x(i int) float64 {
	return min((float64(i)+0.5)*s.bin/s.length, 1) * unitsX
}
