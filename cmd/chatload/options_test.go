package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load"
)

// parsed is a command line that must be good.
func parsed(t *testing.T, line string) *options {
	t.Helper()
	command, rest, _ := strings.Cut(line, " ")
	o, err := parse(command, strings.Fields(rest))
	require.NoError(t, err, line)
	return o
}

// TestFlags: every flag lands where it should.
func TestFlags(t *testing.T) {
	t.Parallel()
	o := parsed(t, "run -c 12 -senders 3 -rate 50/s -size 100 -arrival even -scripts -warmup 1s -drain 2s"+
		" -stage 10s:0-1000c@200/s -stage 5s -churn 5/s -slow 5%:1KB/s -stall 2 -flood 3 -reconnect"+
		" -fault 1s:2s:blackhole:5% -fault 3s:1s:reset:10% -slo deliver.p99<50ms -slo lost<1"+
		" -admin http://127.0.0.1:9090 -baseline b.json -max-regress 20% -seed 99"+
		" -o json=j,html=h -o svg=s,benchfmt=- -live off -quiet -proto line -preset churn 127.0.0.1:1")
	c := o.config
	assert.Equal(t, []any{12, 3, 50.0, 100, "even", true, time.Second, 2 * time.Second, 5.0, 2, 3, true, uint64(99)},
		[]any{c.Clients, c.Senders, c.Rate, c.Size, c.Arrival, c.Scripts, c.Warmup, c.Drain, c.Churn, c.Stall, c.Flood, c.Reconnect, c.Seed})
	require.Len(t, c.Stages, 2)
	assert.Equal(t, "10s:0-1000c@200/s", c.Stages[0].String())
	assert.Equal(t, 5*time.Second, c.Stages[1].Span)
	assert.Equal(t, "5%:1KB/s", c.Slow.String())
	assert.Equal(t, []string{"1s:2s:blackhole:5%", "3s:1s:reset:10%"}, c.Faults)
	require.Len(t, o.faults, 2)
	assert.Equal(t, c.Faults[1], o.faults[1].String())
	require.Len(t, c.Objectives, 2)
	assert.Equal(t, "deliver.p99<50ms", c.Objectives[0].Text)
	assert.Equal(t, []any{"http://127.0.0.1:9090", "b.json", 0.2, "off", true, "line", "churn", "127.0.0.1:1"},
		[]any{c.Admin, o.baseline, o.maxRegress, o.live, o.quiet, c.Proto, c.Preset, c.Addr})
	assert.Equal(t, []output{{"json", "j"}, {"html", "h"}, {"svg", "s"}, {"benchfmt", "-"}}, o.outputs)

	o = parsed(t, "run -d 3s -self")
	assert.True(t, o.self)
	assert.Equal(t, []load.Stage{{Span: 3 * time.Second}}, o.config.Stages)
	assert.Equal(t, "steady", o.config.Preset)
	assert.Negative(t, o.maxRegress, "no gate")

	o = parsed(t, "burst -self -window 99 -d 1s")
	assert.Equal(t, load.ModeBurst, o.config.Mode)
	assert.Equal(t, 99, o.config.Window)
	assert.Empty(t, o.config.Preset)

	o = parsed(t, "find -of rate -max 7 -grow 1.5 -rate 3/s -self")
	assert.Equal(t, search{of: "rate", each: 1, max: 7, grow: 1.5}, o.search)
	o = parsed(t, "find -each 0.5/s -self")
	assert.Equal(t, search{of: "clients", each: 0.5, grow: 2}, o.search)
}

// TestOrder: flags stand in front of the address, behind it and on both sides.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"run -c 5 -rate 9/s 127.0.0.1:1", "run 127.0.0.1:1 -c 5 -rate 9/s", "run -c 5 127.0.0.1:1 -rate 9/s",
	} {
		o := parsed(t, line)
		assert.Equal(t, []any{"127.0.0.1:1", 5, 9.0}, []any{o.config.Addr, o.config.Clients, o.config.Rate}, line)
	}
}

// TestPrecedence: what is written wins over the preset, a written 0 too.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	steady := parsed(t, "run -self").config
	assert.Equal(t, []any{100, 200.0, 1}, []any{steady.Clients, steady.Rate, steady.Stall})
	assert.Equal(t, 0, parsed(t, "run -self -stall 0").config.Stall)
	assert.Equal(t, 0, parsed(t, "run -self -preset flood -flood 0").config.Flood)
	assert.Equal(t, 2, parsed(t, "run -self -stall 2").config.Stall)
	assert.Equal(t, 0.0, parsed(t, "run -self -preset churn -churn 0").config.Churn)
	assert.Zero(t, parsed(t, "run -self -preset slow -slow 0%:1KB/s").config.Slow.Percent)
	assert.False(t, parsed(t, "run -self -preset fault -reconnect=false").config.Reconnect)

	spike := parsed(t, "run -self -preset spike -d 4s").config
	assert.Len(t, spike.Stages, 1, "-d takes the place of the preset's stages")
	ci := parsed(t, "run -self -preset ci -slo lost<1").config
	assert.Len(t, ci.Objectives, 1)
	fault := parsed(t, "run -self -preset fault")
	assert.Len(t, fault.faults, 3)
}

