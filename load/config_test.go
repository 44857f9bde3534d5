package load

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The zero value with an address is usable, and its defaults are those that are written
// at the fields.
func TestConfigDefaults(t *testing.T) {
	c, err := Config{Addr: "127.0.0.1:1"}.withDefaults()
	require.NoError(t, err)
	require.Equal(t, "line", c.Proto)
	require.Equal(t, 100, c.Clients)
	require.Equal(t, 10, c.Senders)
	require.InDelta(t, 200, c.Rate, 0)
	require.Equal(t, 96, c.Size)
	require.Equal(t, 2*time.Second, c.Warmup)
	require.Equal(t, 12*time.Second, c.length())
	require.Equal(t, "10s:100c@200/s", c.Stages[0].String())
	require.NotZero(t, c.Seed)

	c, err = Config{Addr: "127.0.0.1:1", Warmup: -1}.withDefaults()
	require.NoError(t, err)
	require.Zero(t, c.Warmup)
	c, err = Config{Addr: "127.0.0.1:1", Mode: ModeBurst}.withDefaults()
	require.NoError(t, err)
	require.Zero(t, c.Warmup)
}

// What makes no sense is refused, and the error names the field.
func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		want   string
		config Config
	}{
		{"Config.Addr is", Config{Addr: "nowhere"}},
		{"Config.Proto is xmpp", Config{Proto: "xmpp"}},
		{"Config.Mode is", Config{Mode: "walk"}},
		{"Config.Arrival is", Config{Arrival: "late"}},
		{"Config.Senders is 101", Config{Senders: 101}},
		{"Config.Senders is -1", Config{Senders: -1}},
		{"Config.Rate is NaN", Config{Rate: math.NaN()}},
		{"Config.Rate is -1", Config{Rate: -1}},
		{"Config.Size is 63", Config{Size: 63}},
		{"Config.Size is 401", Config{Size: 401, Proto: "irc"}},
		{"Config.Senders is 100", Config{Senders: 100, Proto: "redis"}},
		{"Config.Churn is -1", Config{Churn: -1}},
		{"Config.Churn is 1", Config{Churn: 1, Clients: 2, Senders: 2}},
		{"Config.Stall is", Config{Stall: -1}},
		{"Config.Flood is", Config{Flood: 10_001}},
		{"Config.Window is", Config{Window: -1}},
		{"Config.Connecting is", Config{Connecting: 4097}},
		{"Config.Drain is", Config{Drain: -1}},
		{"Config.ConnectTimeout is", Config{ConnectTimeout: -1}},
		{"Config.Clients is 200001", Config{Clients: 200_001}},
		{"slow clients", Config{Slow: Slow{Percent: 101, Bandwidth: 1}}},
		{"slow clients", Config{Slow: Slow{Percent: 1}}},
		{"lasts 0s", Config{Stages: []Stage{{}}}},
		{"clients out of range", Config{Stages: []Stage{{Span: 1, FromClients: -1, ToClients: 100}}}},
		{"rate out of range", Config{Stages: []Stage{{Span: 1, FromRate: 1e7}}}},
		{"Config.Stages is", Config{Mode: ModeBurst, Stages: stages("1s", "1s")}},
		{"Config.Mode is burst", Config{Mode: ModeBurst, Stall: 1}},
		{"Config.Objectives is", Config{Mode: ModeBurst, Objectives: objectives("deliver.p99<1s")}},
	} {
		if c.config.Addr == "" {
			c.config.Addr = "127.0.0.1:1"
		}
		_, err := New(c.config)
		require.ErrorContains(t, err, c.want)
		_, err = NewPlan(c.config)
		require.ErrorContains(t, err, c.want)
	}
}

// Every preset is a configuration that New takes.
func TestPresets(t *testing.T) {
	for _, p := range Presets() {
		c := Config{Addr: "127.0.0.1:1", Seed: 1}
		p.Apply(&c)
		_, err := New(c)
		require.NoError(t, err, p.Name)
		require.Equal(t, p.Name, c.Preset)
		got, ok := FindPreset(p.Name)
		require.True(t, ok)
		require.Equal(t, p.Text, got.Text)
	}
	_, ok := FindPreset("none")
	require.False(t, ok)
	c := Config{Clients: 3}
	Presets()[0].Apply(&c)
	require.Equal(t, 3, c.Clients, "what was asked for stays")
}

func TestParseStage(t *testing.T) {
	for text, want := range map[string]string{
		"10s:0-1000c@200/s": "10s:0-1000c@200/s", "10s": "10s:7c@3/s", "1m@5-6.5/s": "1m0s:7c@5-6.5/s", "2s:0c@0/s": "2s:0c@0/s",
	} {
		s, err := ParseStage(text)
		require.NoError(t, err, text)
		s = s.filled(7, 3)
		require.Equal(t, want, s.String())
		again, err := ParseStage(s.String())
		require.NoError(t, err)
		require.Equal(t, s.String(), again.filled(1, 1).String())
	}
	for _, text := range []string{"", "10", "10s:5", "10s:5.5c", "10s:-1c", "10s@x/s", "10s@1-/s", "0s", "-1s", "10s:NaNc", "10s@Inf/s", "10s:300000c"} {
		_, err := ParseStage(text)
		require.Error(t, err, text)
	}
}

func TestParseSlow(t *testing.T) {
	for _, text := range []string{"", "5%:1KB/s", "0.5%:300B/s", "10%:2MB/s"} {
		s, err := ParseSlow(text)
		require.NoError(t, err, text)
		require.Equal(t, text, s.String())
	}
	for _, text := range []string{"5", "5%", "5%:1", "5:1KB/s", "5%:xKB/s", "101%:1KB/s", "5%:0B/s", "NaN%:1KB/s"} {
		_, err := ParseSlow(text)
		require.Error(t, err, text)
	}
}
