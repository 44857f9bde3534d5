package report

import (
	"fmt"
	"math"
	"slices"

	"example.com/chatd/load"
)

// A band is a stretch of time in which something went on.
type band struct {
	Class string
	X, W  float64 // in the units of the plot
	Label string  // its number, or empty where there is no room
	At    float64 // of the label, in percent
	Title string  // or empty
}

const (
	bandsMax    = 16 // bands in a chart
	labelledMax = 8  // of more bands than these only the first chart has the numbers
)

// disturbances are the bands of faults and freezes, numbered as in the table of events.
func disturbances(r *load.Result, length float64) []band {
	var all []band
	lastLabel := -100.0
	n := 0
	for _, e := range notable(r.Events, eventRows) {
		if !disturbs(e) {
			continue
		}
		n++
		if len(all) == bandsMax || !finite(e.At) || !finite(e.End) {
			continue
		}
		from := min(max(e.At/length, 0), 1)
		to := min(max(e.End/length, from), 1)
		b := band{
			Class: e.Kind, X: tenth(from * unitsX), W: tenth(max((to-from)*unitsX, 4)),
			Title: tidy(e.Kind+" at "+moment(e.At)+": "+eventText(e, burst(r)), shortBytes),
		}
		if at := tenth((from + to) * 50); math.Abs(at-lastLabel) >= 4 {
			b.Label, b.At, lastLabel = fmt.Sprint(n), min(max(at, 1.5), 98.5), at
		}
		all = append(all, b)
	}
	return all
}

// bare are bands without words, for every chart but the first: a page stays small.
func bare(bands []band) []band {
	all := slices.Clone(bands)
	for i := range all {
		all[i].Title = ""
		if len(all) > labelledMax {
			all[i].Label = ""
		}
	}
	return all
}
