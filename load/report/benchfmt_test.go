package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

// A benchFile is what a reader of Go's benchmark format finds in a text.
type benchFile struct {
	units map[string]string // "better" of each unit
	lines []benchResult
}

type benchResult struct {
	name   string
	config map[string]string
	values map[string]float64
}

// readBench reads the format as its description has it: configuration lines "key:
// value", the key starting with a small letter and holding neither space nor capital;
// benchmark lines of a name, a number of iterations and pairs of value and unit; lines
// "Unit unit key=value"; all else is no matter.
func readBench(text string) (benchFile, error) {
	f := benchFile{units: map[string]string{}}
	config := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "Benchmark"):
			r, err := readBenchLine(fields)
			if err != nil {
				return f, fmt.Errorf("%q: %w", line, err)
			}
			for k, v := range config {
				r.config[k] = v
			}
			f.lines = append(f.lines, r)
		case len(fields) > 0 && fields[0] == "Unit":
			if len(fields) != 3 || !strings.HasPrefix(fields[2], "better=") {
				return f, fmt.Errorf("%q: bad unit line", line)
			}
			f.units[fields[1]] = strings.TrimPrefix(fields[2], "better=")
		default:
			if key, value, ok := strings.Cut(line, ":"); ok && benchKey(key) {
				config[key] = strings.TrimSpace(value)
			}
		}
	}
	return f, nil
}

func benchKey(key string) bool {
	for i, r := range key {
		if i == 0 && !unicode.IsLower(r) || unicode.IsSpace(r) || unicode.IsUpper(r) {
			return false
		}
	}
	return key != ""
}

func readBenchLine(fields []string) (benchResult, error) {
	r := benchResult{name: fields[0], config: map[string]string{}, values: map[string]float64{}}
	if len(fields) < 4 || len(fields)%2 != 0 {
		return r, fmt.Errorf("%d fields", len(fields))
	}
	if n, err := strconv.Atoi(fields[1]); err != nil || n < 1 {
		return r, fmt.Errorf("iterations %q", fields[1])
	}
	for i := 2; i < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || !finite(v) {
			return r, fmt.Errorf("value %q", fields[i])
		}
		if _, twice := r.values[fields[i+1]]; twice {
			return r, fmt.Errorf("unit %q twice", fields[i+1])
		}
		r.values[fields[i+1]] = v
	}
	return r, nil
}

func benchOf(t require.TestingT, results ...*load.Result) string {
	var b bytes.Buffer
	require.NoError(t, Benchfmt(&b, results...))
	return b.String()
}

func TestBenchfmtGolden(t *testing.T) {
	for _, name := range []string{"good", "burst", "broken", "invalid", "nobody"} {
		golden(t, name+".bench", benchOf(t, runsByName[name]()))
	}
	golden(t, "several.bench", benchOf(t, goodRun(), invalidRun(), goodRun(), burstRun()))
}

func TestBenchfmtReads(t *testing.T) {
	f, err := readBench(benchOf(t, goodRun(), goodRun(), burstRun()))
	require.NoError(t, err)
	require.Len(t, f.lines, 3)
	a, b, burst := f.lines[0], f.lines[1], f.lines[2]
	assert.Equal(t, "BenchmarkChatload/preset=steady/clients=10/senders=5/rate=200/size=96", a.name)
	assert.Equal(t, a, b, "runs of one setup are one row")
	assert.Equal(t, map[string]string{"goos": "linux", "goarch": "amd64", "cores": "2"}, a.config)
	assert.InEpsilon(t, goodRun().Latency.Deliver.P99, a.values["deliver-p99-sec"], 1e-5)
	assert.Equal(t, 1800.0, a.values["deliveries/s"])
	assert.Equal(t, "BenchmarkChatload/mode=burst/clients=1000/senders=4/window=256/size=96", burst.name)
	assert.NotContains(t, burst.values, "deliver-p99-sec")
	assert.Equal(t, "higher", f.units["deliveries/s"])
	assert.Equal(t, "lower", f.units["deliver-p99-sec"])
	for unit := range a.values {
		assert.Contains(t, f.units, unit)
	}
}

// A measurement that is invalid must not get into a mean.
func TestBenchfmtLeavesOutInvalidRuns(t *testing.T) {
	text := benchOf(t, invalidRun(), nobodyRun())
	f, err := readBench(text)
	require.NoError(t, err)
	assert.Empty(t, f.lines)
	assert.Empty(t, f.units)
	assert.Contains(t, text, "# left out: the measurement is invalid; its own lag p99 was 12.0 ms, over 5 ms")
	assert.Contains(t, text, "# left out: nothing was delivered")
}

// A name has its parts between slashes, each with one sign of equality.
func TestBenchName(t *testing.T) {
	s := load.Setup{Preset: "a/b=c d\n", Clients: 1, Senders: 1, Rate: 0.5, Size: 96}
	assert.Equal(t, "/preset=a_b_c_d_/clients=1/senders=1/rate=0.5/size=96", benchName(&s))
	assert.Equal(t, "none", word(""))
}

func TestBenchfmtAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult.Draw(t, "result")
		f, err := readBench(benchOf(t, r))
		require.NoError(t, err)
		if notBenched(r) == "" {
			assert.Len(t, f.lines, 1)
		} else {
			assert.Empty(t, f.lines)
		}
	})
}
