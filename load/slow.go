package load

import (
	"fmt"
	"strconv"
	"strings"
)

// Slow says how many clients read slowly, and how slowly. The zero value is none.
type Slow struct {
	Percent   float64 // of the clients
	Bandwidth float64 // bytes a second
}

// ParseSlow reads "5%:1KB/s"; the unit is B, KB, MB (powers of 1000) or KiB, MiB. ""
// is none. The error says what was expected.
func ParseSlow(text string) (Slow, error) {
	if text == "" {
		return Slow{}, nil
	}
	percent, bandwidth, ok := strings.Cut(text, ":")
	number, hasPercent := strings.CutSuffix(percent, "%")
	p, err := strconv.ParseFloat(number, 64)
	b, okBandwidth := parseBandwidth(bandwidth)
	if !ok || !hasPercent || err != nil || !okBandwidth {
		return Slow{}, fmt.Errorf("slow %q: want a share and a bandwidth, as in 5%%:1KB/s", text)
	}
	s := Slow{Percent: p, Bandwidth: b}
	return s, s.check()
}

func parseBandwidth(text string) (float64, bool) {
	text, ok := strings.CutSuffix(text, "B/s")
	if !ok {
		return 0, false
	}
	factor := 1.0
	for _, unit := range []struct {
		name   string
		factor float64
	}{{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"K", 1e3}, {"k", 1e3}, {"M", 1e6}} {
		if rest, ok := strings.CutSuffix(text, unit.name); ok {
			text, factor = rest, unit.factor
			break
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	return f * factor, err == nil
}

func (s Slow) check() error {
	if !(s.Percent >= 0 && s.Percent <= 100) {
		return fmt.Errorf("load: slow clients are %s %%: must be 0 to 100", number(s.Percent))
	}
	if s.Percent > 0 && !(s.Bandwidth >= 1 && s.Bandwidth <= 1e9) {
		return fmt.Errorf("load: slow clients read %s B/s: must be 1 to 1000000000", number(s.Bandwidth))
	}
	return nil
}

// String is the text that ParseSlow reads.
func (s Slow) String() string {
	switch {
	case s.Percent == 0:
		return ""
	case s.Bandwidth >= 1e6:
		return number(s.Percent) + "%:" + number(s.Bandwidth/1e6) + "MB/s"
	case s.Bandwidth >= 1e3:
		return number(s.Percent) + "%:" + number(s.Bandwidth/1e3) + "KB/s"
	}
	return number(s.Percent) + "%:" + number(s.Bandwidth) + "B/s"
}
