package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/chatd/load"
)

func TestEventText(t *testing.T) {
	for _, c := range []struct {
		e    load.Event
		want string
	}{
		{load.Event{At: 1, Kind: "stage", Text: "10 clients"}, "10 clients"},
		{load.Event{At: 1, End: 3, Kind: "freeze"}, "for 2.00 s"},
		{load.Event{At: 1, End: 3, Kind: "fault", Text: "reset", Recovery: 0.5}, "reset; for 2.00 s; recovered in 500 ms"},
		{load.Event{At: 1, End: 3, Kind: "fault", Text: "reset", Recovery: -1}, "reset; for 2.00 s; never recovered"},
		{load.Event{At: 1, Kind: "stage", Text: "x", Recovery: -1}, "x"},
	} {
		assert.Equal(t, c.want, eventText(c.e, false))
	}
	assert.Equal(t, "reset", eventText(load.Event{Kind: "fault", Text: "reset", Recovery: 1}, true))
}

// Of many events those that disturbed the run are kept, in order of time.
func TestNotable(t *testing.T) {
	var all []load.Event
	for i := range 50 {
		kind := "refused"
		switch i {
		case 20, 40:
			kind = "fault"
		case 30:
			kind = "stage"
		case 49:
			kind = "gone"
		}
		all = append(all, load.Event{At: float64(i), Kind: kind})
	}
	var at []float64
	for _, e := range notable(all, 5) {
		at = append(at, e.At)
	}
	assert.Equal(t, []float64{0, 20, 30, 40, 49}, at)
	assert.Equal(t, all[:3], notable(all[:3], 5))
}
