package load

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"slices"
	"time"
)

// Config says what to do. The zero value with an Addr is usable: every zero field gets
// the default its comment names, and what has no default in its comment is off.
// [New] checks all of it once and keeps a copy.
type Config struct {
	// Addr is the target, host:port.
	Addr string
	// Proto is the target's protocol: "line" (the default), "nats", "redis" or "irc".
	Proto string
	// Dial opens one connection; nil means TCP. It may be called from many goroutines;
	// [Number] tells which client's it is.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// OnStart is called when the first stage begins, behind the warm-up; nil: nothing.
	OnStart func()
	// Self says that the target was started for this run alone. It is only reported.
	Self bool
	// Admin is the base URL of chatd's admin address, "http://127.0.0.1:9090"; "" reads
	// no counters of the server.
	Admin string
	// Tool is the version that reports name.
	Tool string

	// Preset is the name of the set of defaults that was used; it is only reported.
	// [Preset.Apply] fills the fields.
	Preset string
	// Mode is "run" (the default), open loop, or "burst": Window messages in flight,
	// without latencies.
	Mode string

	// Clients is how many are inside when no stage says another number; 0 means 100.
	Clients int
	// Senders is how many of them talk, the first ones; 0 means one in ten, at least one.
	Senders int
	// Rate is messages a second, all senders together, when no stage says another; 0
	// means 200.
	Rate float64
	// Size is the bytes of a message's text; 0 means 96. At least 64: the text carries
	// what it is checked by.
	Size int
	// Scripts has texts of many scripts instead of English alone.
	Scripts bool
	// Arrival spaces messages: "poisson" (the default) or "even".
	Arrival string

	// Stages follow each other; none means one of 10 s with Clients and Rate.
	Stages []Stage
	// Warmup goes before the stages, with the first one's clients and rate. Its
	// messages count for correctness and not for latency. 0 means 2 s in mode run,
	// negative none.
	Warmup time.Duration
	// Drain is how long messages may take to arrive after the last stage; 0 means 5 s.
	Drain time.Duration

	// Churn is clients replaced a second. Those who talk are not replaced.
	Churn float64
	// Slow readers read at a limited bandwidth.
	Slow Slow
	// Stall is how many further clients stop reading, after a quarter of the run, until
	// the drain.
	Stall int
	// Flood is how many further clients send as fast as the server takes it.
	Flood int
	// Window is the messages in flight of mode burst; 0 means 256.
	Window int
	// Reconnect brings clients back that the server disconnected.
	Reconnect bool

	// Faults are what the command's proxy does; they are only reported here.
	Faults []string
	// Objectives are what the run is judged by.
	Objectives []Objective

	// Seed chooses the schedule, the names, the bodies and who churns; 0 means one at
	// random, which Result.Setup has.
	Seed uint64
	// ConnectTimeout bounds dial and login of one client; 0 means 10 s.
	ConnectTimeout time.Duration
	// Connecting is how many clients connect at the same time while no schedule says
	// when; 0 means 64.
	Connecting int
}

// Modes of a run.
const (
	ModeRun   = "run"
	ModeBurst = "burst"
)

// Arrivals of messages.
const (
	Poisson = "poisson"
	Even    = "even"
)

// The bounds of a Config.
const (
	sizeMin    = 64
	sizeMax    = 16 << 10
	clientsMax = 200_000
	rateMax    = 1e6
	windowMax  = 1 << 20
	spanMax    = 30 * 24 * time.Hour
)

// withDefaults fills in what is zero and checks the rest. The error names the field,
// its value and what is allowed.
func (c Config) withDefaults() (Config, error) {
	c.Faults, c.Stages = slices.Clone(c.Faults), slices.Clone(c.Stages)
	c.Objectives = slices.Clone(c.Objectives)
	orDefault(&c.Proto, "line")
	orDefault(&c.Mode, ModeRun)
	orDefault(&c.Clients, 100)
	orDefault(&c.Senders, max(1, c.Clients/10))
	orDefault(&c.Rate, 200)
	orDefault(&c.Size, 96)
	orDefault(&c.Arrival, Poisson)
	orDefault(&c.Drain, 5*time.Second)
	orDefault(&c.Window, 256)
	orDefault(&c.ConnectTimeout, 10*time.Second)
	orDefault(&c.Connecting, 64)
	switch {
	case c.Warmup < 0, c.Warmup == 0 && c.Mode == ModeBurst:
		c.Warmup = 0
	case c.Warmup == 0:
		c.Warmup = 2 * time.Second
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	if len(c.Stages) == 0 {
		c.Stages = []Stage{{Span: 10 * time.Second}}
	}
	for i := range c.Stages {
		c.Stages[i] = c.Stages[i].filled(c.Clients, c.Rate)
	}
	if c.Seed == 0 {
		c.Seed = RandomSeed()
	}
	return c, c.check()
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// RandomSeed returns a seed that nobody chose, at most 48 bits of it, never 0.
func RandomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return binary.LittleEndian.Uint64(b[:])>>16 | 1
}

func (c *Config) check() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fieldError("Addr", c.Addr, "must be host:port")
	}
	p, ok := protocols[c.Proto]
	if !ok {
		return fieldError("Proto", c.Proto, "must be "+oneOf(Protocols()))
	}
	if c.Mode != ModeRun && c.Mode != ModeBurst {
		return fieldError("Mode", c.Mode, "must be run or burst")
	}
	if c.Arrival != Poisson && c.Arrival != Even {
		return fieldError("Arrival", c.Arrival, "must be poisson or even")
	}
	if err := c.checkNumbers(); err != nil {
		return err
	}
	if c.Size > p.sizeMax {
		return fieldError("Size", c.Size, fmt.Sprintf("must be at most %d bytes with protocol %s", p.sizeMax, c.Proto))
	}
	if !p.sendersRead && c.Senders >= c.most() {
		return fieldError("Senders", c.Senders, "must be less than the clients with protocol "+c.Proto+", whose senders read nothing")
	}
	if err := c.checkTime(); err != nil {
		return err
	}
	return c.checkMisbehaviour()
}

