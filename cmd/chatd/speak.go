package main

import (
	"time"

	"example.com/chatd/dialect"
)

// speaks is the dialect of -dialect.
func (o *options) speaks() dialect.Dialect { return dialect.Dialect(o.dialect) }

// speak gives what neither a flag nor a variable has set the dialect's own default.
func (o *options) speak(given map[string]bool) {
	unset := func(flagName string) bool { return !given[flagName] && !o.fromEnv[flagName] }
	cfg := o.speaks().Config()
	for _, s := range []struct {
		flagName string
		field    *int
		value    int
	}{
		{"max-clients", &o.maxClients, cfg.MaxClients},
		{"history", &o.history, cfg.History},
		{"name-attempts", &o.nameAttempts, cfg.NameAttempts},
		{"rate-burst", &o.rateBurst, cfg.RateBurst},
	} {
		if s.value != 0 && unset(s.flagName) {
			*s.field = max(s.value, 0) // a negative field is a flag's 0
		}
	}
	if cfg.RateInterval != 0 && unset("rate-interval") {
		o.rateInterval = max(cfg.RateInterval, time.Duration(0))
	}
	if cfg.Slow != "" && unset("slow") {
		o.slow = string(cfg.Slow)
	}
}
