package faultproxy

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	const s = time.Second
	for text, want := range map[string]Fault{
		"30s:2s:blackhole:5%":             {At: 30 * s, For: 2 * s, Kind: Blackhole, Percent: 5},
		"10s:5s:latency=200ms:50%":        {At: 10 * s, For: 5 * s, Kind: Latency, Percent: 50, Delay: 200 * time.Millisecond},
		"0:1m:latency:100%":               {For: 60 * s, Kind: Latency, Percent: 100, Delay: 100 * time.Millisecond},
		"1s:1s:bandwidth=1KB/s:0.5%":      {At: s, For: s, Kind: Bandwidth, Percent: .5, Rate: 1000},
		"1s:1s:bandwidth=1kB/s:1%":        {At: s, For: s, Kind: Bandwidth, Percent: 1, Rate: 1000},
		"1s:1s:bandwidth=1.5MiB/s:1%":     {At: s, For: s, Kind: Bandwidth, Percent: 1, Rate: 3 << 19},
		"1s:1s:bandwidth=7B/s:1%":         {At: s, For: s, Kind: Bandwidth, Percent: 1, Rate: 7},
		"1s:1s:bandwidth:1%":              {At: s, For: s, Kind: Bandwidth, Percent: 1, Rate: 1000},
		"1s:1s:slice=7:1%":                {At: s, For: s, Kind: Slice, Percent: 1, Piece: 7},
		"1s:1s:slice:1%":                  {At: s, For: s, Kind: Slice, Percent: 1, Piece: 1},
		"1s:0s:reset:1%":                  {At: s, Kind: Reset, Percent: 1},
		"1.5s:100us:halfclose:33.333333%": {At: 3 * s / 2, For: 100 * time.Microsecond, Kind: HalfClose, Percent: 33.333333},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseSaysWhatIsAllowed(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   `want AT:FOR:KIND:SHARE, as 30s:2s:blackhole:5%`,
		"30s:2s:blackhole":                   `want AT:FOR:KIND:SHARE, as 30s:2s:blackhole:5%`,
		"1s:1s:slice:1%:1":                   `want AT:FOR:KIND:SHARE, as 30s:2s:blackhole:5%`,
		"30:2s:reset:5%":                     `AT "30": want a duration, as 30s from the start`,
		"-1s:2s:reset:5%":                    `AT "-1s": want a duration, as 30s from the start`,
		"1s:soon:reset:5%":                   `FOR "soon": want a duration, as 2s`,
		"1s:-2s:reset:5%":                    `FOR "-2s": want a duration, as 2s`,
		"1s:2s:freeze:5%":                    `kind "freeze": want latency, bandwidth, slice, reset, blackhole or halfclose`,
		"1s:2s:freeze=1:5%":                  `kind "freeze": want latency, bandwidth, slice, reset, blackhole or halfclose`,
		"1s:2s::5%":                          `kind "": want latency, bandwidth, slice, reset, blackhole or halfclose`,
		"1s:0s:blackhole:5%":                 `blackhole for 0s does nothing: want a duration above 0`,
		"1s:2s:blackhole=1s:5%":              `blackhole takes no parameter; latency, bandwidth and slice do`,
		"1s:2s:reset=:5%":                    `reset takes no parameter; latency, bandwidth and slice do`,
		"1s:2s:latency=fast:5%":              `latency "fast": want a duration above 0, as latency=200ms`,
		"1s:2s:latency=0s:5%":                `latency "0s": want a duration above 0, as latency=200ms`,
		"1s:2s:slice=0:5%":                   `slice "0": want a number of bytes above 0, as slice=7`,
		"1s:2s:slice=x:5%":                   `slice "x": want a number of bytes above 0, as slice=7`,
		"1s:2s:bandwidth=1KB:5%":             `bandwidth "1KB": want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)`,
		"1s:2s:bandwidth=0B/s:5%":            `bandwidth "0B/s": want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)`,
		"1s:2s:bandwidth=1kb/s:5%":           `bandwidth "1kb/s": want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)`,
		"1s:2s:bandwidth=InfB/s:5%":          `bandwidth "InfB/s": want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)`,
		"1s:2s:bandwidth=10000000000GB/s:5%": `bandwidth "10000000000GB/s": want bytes a second, at least 1B/s, as bandwidth=1KB/s (units B KB MB GB KiB MiB GiB)`,
		"1s:2s:reset:5":                      `SHARE "5": want a percentage of the connections above 0% and up to 100%, as 5%`,
		"1s:2s:reset:0%":                     `SHARE "0%": want a percentage of the connections above 0% and up to 100%, as 5%`,
		"1s:2s:reset:101%":                   `SHARE "101%": want a percentage of the connections above 0% and up to 100%, as 5%`,
		"1s:2s:reset:NaN%":                   `SHARE "NaN%": want a percentage of the connections above 0% and up to 100%, as 5%`,
		"1s:2s:reset:%":                      `SHARE "%": want a percentage of the connections above 0% and up to 100%, as 5%`,
		"2562047h:2562047h:reset:1%":         `it would end after the end of time`,
	} {
		f, err := Parse(text)
		require.EqualError(t, err, "fault \""+text+"\": "+want)
		require.Zero(t, f, text)
	}
}

// anyFault is a fault that passes its check.
func anyFault(t *rapid.T) Fault {
	const longest = int64(24 * time.Hour)
	f := Fault{
		At:      time.Duration(rapid.Int64Range(0, longest).Draw(t, "at")),
		For:     time.Duration(rapid.Int64Range(1, longest).Draw(t, "for")),
		Kind:    rapid.SampledFrom([]Kind{Latency, Bandwidth, Slice, Reset, Blackhole, HalfClose}).Draw(t, "kind"),
		Percent: rapid.Float64Range(math.SmallestNonzeroFloat64, 100).Draw(t, "percent"),
		Delay:   time.Duration(rapid.Int64Range(0, longest).Draw(t, "delay")),
		Rate:    rapid.Int64Range(0, 1<<52).Draw(t, "rate"), // a float64 carries it
		Piece:   rapid.IntRange(0, 1<<30).Draw(t, "piece"),
	}
	return f
}

func TestFaultStringIsParsedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFault(t)
		got, err := Parse(f.String())
		require.NoError(t, err)
		require.Equal(t, f.withDefaults(), got)
		require.Equal(t, f.String(), got.String())
	})
}

// TestParseNeverPanics: whatever is typed is a fault that New takes, or an error.
func TestParseNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-0-9.smh]{0,4}:[0-9.smh]{1,4}:(latency|bandwidth|slice|reset|x)?(=[0-9.KMiBs/]{0,6})?:[0-9.]{0,3}%?`).Draw(t, "text")
		f, err := Parse(text)
		if err == nil {
			require.NoError(t, f.check())
		}
	})
}
