package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// nothing stands where there is no number to show.
const nothing = "-"

// A scale is a unit and how many of the base unit it is.
type scale struct {
	size float64
	unit string
}

var timeScales = []scale{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}}

// Memory is counted in powers of two, as the kernel and its tools do.
var byteScales = []scale{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}}

// seconds is a measured time, with three digits: "1.53 ms". Under a microsecond, as
// the CPU of one delivery is, it stays in microseconds so that figures line up.
func seconds(v float64) string {
	switch {
	case !finite(v):
		return nothing
	case v == 0:
		return "0 s"
	case v < 0:
		return "-" + seconds(-v)
	case v < 0.0005e-6:
		return "under 0.001 µs"
	case v < 0.9995e-6:
		return fmt.Sprintf("%.3f µs", v*1e6)
	}
	return scaled(v, timeScales)
}

// span is a time that somebody asked for or that passes on a clock: "2 s",
// "1 min 30 s", "2 h 5 min".
func span(v float64) string {
	switch {
	case !finite(v) || math.Abs(v) > 1e9:
		return nothing
	case v < 0:
		return "-" + span(-v)
	case v < 59.95:
		return trimmed(v) + " s"
	}
	all := int64(math.Round(v))
	h, m, s := all/3600, all/60%60, all%60
	switch {
	case h > 0 && m == 0:
		return fmt.Sprintf("%s h", grouped(h))
	case h > 0:
		return fmt.Sprintf("%s h %d min", grouped(h), m)
	case s == 0:
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d min %d s", m, s)
}

// trimmed is v with at most one digit after the point, or two digits that count where
// v is small.
func trimmed(v float64) string {
	if v != 0 && v < 0.1 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// size is a number of bytes: "512 B", "41.3 MiB".
func size(v float64) string {
	switch {
	case !finite(v):
		return nothing
	case v < 0:
		return "-" + size(-v)
	case v < 1023.5:
		return strconv.FormatFloat(v, 'f', 0, 64) + " B"
	}
	return scaled(v, byteScales)
}

// scaled is v, above 0, in the largest unit that leaves something before the point.
func scaled(v float64, scales []scale) string {
	for _, s := range scales {
		// Rounding first: 999.6 µs is 1.00 ms, not 1000 µs.
		if round3(v/s.size) >= 1 {
			return three(v/s.size) + " " + s.unit
		}
	}
	last := scales[len(scales)-1]
	return three(v/last.size) + " " + last.unit
}

// three is v with three digits that count.
func three(v float64) string {
	switch v = round3(v); {
	case v >= 1e7:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v >= 1000:
		return grouped(int64(v))
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func round3(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// perSecond is a rate: "1,800/s".
func perSecond(v float64) string { return number(v) + "/s" }

// number is a figure without a unit of its own: whole where it is whole or large.
func number(v float64) string {
	switch {
	case !finite(v):
		return nothing
	case v < 0:
		return "-" + number(-v)
	case v >= 1e15:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v == math.Trunc(v) || v >= 100:
		return grouped(int64(math.Round(v)))
	case v < 0.005:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return three(v)
}

// share is a part of a whole, 1 being all: "99.98 %". It never rounds to all or to
// nothing what is not: one lost in a million must not read as "100 %".
func share(v float64) string {
	switch {
	case !finite(v):
		return nothing
	case v < 0:
		return "-" + share(-v)
	case v == 0:
		return "0 %"
	case v < 0.0001:
		return "under 0.01 %"
	case v < 1:
		s := strconv.FormatFloat(math.Floor(v*1e4+1e-9)/100, 'f', 2, 64)
		return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " %"
	}
	return number(math.Floor(v*1000+1e-9)/10) + " %"
}

// times is a ratio: "1.08".
func times(v float64) string {
	switch {
	case !finite(v) || v < 0:
		return nothing
	case v >= 100:
		return number(v)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// count is a number of things: "1 message", "2,000 messages".
func count(n int64, noun string) string {
	if n == 1 || n == -1 {
		return grouped(n) + " " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return grouped(n) + " " + stem + "ies"
	}
	return grouped(n) + " " + noun + "s"
}

// flow is a number of things a second: "1 message/s", "1,800 messages/s".
func flow(v float64, noun string) string {
	n := number(v)
	if n != "1" {
		_, noun, _ = strings.Cut(count(2, noun), " ")
	}
	return n + " " + noun + "/s"
}

// grouped is n with a comma between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// measured is v in a unit of a result ("s", "B", "1/s", "1"), or a "share".
func measured(v float64, unit string) string {
	switch unit {
	case "s":
		return seconds(v)
	case "B":
		return size(v)
	case "1/s":
		return perSecond(v)
	case "share":
		return share(v)
	}
	return number(v)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// ratio is a/b, and 0 where b is: callers show counts beside it.
func ratio(a, b float64) float64 {
	if b == 0 || !finite(a) || !finite(b) {
		return 0
	}
	return a / b
}
