package load

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Stage is a part of the run in which the clients and the rate go evenly from one
// number to another.
type Stage struct {
	Span                   time.Duration
	FromClients, ToClients int     // both 0 mean Config.Clients
	FromRate, ToRate       float64 // messages a second; both 0 mean Config.Rate

	clients, rate bool // whether the text had them: a 0 is then a 0
}

// ParseStage reads "10s", "10s:1000c", "10s:0-1000c@200/s" or "10s@100-200/s". The
// error says what was expected.
func ParseStage(text string) (Stage, error) {
	var s Stage
	rest, rate, hasRate := strings.Cut(text, "@")
	span, clients, hasClients := strings.Cut(rest, ":")
	var err error
	s.Span, err = time.ParseDuration(span)
	s.clients, s.rate = hasClients, hasRate
	ok := err == nil
	if hasClients {
		from, to, good := parseRange(clients, "c")
		ok = ok && good && from == math.Trunc(from) && to == math.Trunc(to) && max(from, to) <= clientsMax
		s.FromClients, s.ToClients = int(from), int(to)
	}
	if hasRate {
		var good bool
		s.FromRate, s.ToRate, good = parseRange(rate, "/s")
		ok = ok && good
	}
	if !ok {
		return Stage{}, fmt.Errorf("stage %q: want a span, clients and a rate, as in 10s:0-1000c@200/s", text)
	}
	return s, s.check()
}

// parseRange reads "5c" or "0-5c".
func parseRange(text, unit string) (from, to float64, ok bool) {
	text, ok = strings.CutSuffix(text, unit)
	if !ok {
		return 0, 0, false
	}
	first, second, two := strings.Cut(text, "-")
	from, err := strconv.ParseFloat(first, 64)
	to = from
	if err == nil && two {
		to, err = strconv.ParseFloat(second, 64)
	}
	return from, to, err == nil && !math.IsNaN(from+to) && !math.IsInf(from+to, 0) && from >= 0 && to >= 0
}

// filled puts the run's clients and rate where the stage has none.
func (s Stage) filled(clients int, rate float64) Stage {
	if !s.clients && s.FromClients == 0 && s.ToClients == 0 {
		s.FromClients, s.ToClients = clients, clients
	}
	if !s.rate && s.FromRate == 0 && s.ToRate == 0 {
		s.FromRate, s.ToRate = rate, rate
	}
	return s
}

func (s Stage) check() error {
	switch {
	case s.Span <= 0 || s.Span > spanMax:
		return fmt.Errorf("load: stage %q lasts %v: must be more than 0 and at most %v", s, s.Span, spanMax)
	case min(s.FromClients, s.ToClients) < 0 || max(s.FromClients, s.ToClients) > clientsMax:
		return fmt.Errorf("load: stage %q has clients out of range: must be 0 to %d", s, clientsMax)
	case min(s.FromRate, s.ToRate) < 0 || max(s.FromRate, s.ToRate) > rateMax:
		return fmt.Errorf("load: stage %q has a rate out of range: must be 0 to %s messages a second", s, number(rateMax))
	}
	return nil
}

// String is the stage as ParseStage reads it.
func (s Stage) String() string {
	clients := strconv.Itoa(s.FromClients)
	if s.ToClients != s.FromClients {
		clients += "-" + strconv.Itoa(s.ToClients)
	}
	rate := number(s.FromRate)
	if s.ToRate != s.FromRate {
		rate += "-" + number(s.ToRate)
	}
	return fmt.Sprintf("%v:%sc@%s/s", s.Span, clients, rate)
}

// at is the stage's clients and rate after d of it.
func (s Stage) at(d time.Duration) (clients, rate float64) {
	part := min(max(float64(d)/float64(s.Span), 0), 1)
	return float64(s.FromClients) + part*float64(s.ToClients-s.FromClients),
		s.FromRate + part*(s.ToRate-s.FromRate)
}

// number is f without needless digits.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
