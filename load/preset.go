package load

import "time"

// A Preset is a set of defaults for a Config, with a name.
type Preset struct {
	Name, Text string // Text is one sentence
	Config     Config // what it fills in
}

// Presets returns all presets, the default one first.
func Presets() []Preset {
	return []Preset{
		{"steady", "One rate for 10 s, with one reader that stalls and must move nobody else.",
			Config{Clients: 100, Rate: 200, Stages: stages("10s"), Stall: 1}},
		{"ramp", "Clients come evenly over 20 s and stay for 10 s.",
			Config{Clients: 500, Senders: 50, Rate: 200, Stages: stages("20s:10-500c", "10s:500c")}},
		{"spike", "The rate jumps to ten times for 3 s and falls back.",
			Config{Clients: 100, Rate: 100, Stages: stages("5s", "3s@1000/s", "7s")}},
		{"churn", "Twenty clients a second are replaced by new ones while the others talk.",
			Config{Clients: 200, Rate: 100, Churn: 20, Stages: stages("15s")}},
		{"joinstorm", "A thousand clients come within one second.",
			Config{Clients: 1000, Senders: 10, Rate: 50, Stages: stages("3s:50c", "1s:50-1000c", "6s:1000c")}},
		{"slow", "One reader in twenty takes 1 KB a second.",
			Config{Clients: 100, Rate: 200, Slow: Slow{5, 1e3}, Stages: stages("15s")}},
		{"flood", "One client sends as fast as the server takes it.",
			Config{Clients: 50, Senders: 5, Rate: 50, Flood: 1, Stages: stages("10s")}},
		{"restart", "Clients whom the server disconnects come back; stop and start it meanwhile.",
			Config{Clients: 100, Rate: 100, Reconnect: true, Stages: stages("20s")}},
		{"fault", "The network stalls, cuts and slows a part of the connections.",
			Config{Clients: 100, Rate: 100, Reconnect: true, Stages: stages("20s"),
				Faults: []string{"3s:2s:latency=50ms:100%", "8s:2s:blackhole:5%", "13s:1s:reset:5%"}}},
		{"soak", "A moderate load for an hour, with some clients replaced.",
			Config{Clients: 200, Rate: 100, Churn: 0.5, Stages: stages("1h")}},
		{"ci", "About 15 s for a build: gates on loss, order and repeats, with loose latency.",
			Config{Clients: 200, Rate: 200, Churn: 5, Stall: 1, Stages: stages("10s"), Warmup: time.Second,
				Objectives: objectives("deliver.p99<2s", "lost<1", "duplicates<1", "reordered<1", "corrupt<1")}},
	}
}

// FindPreset returns the preset with that name; ok says whether there is one.
func FindPreset(name string) (p Preset, ok bool) {
	for _, p := range Presets() {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}

// Apply fills the zero fields of c that the preset has a value for, and names it.
func (p Preset) Apply(c *Config) {
	d := p.Config
	c.Preset = p.Name
	orDefault(&c.Clients, d.Clients)
	orDefault(&c.Senders, d.Senders)
	orDefault(&c.Rate, d.Rate)
	orDefault(&c.Churn, d.Churn)
	orDefault(&c.Slow, d.Slow)
	orDefault(&c.Stall, d.Stall)
	orDefault(&c.Flood, d.Flood)
	orDefault(&c.Warmup, d.Warmup)
	orDefault(&c.Drain, d.Drain)
	orDefault(&c.Reconnect, d.Reconnect)
	if c.Stages == nil {
		c.Stages = d.Stages
	}
	if c.Faults == nil {
		c.Faults = d.Faults
	}
	if c.Objectives == nil {
		c.Objectives = d.Objectives
	}
}

// stages and objectives read texts of this file, which a test reads too.
func stages(texts ...string) []Stage {
	all := make([]Stage, len(texts))
	for i, text := range texts {
		var err error
		if all[i], err = ParseStage(text); err != nil {
			panic(err)
		}
	}
	return all
}

func objectives(texts ...string) []Objective {
	all := make([]Objective, len(texts))
	for i, text := range texts {
		var err error
		if all[i], err = ParseObjective(text); err != nil {
			panic(err)
		}
	}
	return all
}
