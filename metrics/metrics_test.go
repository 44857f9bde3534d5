package metrics

import (
	"flag"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"example.com/chatd/chat"
)

var update = flag.Bool("update", false, "rewrite testdata/metrics.txt")

// fullStats has a different number in each field; Pending counts Connecting too.
func fullStats() chat.Stats {
	s := chat.Stats{
		Active: 1, Connecting: 21, Pending: 23, Closing: 3, Writers: 4, Draining: true, Transcript: 5,
		Accepted: 6, Joins: 7, Renames: 8, Messages: 9, Privates: 10, Deliveries: 11,
		Bytes: 12, BytesRead: 13, Missed: 14, SlowDowns: 15, LinesLong: 16,
		AcceptFails: 17, Panics: 18, LogDropped: 19, NamesRefused: 20,
	}
	for _, r := range chat.Reasons() {
		s.Ended[r] = 100 + uint64(r)
	}
	return s
}

func exposition(t *testing.T, s chat.Stats) string {
	t.Helper()
	r := prometheus.NewRegistry()
	r.MustRegister(collector{func() chat.Stats { return s }})
	return scrape(t, r)
}

// scrape reads a registry as a scraper does.
func scrape(t *testing.T, r *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// O2: what /metrics says, as a scraper reads it.
func TestMetricsText(t *testing.T) {
	got := exposition(t, fullStats())
	const file = "testdata/metrics.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("go test ./metrics -run MetricsText -update rewrites it (-want +got):\n%s", diff)
	}
}

// O2: every field of the snapshot shows.
func TestMetricsForgetNothing(t *testing.T) {
	zero := exposition(t, chat.Stats{})
	for f := range reflect.TypeFor[chat.Stats]().Fields() {
		var s chat.Stats
		v := reflect.ValueOf(&s).Elem().FieldByIndex(f.Index)
		switch v.Kind() {
		case reflect.Int:
			v.SetInt(7)
		case reflect.Uint64:
			v.SetUint(7)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Array:
			v.Index(0).SetUint(7)
		default:
			t.Fatalf("Stats.%s is a %s", f.Name, v.Kind())
		}
		if exposition(t, s) == zero {
			t.Errorf("Stats.%s is not in the metrics", f.Name)
		}
	}
}

func TestMetricsLint(t *testing.T) {
	problems, err := testutil.CollectAndLint(collector{func() chat.Stats { return chat.Stats{} }})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// One scrape is one snapshot, and the registry has the runtime's numbers too.
func TestRegistryTakesOneSnapshot(t *testing.T) {
	taken := 0
	text := scrape(t, NewRegistry(func() chat.Stats { taken++; return chat.Stats{} }))
	if taken != 1 {
		t.Errorf("%d snapshots for one scrape", taken)
	}
	for _, want := range []string{"chatd_joins_total 0\n", "go_goroutines ", "go_build_info{"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "promhttp_") {
		t.Error("somebody else's metrics are in the registry")
	}
}