// checkNumbers holds every number against its bounds.
func (c *Config) checkNumbers() error {
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"Clients", float64(c.Clients), 1, clientsMax},
		{"Senders", float64(c.Senders), 1, float64(max(c.most(), 1))},
		{"Rate", c.Rate, 0.001, rateMax},
		{"Size", float64(c.Size), sizeMin, sizeMax},
		{"Churn", c.Churn, 0, 1e5},
		{"Stall", float64(c.Stall), 0, 10_000},
		{"Flood", float64(c.Flood), 0, 10_000},
		{"Window", float64(c.Window), 1, windowMax},
		{"Connecting", float64(c.Connecting), 1, 4096},
		{"ConnectTimeout", float64(c.ConnectTimeout), 1, float64(spanMax)},
		{"Drain", float64(c.Drain), 0, float64(spanMax)},
		{"Warmup", float64(c.Warmup), 0, float64(spanMax)},
	} {
		if math.IsNaN(f.value) || f.value < f.lo || f.value > f.hi {
			return fieldError(f.name, f.value, fmt.Sprintf("must be %s to %s", number(f.lo), number(f.hi)))
		}
	}
	return nil
}

// checkTime checks the stages.
func (c *Config) checkTime() error {
	var all time.Duration
	for _, s := range c.Stages {
		if err := s.check(); err != nil {
			return err
		}
		all += s.Span
	}
	if all > spanMax {
		return fieldError("Stages", all, fmt.Sprintf("must be at most %v together", spanMax))
	}
	if c.Mode == ModeBurst && len(c.Stages) > 1 {
		return fieldError("Stages", len(c.Stages), "must be one stage in mode burst")
	}
	return nil
}

// checkMisbehaviour checks who churns, is slow, stalls or floods.
func (c *Config) checkMisbehaviour() error {
	if err := c.Slow.check(); err != nil {
		return err
	}
	if c.Churn > 0 && c.churnable() < 1 {
		return fieldError("Churn", c.Churn, fmt.Sprintf(
			"needs clients that neither talk nor are slow: of %d clients %d talk and %d are slow", c.most(), c.Senders, c.slowClients()))
	}
	if c.Mode == ModeBurst && (c.Churn > 0 || c.Stall > 0 || c.Flood > 0 || c.Slow.Percent > 0) {
		return fieldError("Mode", c.Mode, "must be run with Churn, Slow, Stall or Flood")
	}
	for _, o := range c.Objectives {
		if c.Mode == ModeBurst && o.latency() {
			return fieldError("Objectives", o.Text, "must not judge a latency in mode burst")
		}
	}
	return nil
}

// most is the greatest number of clients of any stage.
func (c *Config) most() int {
	n := 0
	for _, s := range c.Stages {
		n = max(n, s.FromClients, s.ToClients)
	}
	return n
}

// slowClients is how many clients read slowly: the last ones.
func (c *Config) slowClients() int {
	return int(math.Ceil(c.Slow.Percent / 100 * float64(c.most())))
}

// churnable is how many clients may be replaced: those who neither talk nor are slow.
// The first client stays, so that one is always there who has read everything.
func (c *Config) churnable() int { return c.most() - c.slowClients() - max(c.Senders, 1) }

// length is warm-up and stages together.
func (c *Config) length() time.Duration {
	all := c.Warmup
	for _, s := range c.Stages {
		all += s.Span
	}
	return all
}

// setup is what reports keep of the configuration.
func (c *Config) setup() Setup {
	s := Setup{
		Mode: c.Mode, Preset: c.Preset, Seed: c.Seed, Clients: c.Clients, Senders: c.Senders,
		Rate: c.Rate, Size: c.Size, Arrival: c.Arrival, Warmup: c.Warmup.Seconds(), Drain: c.Drain.Seconds(),
		Churn: c.Churn, Slow: c.Slow.String(), Stall: c.Stall, Flood: c.Flood, Faults: c.Faults,
	}
	if c.Mode == ModeBurst {
		s.Window = c.Window
	}
	for _, stage := range c.Stages {
		s.Stages = append(s.Stages, stage.String())
	}
	for _, o := range c.Objectives {
		s.Objectives = append(s.Objectives, o.Text)
	}
	return s
}

func fieldError(field string, value any, allowed string) error {
	if f, ok := value.(float64); ok {
		value = number(f)
	}
	return fmt.Errorf("load: Config.%s is %v: %s", field, value, allowed)
}