// TestRefused: what would change nothing, or cannot be meant, is refused with its name.
func TestRefused(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"run -self -preset ramp -c 9":                 "-c changes nothing: every stage of preset ramp says its own",
		"run -self -d 1s -stage 2s":                   "-d: the stages say how long each is",
		"run -self -d 0s":                             "-d: 0s is no length",
		"run -self -rate fast":                        `-rate: "fast" is no rate`,
		"run -self -rate 5/m":                         `-rate: "5/m" is no rate`,
		"run -self -rate -5/s":                        `-rate: "-5/s" is no rate`,
		"run -self -rate NaN":                         `-rate: "NaN" is no rate`,
		"run -self -rate 5x/s":                        `-rate: "5x/s" is no rate`,
		"run -self -rate 0/s":                         "-rate: ",
		"run -self -c 0":                              "-c: ",
		"run -self -churn x":                          `-churn: "x" is no rate`,
		"run -self -slow 5%":                          "-slow: ",
		"run -self -slo lost":                         "-slo: ",
		"run -self -live maybe":                       `-live: "maybe" is none of auto, on, off`,
		"run -self -max-regress 20 -baseline b":       "-max-regress: ",
		"run -self -admin 127.0.0.1:9":                "-admin: ",
		"run -self -admin http://127.0.0.1:9":         "-admin",
		"run -self -fault 1s":                         "-fault: ",
		"run -self -o json=":                          "-o: ",
		"run -self -o json":                           "-o: ",
		"run -self -window 5":                         "-window means nothing to chatload run",
		"run -self -of rate":                          "-of means nothing to chatload run",
		"find -self -of rate -each 1/s":               "-each means nothing",
		"find -self -rate 5/s":                        "-rate means nothing",
		"find -self -senders 5":                       "-senders means nothing",
		"find -self -grow 1":                          "-grow: 1 must be more than 1",
		"find -self -max 0":                           "-max: 0 must be at least 1",
		"find -self -each 0":                          "-each: 0 must be more than 0",
		"find -self -preset ci":                       "-preset means nothing to chatload find",
		"report a -seed 5":                            "-seed means nothing to chatload report",
		"compare a b -o json=x":                       "-o means nothing to chatload compare",
		"compare a b -max-regress x":                  "-max-regress: ",
		"burst -self -stage 1s":                       "-stage means nothing to chatload burst",
		"run -allow-remote=false 10.0.0.1:1":          "-allow-remote",
		"run 127.0.0.1:":                              "is no address",
		"run -o json=-,html=- 127.0.0.1:1":            "standard output",
		"run -o json=same,html=same -c 5 127.0.0.1:1": "same",
	} {
		command, rest, _ := strings.Cut(line, " ")
		_, err := parse(command, strings.Fields(rest))
		assert.ErrorContains(t, err, want, line)
	}
}

// TestAddresses: this machine's own go without -allow-remote.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"127.0.0.1:8989": "127.0.0.1:8989", "127.8.9.1:1": "127.8.9.1:1", "[::1]:8989": "[::1]:8989",
		"localhost:8989": "localhost:8989", ":8989": "127.0.0.1:8989", "[::ffff:127.0.0.1]:1": "[::ffff:127.0.0.1]:1",
	} {
		assert.Equal(t, want, parsed(t, "run "+text).config.Addr)
	}
	assert.Equal(t, "10.0.0.1:8989", parsed(t, "run -allow-remote 10.0.0.1:8989").config.Addr)
	_, err := parse("run", []string{"0.0.0.0:1"})
	assert.ErrorContains(t, err, "-allow-remote")
}

// TestHelpHasAll: each flag of the table in the specification is one of chatload run's.
func TestHelpHasAll(t *testing.T) {
	t.Parallel()
	help := helpText("run")
	for _, name := range strings.Fields("c senders rate size arrival d warmup drain stage preset churn slow stall flood" +
		" fault slo admin allow-remote baseline max-regress seed o live quiet self proto") {
		assert.Regexp(t, "(?m)^  -"+name+"( |$)", help)
	}
}
