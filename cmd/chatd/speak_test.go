package main

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/chatd/chat"
	"example.com/chatd/dialect"
)

// D1, D2: a dialect changes the defaults and nothing that was said otherwise, by a
// flag or a variable.
func TestDialectDefaults(t *testing.T) {
	for _, tt := range []struct {
		args []string
		env  map[string]string
		want func(*chat.Config)
	}{
		{[]string{"-dialect", "chatd"}, nil, func(*chat.Config) {}},
		{[]string{"-dialect", "netcat"}, nil, func(c *chat.Config) { c.MaxClients, c.History, c.RateInterval = 10, 1<<20, -1 }},
		{[]string{"-dialect", "netcat", "-max-clients", "1000", "-history", "100", "-rate-interval", "1s"}, nil, func(*chat.Config) {}},
		{[]string{"-dialect", "netcat", "-max-clients", "3"}, map[string]string{"CHATD_HISTORY": "0", "CHATD_MAX_CLIENTS": "5"},
			func(c *chat.Config) { c.MaxClients, c.History, c.RateInterval = 3, -1, -1 }},
		{nil, map[string]string{"CHATD_DIALECT": "budget"}, func(c *chat.Config) {
			c.History, c.NameAttempts, c.RateInterval, c.RateBurst, c.Slow = -1, 1, -1, 6, chat.SlowKick
		}},
		{[]string{"-dialect", "budget", "-rate-interval", "2s", "-slow", "skip"}, map[string]string{"CHATD_RATE_BURST": "9"}, func(c *chat.Config) {
			c.History, c.NameAttempts, c.RateInterval, c.RateBurst = -1, 1, 2*time.Second, 9
		}},
		{[]string{"-dialect", "chatd"}, map[string]string{"CHATD_DIALECT": "budget"}, func(*chat.Config) {}},
	} {
		o, err := parseOptions(tt.args, envOf(tt.env))
		if err != nil {
			t.Fatal(err)
		}
		want := defaultOptions().config()
		tt.want(&want)
		if diff := cmp.Diff(want, o.config(), sameZone); diff != "" {
			t.Errorf("%q %v (-want +got):\n%s", tt.args, tt.env, diff)
		}
	}
}

// Every setting that a dialect has arrives, also one that is added to it.
func TestDialectSettingsArrive(t *testing.T) {
	for _, name := range dialect.All() {
		o, err := parseOptions([]string{"-dialect", name}, noEnv)
		if err != nil {
			t.Fatal(err)
		}
		got, want := reflect.ValueOf(o.config()), reflect.ValueOf(dialect.Dialect(name).Config())
		for i := range want.NumField() {
			if f := want.Field(i); !f.IsZero() && !got.Field(i).Equal(f) {
				t.Errorf("-dialect %s: %s is %v, want %v", name, want.Type().Field(i).Name, got.Field(i), f)
			}
		}
	}
}

// What a dialect cannot do with is said in the words of the command line.
func TestDialectErrorsNameFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{[]string{"-dialect", "budget", "-history", "5"}, nil, "-history is 5: -dialect budget has no history"},
		{[]string{"-dialect", "budget", "-name-attempts", "3"}, nil, "-name-attempts is 3: -dialect budget takes 1 name"},
		{[]string{"-max-message", "500"}, map[string]string{"CHATD_DIALECT": "budget"}, "-max-message is 500: CHATD_DIALECT budget needs at least 1000 bytes"},
		{[]string{"-dialect", "budget"}, map[string]string{"CHATD_HISTORY": "5"}, "CHATD_HISTORY is 5: -dialect budget has no history"},
		{[]string{"-dialect", "budget", "-motd", "main.go"}, nil, `-motd "main.go" has `},
	} {
		o, err := parseOptions(tt.args, envOf(tt.env))
		if err != nil {
			t.Fatal(err)
		}
		out := newSpool(io.Discard)
		_, err = newDaemon(o, out, false)
		out.close(flushTimeout)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "Config") {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}
