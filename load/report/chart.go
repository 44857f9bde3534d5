package report

import "math"

// A chart is one picture: curves over an axis, between scales. It is drawn by the
// template "chart" as two pieces of SVG, the labels of the upright axis and the plot
// beside it. The plot has no size of its own: curves stretch with it, words do not.
type chart struct {
	ID     string // within the page
	Title  string
	Desc   string // what the picture shows, for whoever does not see it
	Legend []legend
	Bands  []band
	YTicks []tick
	XTicks []tick
	Areas  []curve
	Lines  []curve
	Dots   []dot

	Place place // in a picture of several charts
}

// A place is where a chart stands in a picture of its own, in pixels.
type place struct{ X, Y, Width int }

// Left is where the plot begins, right of the labels.
func (p place) Left() int { return p.X + 64 }

// PlotWidth is what is left of the width.
func (p place) PlotWidth() int { return p.Width - 64 }

type legend struct{ Class, Mark, Text string }

// A curve is the path of a line or an area.
type curve struct{ Class, D string }

// A tick is a mark of an axis: At is in pixels from the top of the chart for the upright
// axis, and in percent of the width for the other.
type tick struct {
	At     float64
	Text   string
	Anchor string // SVG's text-anchor
}

// Shifted is where the words beside an upright tick stand.
func (t tick) Shifted() float64 { return t.At + 4 }

// A dot is a point that would be lost as a line: in percent, and pixels from the top.
type dot struct {
	Class string
	X, Y  float64
}

// The plot's own units, and its place within the chart in pixels: a row of legend above,
// a row of labels below. The template has the same numbers.
const (
	unitsX = 2000.0
	unitsY = 1000.0

	plotTop    = 26.0
	plotHeight = 150.0
)

// pixels is a height in the plot's units as pixels of the chart.
func pixels(y float64) float64 { return tenth(plotTop + y/unitsY*plotHeight) }

func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// timeTicks are labels of seconds below a plot, at most about seven.
func timeTicks(length float64) []tick {
	step := length
	for _, s := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800} {
		if length/s <= 6 {
			step = s
			break
		}
	}
	var all []tick
	for i := 0; float64(i)*step <= length*1.0001 && i < 8; i++ {
		at := float64(i) * step
		all = append(all, tick{At: tenth(at / length * 100), Text: span(at), Anchor: anchor(at / length)})
	}
	return all
}

// anchor keeps the words of a label inside the picture.
func anchor(part float64) string {
	switch {
	case part < 0.02:
		return "start"
	case part > 0.95:
		return "end"
	}
	return "middle"
}
