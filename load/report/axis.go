package report

import "math"

// An axis turns values into places between 0 and 1.
type axis struct {
	low, high float64
	log       bool
}

// logAxis holds all values above 0, and ends at round ones: 1, 2, 5 of a decade.
func logAxis(low, high float64) axis {
	if low <= 0 || high <= 0 {
		return axis{1e-3, 1e-1, true}
	}
	// A file may say anything; beyond this no latency makes sense.
	const least, most = 1e-9, 1e9
	a := axis{roundDown(min(max(low, least), most)), roundUp(min(max(high, least), most)), true}
	if a.low == a.high {
		a.high = roundUp(a.high * 1.5)
	}
	return a
}

// linearAxis goes from 0 to a round value not under high.
func linearAxis(high float64) axis {
	if high <= 0 || !finite(high) {
		return axis{0, 1, false}
	}
	return axis{0, roundUpBy(linearSteps, high), false}
}

func (a axis) place(v float64) float64 {
	if a.log {
		v = math.Log(v/a.low) / math.Log(a.high/a.low)
	} else {
		v = (v - a.low) / (a.high - a.low)
	}
	if !finite(v) {
		return 0
	}
	return min(max(v, 0), 1)
}

// y is where v stands in the plot, 0 being its top.
func (a axis) y(v float64) float64 { return (1 - a.place(v)) * unitsY }

// ticks are the labels of an upright axis, at most about five.
func (a axis) ticks(show func(float64) string) []tick {
	var all []tick
	for _, v := range a.marks() {
		all = append(all, tick{At: pixels(a.y(v)), Text: show(v)})
	}
	return all
}

func (a axis) marks() []float64 {
	switch {
	case !a.log && a.high == 1: // there is no half of a client
		return []float64{0, 1}
	case !a.log:
		return []float64{0, a.high / 2, a.high}
	}
	decades := math.Log10(a.high / a.low)
	var marks []float64
	steps := []float64{1, 2, 5}
	if decades > 1.5 {
		steps = []float64{1}
	}
	every := max(1, int(math.Ceil(decades/5)))
	for e := int(math.Floor(math.Log10(a.low))); e <= int(math.Ceil(math.Log10(a.high))); e += every {
		for _, m := range steps {
			if v := m * math.Pow10(e); v >= a.low*0.999 && v <= a.high*1.001 {
				marks = append(marks, v)
			}
		}
	}
	return marks
}

// roundSteps are what a logarithmic axis may end at, in each decade; linearSteps those
// of a linear one, whose halves are round too.
var (
	roundSteps  = []float64{1, 2, 5, 10}
	linearSteps = []float64{1, 2, 4, 6, 8, 10}
)

func roundUp(v float64) float64 { return roundUpBy(roundSteps, v) }

func roundUpBy(steps []float64, v float64) float64 {
	base := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, m := range steps {
		if m*base >= v*0.999999 {
			return m * base
		}
	}
	return 10 * base
}

func roundDown(v float64) float64 {
	base := math.Pow10(int(math.Floor(math.Log10(v))))
	down := base
	for _, m := range roundSteps {
		if m*base <= v*1.000001 {
			down = m * base
		}
	}
	return down
}
