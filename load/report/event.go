package report

import (
	"slices"

	"example.com/chatd/load"
)

// eventText is what an event says: its own words, how long it took, and how long the
// server took to recover. A burst has no recovery, which is a matter of latency.
func eventText(e load.Event, burst bool) string {
	text := e.Text
	if e.End > e.At {
		text += sep(text) + "for " + seconds(e.End-e.At)
	}
	if burst || !disturbs(e) {
		return text
	}
	switch {
	case e.Recovery < 0:
		text += sep(text) + "never recovered"
	case e.Recovery > 0:
		text += sep(text) + "recovered in " + seconds(e.Recovery)
	}
	return text
}

func sep(text string) string {
	if text == "" {
		return ""
	}
	return "; "
}

// disturbs says whether an event is a stretch in which latency is not the server's
// everyday one.
func disturbs(e load.Event) bool { return e.Kind == "fault" || e.Kind == "freeze" }

func eventTone(e load.Event) tone {
	switch {
	case e.Kind == "gone" || disturbs(e) && e.Recovery < 0:
		return bad
	case disturbs(e):
		return doubt
	}
	return plain
}

// notable is at most n events, in order of time: those that disturb or end the run
// before those of an ordinary course.
func notable(events []load.Event, n int) []load.Event {
	if len(events) <= n {
		return events
	}
	order := make([]int, len(events))
	for i := range order {
		order[i] = i
	}
	weight := func(i int) int {
		switch {
		case events[i].Kind == "gone":
			return 0
		case disturbs(events[i]):
			return 1
		case events[i].Kind == "stage":
			return 2
		}
		return 3
	}
	slices.SortStableFunc(order, func(a, b int) int { return weight(a) - weight(b) })
	order = order[:n]
	slices.Sort(order)
	kept := make([]load.Event, n)
	for i, at := range order {
		kept[i] = events[at]
	}
	return kept
}
