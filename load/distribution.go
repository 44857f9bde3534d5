package load

import (
	"errors"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The range of every histogram, in microseconds. What lies outside is recorded at the
// border, so that nothing is left out.
const (
	histLowest  = 1
	histHighest = int64(time.Hour / time.Microsecond)
	histDigits  = 3
)

// newHist returns an empty histogram of microseconds.
func newHist() *hdrhistogram.Histogram { return hdrhistogram.New(histLowest, histHighest, histDigits) }

// NewDistribution reads a distribution off a histogram of microseconds. nil and an
// empty one give a distribution with a count of 0. It keeps h, which must not change
// afterwards.
func NewDistribution(h *hdrhistogram.Histogram) Distribution {
	if h == nil || h.TotalCount() == 0 {
		return Distribution{}
	}
	at := func(percent float64) float64 { return float64(h.ValueAtPercentile(percent)) / 1e6 }
	d := Distribution{
		Count: h.TotalCount(),
		Mean:  h.Mean() / 1e6,
		P50:   at(50),
		P90:   at(90),
		P99:   at(99),
		P999:  at(99.9),
		Max:   float64(h.Max()) / 1e6,
		hist:  h,
	}
	// It fails for no histogram that newHist made; without it a report is still whole,
	// but cannot be merged.
	if text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase); err == nil {
		d.Histogram = string(text)
	}
	return d
}

// Hist returns the histogram, in microseconds: the one the distribution was made of,
// or else what Histogram has in it. A distribution with a count of 0 has an empty one.
// The error says that Histogram is damaged or missing, or disagrees with Count.
func (d *Distribution) Hist() (*hdrhistogram.Histogram, error) {
	switch {
	case d.hist != nil:
		return d.hist, nil
	case d.Count == 0:
		return newHist(), nil
	case d.Histogram == "":
		return nil, errors.New("load: the distribution has no histogram")
	}
	h, err := hdrhistogram.Decode([]byte(d.Histogram))
	if err != nil {
		return nil, fmt.Errorf("load: the distribution's histogram: %w", err)
	}
	if n := h.TotalCount(); n != d.Count {
		return nil, fmt.Errorf("load: the distribution's histogram has %d values, its count says %d", n, d.Count)
	}
	return h, nil
}

// micros is d as the histograms have it, inside their range.
func micros(d time.Duration) int64 {
	return min(max(d.Microseconds(), 0), histHighest)
}
