package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/chatd/load"
	"example.com/chatd/load/faultproxy"
	"example.com/chatd/load/report"
)

// options is what a command line says.
type options struct {
	command string
	args    []string // the address, or files
	config  load.Config
	faults  []faultproxy.Fault

	self        bool
	allowRemote bool
	outputs     []output
	live        string // auto, on, off
	quiet       bool
	baseline    string
	maxRegress  float64 // share; negative: no gate
	search      search
	version     bool
}

// search is what find varies.
type search struct {
	of   string  // "clients" or "rate"
	each float64 // messages a second of each client, when clients are varied
	max  float64
	grow float64
}

// repeated collects the values of a flag that may be given several times.
type repeated []string

func (r *repeated) String() string     { return strings.Join(*r, " ") }
func (r *repeated) Set(s string) error { *r = append(*r, s); return nil }

// raw is the flags as they were written.
type raw struct {
	preset, slow                     string
	rate, churn, each                string
	stages, faults, objectives, outs repeated
	maxRegress                       string
	span                             time.Duration
}

// parse reads a command line. Flags may stand before and behind the arguments.
func parse(command string, args []string) (*options, error) {
	o := &options{command: command, maxRegress: -1}
	var r raw
	fs := newFlags(o, &r)
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, fmt.Errorf("%w", err)
		}
		args = fs.Args()
		if len(args) == 0 {
			break
		}
		o.args = append(o.args, args[0])
		args = args[1:]
	}
	if o.version {
		return o, nil
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if err := o.fits(given); err != nil {
		return nil, err
	}
	if err := o.read(&r, given); err != nil {
		return nil, err
	}
	return o, o.arguments()
}

