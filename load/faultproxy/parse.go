package faultproxy

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	kinds = "latency, bandwidth, slice, reset, blackhole or halfclose"
	form  = "want AT:FOR:KIND:SHARE, as 30s:2s:blackhole:5%"
)

// Parse reads AT:FOR:KIND:SHARE, as in 30s:2s:blackhole:5%. AT and FOR are durations
// of package time, SHARE is a percentage. Three kinds take a parameter: latency=200ms,
// bandwidth=1KB/s (B, KB, MB, GB are powers of 1000, KiB, MiB, GiB of 1024) and
// slice=7, in bytes. The error says what was wrong and what is allowed.
func Parse(text string) (Fault, error) {
	f, err := parse(text)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func parse(text string) (f Fault, err error) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 {
		return f, errors.New(form)
	}
	if f.At, err = duration("AT", parts[0], "30s from the start"); err != nil {
		return f, err
	}
	if f.For, err = duration("FOR", parts[1], "2s"); err != nil {
		return f, err
	}
	kind, parameter, has := strings.Cut(parts[2], "=")
	f.Kind = Kind(kind)
	if has {
		if err := f.parameter(parameter); err != nil {
			return f, err
		}
	}
	f.Percent, err = percent(parts[3])
	return f.withDefaults(), err
}

func duration(what, text, example string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%s %q: want a duration, as %s", what, text, example)
	}
	return d, nil
}

// parameter reads what stands behind the kind's "=".
func (f *Fault) parameter(text string) (err error) {
	switch f.Kind {
	case Latency:
		f.Delay, err = time.ParseDuration(text)
		if err != nil || f.Delay <= 0 {
			return fmt.Errorf("latency %q: want a duration above 0, as latency=200ms", text)
		}
	case Bandwidth:
		f.Rate, err = rate(text)
	case Slice:
		f.Piece, err = strconv.Atoi(text)
		if err != nil || f.Piece <= 0 {
			return fmt.Errorf("slice %q: want a number of bytes above 0, as slice=7", text)
		}
	case Reset, Blackhole, HalfClose:
		err = fmt.Errorf("%s takes no parameter; latency, bandwidth and slice do", f.Kind)
	}
	return err // an unknown kind is told by check
}

// units are tried in this order: "KB" ends in "B" too.
var units = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
}

// rate reads bytes a second.
func rate(text string) (int64, error) {
	wrong := fmt.Errorf("bandwidth %q: want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)", text)
	size, ok := strings.CutSuffix(text, "/s")
	if !ok {
		return 0, wrong
	}
	for _, unit := range units {
		number, ok := strings.CutSuffix(size, unit.name)
		if !ok {
			continue
		}
		n, err := decimal(number)
		n *= unit.bytes
		if err != nil || !(n >= 1 && n < math.MaxInt64) {
			return 0, wrong
		}
		return int64(n), nil
	}
	return 0, wrong
}

func percent(text string) (float64, error) {
	number, ok := strings.CutSuffix(text, "%")
	n, err := decimal(number)
	if !ok || err != nil || !(n > 0 && n <= 100) {
		return 0, fmt.Errorf("SHARE %q: want a percentage of the connections above 0%% and up to 100%%, as 5%%", text)
	}
	return n, nil
}

// decimal reads a number as people write it: strconv takes 0x1p-2, Inf and 1_000 too.
func decimal(text string) (float64, error) {
	if strings.Trim(text, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}
