package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestSeconds(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 s", 1.5: "1.50 s", 0.9996: "1.00 s", 0.0015: "1.50 ms", 0.00099951: "1.00 ms", 213e-6: "213 µs", 1e-6: "1.00 µs",
		0.99996e-6: "1.00 µs", 0.072e-6: "0.072 µs", 1e-10: "under 0.001 µs", 75: "75.0 s", 3600: "3,600 s", -0.002: "-2.00 ms",
		math.NaN(): "-", math.Inf(1): "-", math.Inf(-1): "-",
	} {
		assert.Equal(t, want, seconds(v), "%g", v)
	}
}

func TestSpan(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 s", 2: "2 s", 2.5: "2.5 s", 0.25: "0.2 s", 0.05: "0.05 s", 59.97: "1 min", 90: "1 min 30 s", 3600: "1 h", 7500: "2 h 5 min", 1e300: "-",
	} {
		assert.Equal(t, want, span(v), "%g", v)
	}
}

func TestSize(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.00 KiB", 41 << 20: "41.0 MiB", 1 << 30: "1.00 GiB", 1<<20 - 1: "1.00 MiB",
	} {
		assert.Equal(t, want, size(v), "%g", v)
	}
}

func TestShare(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.5: "50 %", 0.999999: "99.99 %", 1e-9: "under 0.01 %", 0.29: "29 %", 0.123456: "12.34 %", 1.5: "150 %",
	} {
		assert.Equal(t, want, share(v), "%g", v)
	}
}

// One lost in any number does not read as 100 %.
func TestShareNeverRoundsUpToAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 1e12).Draw(t, "n")
		assert.NotEqual(t, "100 %", share(float64(n-1)/float64(n)))
		assert.NotEqual(t, "0 %", share(1/float64(n)))
	})
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 deliveries", 1: "1 delivery", 2: "2 deliveries", 1000: "1,000 deliveries", 1234567: "1,234,567 deliveries", -1: "-1 delivery", -1000: "-1,000 deliveries",
	} {
		assert.Equal(t, want, count(n, "delivery"))
	}
	assert.Equal(t, "1 client", count(1, "client"))
	assert.Equal(t, "2 clients", count(2, "client"))
	assert.Equal(t, "-9,223,372,036,854,775,808", grouped(math.MinInt64))
}

func TestFlow(t *testing.T) {
	assert.Equal(t, "1 delivery/s", flow(1, "delivery"))
	assert.Equal(t, "2,000 messages/s", flow(2000, "message"))
	assert.Equal(t, "0 messages/s", flow(0, "message"))
}

func TestTimes(t *testing.T) {
	for v, want := range map[float64]string{1.5: "1.50", 437.4: "437", 0: "0.00", math.Inf(1): "-"} {
		assert.Equal(t, want, times(v))
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", 0.5: "0.50", 1800.4: "1,800", 12.34: "12.3", 0.001: "0.001", 1e20: "1e+20", math.NaN(): "-"} {
		assert.Equal(t, want, number(v), "%g", v)
	}
}

func TestMoment(t *testing.T) {
	assert.Equal(t, "4.0 s", moment(4.01))
	assert.Equal(t, "-", moment(math.Inf(1)))
}