func newFlags(o *options, r *raw) *flag.FlagSet {
	fs := flag.NewFlagSet("chatload", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c := &o.config
	fs.StringVar(&r.preset, "preset", "", "start from preset `NAME`; chatload list has them (default steady)")
	fs.IntVar(&c.Clients, "c", 0, "`clients` inside (default 100)")
	fs.IntVar(&c.Senders, "senders", 0, "how many `clients` talk (default one in ten)")
	fs.StringVar(&r.rate, "rate", "", "messages a second, all senders together: `200/s` is the default")
	fs.IntVar(&c.Size, "size", 0, "`bytes` of a message's text (default 96)")
	fs.StringVar(&c.Arrival, "arrival", "", "spacing of messages, `poisson|even` (default poisson)")
	fs.BoolVar(&c.Scripts, "scripts", false, "texts of many scripts, not of English alone")
	fs.DurationVar(&r.span, "d", 0, "`duration` of the load, where no stage says one")
	fs.DurationVar(&c.Warmup, "warmup", 0, "`duration` before it, without latencies; negative: none (default 2s)")
	fs.DurationVar(&c.Drain, "drain", 0, "`duration` that messages may take at the end (default 5s)")
	fs.Var(&r.stages, "stage", "a part of the load, `10s:0-1000c@200/s`; repeatable")
	fs.StringVar(&r.churn, "churn", "", "clients replaced a second: `50/s`")
	fs.StringVar(&r.slow, "slow", "", "slow readers: `5%:1KB/s`")
	fs.IntVar(&c.Stall, "stall", 0, "further `clients` that stop reading (default 1 with preset steady)")
	fs.IntVar(&c.Flood, "flood", 0, "further `clients` that send as fast as they can")
	fs.BoolVar(&c.Reconnect, "reconnect", false, "clients that the server disconnects come back")
	fs.Var(&r.faults, "fault", "what a proxy in between does, `30s:2s:blackhole:5%`; repeatable")
	fs.Var(&r.objectives, "slo", "an objective, `deliver.p99<50ms`; repeatable")
	fs.StringVar(&c.Admin, "admin", "", "the server's admin `URL`, to check its own counts")
	fs.StringVar(&o.baseline, "baseline", "", "an earlier JSON report `FILE` to compare with")
	fs.StringVar(&r.maxRegress, "max-regress", "", "fail if anything is worse than the baseline by more than `20%`")
	fs.Uint64Var(&c.Seed, "seed", 0, "`number` that chooses schedule, names, texts, churn and faults (default: one at random, printed)")
	fs.Var(&r.outs, "o", "write reports: `json=F,html=F,svg=F,benchfmt=F`; - is the standard output")
	fs.StringVar(&o.live, "live", "auto", "a live block on a terminal, else a line a second: `auto|on|off`")
	fs.BoolVar(&o.quiet, "quiet", false, "nothing but the verdict, unless -o says more")
	fs.BoolVar(&o.allowRemote, "allow-remote", false, "load another machine; be sure that it is yours")
	fs.BoolVar(&o.self, "self", false, "start a server of its own and load that")
	fs.StringVar(&c.Proto, "proto", "", "the server's protocol, `line|nats|redis|irc` (default line)")
	fs.IntVar(&c.Window, "window", 0, "burst: `messages` in flight (default 256)")
	fs.StringVar(&o.search.of, "of", "clients", "find: what to vary, `clients|rate`")
	fs.StringVar(&r.each, "each", "1/s", "find: messages a second of each client, where clients are varied: `1/s`")
	fs.Float64Var(&o.search.max, "max", 0, "find: the greatest `number` tried (default 20000 clients, 100000 messages a second)")
	fs.Float64Var(&o.search.grow, "grow", 2, "find: the `factor` from step to step until a limit is found")
	fs.BoolVar(&o.version, "version", false, "print the version")
	return fs
}

// flagsOf says which flags a command knows besides those that all know.
var loading = []string{"c", "senders", "rate", "size", "arrival", "scripts", "d", "warmup", "drain", "admin", "seed",
	"allow-remote", "self", "proto", "live"}

var flagsOf = map[string][]string{
	"run": append(slices.Clone(loading), "preset", "stage", "churn", "slow", "stall", "flood", "reconnect", "fault", "slo",
		"baseline", "max-regress", "o"),
	"burst":   append(slices.Clone(loading), "window", "slo", "baseline", "max-regress", "o"),
	"find":    append(slices.Clone(loading), "of", "each", "max", "grow", "slo"),
	"compare": {"max-regress"},
	"report":  {"o", "baseline"},
	"list":    nil,
}

// fits refuses flags that the command has no use for.
func (o *options) fits(given map[string]bool) error {
	for name := range given {
		if name != "quiet" && name != "version" && !slices.Contains(flagsOf[o.command], name) {
			return fmt.Errorf("-%s means nothing to chatload %s", name, o.command)
		}
	}
	return nil
}

// read turns the texts of flags into values. What is given wins over the preset.
func (o *options) read(r *raw, given map[string]bool) error {
	c := &o.config
	var err error
	fail := func(name string, e error) {
		if e != nil && err == nil {
			err = fmt.Errorf("-%s: %w", name, e)
		}
	}
	parsePer := func(name, text string, to *float64) {
		if text != "" {
			var e error
			*to, e = parseRate(text)
			fail(name, e)
		}
	}
	parsePer("rate", r.rate, &c.Rate)
	parsePer("churn", r.churn, &c.Churn)
	parsePer("each", r.each, &o.search.each)
	for _, text := range r.stages {
		s, e := load.ParseStage(text)
		fail("stage", e)
		c.Stages = append(c.Stages, s)
	}
	if given["d"] {
		switch {
		case len(r.stages) > 0:
			fail("d", errors.New("the stages say how long each is"))
		case r.span <= 0:
			fail("d", fmt.Errorf("%v is no length: must be more than 0", r.span))
		default:
			c.Stages = []load.Stage{{Span: r.span}}
		}
	}
	slow, e := load.ParseSlow(r.slow)
	fail("slow", e)
	c.Slow = slow
	for _, text := range r.objectives {
		objective, e := load.ParseObjective(text)
		fail("slo", e)
		c.Objectives = append(c.Objectives, objective)
	}
	if r.maxRegress != "" {
		o.maxRegress, e = report.ParsePercent(r.maxRegress)
		fail("max-regress", e)
	}
	o.outputs, e = parseOutputs(r.outs)
	fail("o", e)
	switch o.live {
	case "auto", "on", "off":
	default:
		fail("live", fmt.Errorf("%q is none of auto, on, off", o.live))
	}
	if o.maxRegress >= 0 && o.baseline == "" && o.command != "compare" {
		fail("max-regress", errors.New("there is no -baseline to be worse than"))
	}
	if u, e := url.Parse(c.Admin); c.Admin != "" && (e != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		fail("admin", fmt.Errorf("%q is no URL of an admin address, as http://127.0.0.1:9090", c.Admin))
	}
	c.Faults = r.faults
	fail(zeroed(c, given))
	if given["warmup"] && c.Warmup == 0 {
		c.Warmup = -1 // none: a zero that was written is no default
	}
	if o.command == "burst" {
		c.Mode = load.ModeBurst
	}
	if err == nil && o.command == "run" {
		err = o.applyPreset(r.preset, given)
	}
	if err == nil && o.command == "find" {
		err = o.search.check(given)
	}
	for _, text := range c.Faults {
		f, e := faultproxy.Parse(text)
		fail("fault", e)
		o.faults = append(o.faults, f)
	}
	return err
}

// applyPreset fills in what was not given.
func (o *options) applyPreset(name string, given map[string]bool) error {
	if name == "" {
		name = load.Presets()[0].Name
	}
	p, ok := load.FindPreset(name)
	if !ok {
		var names []string
		for _, p := range load.Presets() {
			names = append(names, p.Name)
		}
		return fmt.Errorf("-preset: there is no preset %q; there are %s", name, strings.Join(names, " "))
	}
	c := &o.config
	// Apply fills what is zero; a zero that was written is meant.
	written := *c
	p.Apply(c)
	for name, keep := range map[string]func(){
		"stall":     func() { c.Stall = written.Stall },
		"flood":     func() { c.Flood = written.Flood },
		"churn":     func() { c.Churn = written.Churn },
		"slow":      func() { c.Slow = written.Slow },
		"reconnect": func() { c.Reconnect = written.Reconnect },
	} {
		if given[name] {
			keep()
		}
	}
	return o.useless(given)
}

// useless refuses -c and -rate where every stage says its own.
func (o *options) useless(given map[string]bool) error {
	if len(o.config.Stages) == 0 {
		return nil
	}
	own := func(has func(load.Stage) bool) bool {
		return !slices.ContainsFunc(o.config.Stages, func(s load.Stage) bool { return !has(s) })
	}
	const say = "-%s changes nothing: every stage of preset %s says its own; give -stage"
	if given["c"] && !given["stage"] && own(func(s load.Stage) bool { return s.FromClients+s.ToClients > 0 }) {
		return fmt.Errorf(say, "c", o.config.Preset)
	}
	if given["rate"] && !given["stage"] && own(func(s load.Stage) bool { return s.FromRate+s.ToRate > 0 }) {
		return fmt.Errorf(say, "rate", o.config.Preset)
	}
	return nil
}

// zeroed finds a 0 that was written where there must be something: to package load it is
// the default.
func zeroed(c *load.Config, given map[string]bool) (string, error) {
	for _, f := range []struct {
		name string
		zero bool
	}{
		{"c", c.Clients == 0}, {"senders", c.Senders == 0}, {"rate", c.Rate == 0}, {"size", c.Size == 0},
		{"window", c.Window == 0}, {"drain", c.Drain == 0},
	} {
		if given[f.name] && f.zero {
			return f.name, errors.New("0 is too little: must be more than 0")
		}
	}
	return "", nil
}

// parseRate reads "50/s".
func parseRate(text string) (float64, error) {
	var f float64
	number, ok := strings.CutSuffix(text, "/s")
	if _, err := fmt.Sscanf(number+" ", "%g ", &f); err != nil || !ok && strings.ContainsAny(number, "/smh") || !(f >= 0) || f > 1e9 {
		return 0, fmt.Errorf("%q is no rate: want a number a second, as in 50/s", text)
	}
	return f, nil
}

// arguments checks how many there are, and that an address is this machine's.
func (o *options) arguments() error {
	n := len(o.args)
	switch o.command {
	case "list":
		if n > 0 {
			return fmt.Errorf("list takes no argument, not %q", o.args[0])
		}
	case "compare":
		if n != 2 {
			return fmt.Errorf("compare takes two reports, BASE and NEW, not %d", n)
		}
	case "report":
		if n == 0 {
			return errors.New("report takes the JSON reports to show")
		}
	default:
		if o.self {
			if n > 0 {
				return fmt.Errorf("-self starts its own server: there is no use for %q", o.args[0])
			}
			if o.config.Proto != "" && o.config.Proto != "line" {
				return fmt.Errorf("-self starts a server that speaks line, not %s", o.config.Proto)
			}
			if o.config.Admin != "" {
				return errors.New("-admin: the server of -self has an admin address of its own, which is read")
			}
			return nil
		}
		if n != 1 {
			return fmt.Errorf("want one address, host:port, or -self; there are %d", n)
		}
		o.config.Addr = o.args[0]
		return o.confine()
	}
	return nil
}

// confine refuses an address of another machine, unless -allow-remote.
func (o *options) confine() error {
	host, port, err := net.SplitHostPort(o.config.Addr)
	if err != nil || port == "" {
		return fmt.Errorf("%q is no address: want host:port, as in 127.0.0.1:8989", o.config.Addr)
	}
	if host == "" {
		o.config.Addr = net.JoinHostPort("127.0.0.1", port)
		return nil
	}
	addr, err := netip.ParseAddr(host)
	if o.allowRemote || host == "localhost" || err == nil && addr.Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s may be another machine: it takes -allow-remote to load one, which must be yours", host)
}
