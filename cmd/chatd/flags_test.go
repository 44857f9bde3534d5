package main

import (
	"errors"
	"flag"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/chatd/chat"
	"example.com/chatd/dialect"
)

// noEnv is an empty environment.
func noEnv(string) (string, bool) { return "", false }

// envOf is an environment with these variables.
func envOf(vars map[string]string) lookupEnv {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

// sameZone compares time zones by name: their fields are not for others.
var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

// O1: the defaults are the contract's.
func TestDefaults(t *testing.T) {
	o, err := parseOptions(nil, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	want := chat.Config{
		Addr:            ":8989",
		Location:        time.Local,
		MaxClients:      1000,
		MaxPending:      256,
		MaxPerIP:        -1,
		History:         100,
		TranscriptBytes: 8388608,
		MaxMessage:      1024,
		NameAttempts:    3,
		MaxRenames:      3,
		RateInterval:    time.Second,
		RateBurst:       5,
		LoginTimeout:    30 * time.Second,
		IdleTimeout:     time.Hour,
		WriteTimeout:    time.Minute,
		DrainTimeout:    5 * time.Second,
		Slow:            chat.SlowSkip,
	}
	if diff := cmp.Diff(want, o.config(), sameZone); diff != "" {
		t.Errorf("chatd without flags (-want +got):\n%s", diff)
	}
	if o.admin != "" || o.motd != "" || o.tlsCert != "" || o.tlsKey != "" || o.logFormat != "text" || o.logLevel != slog.LevelInfo {
		t.Errorf("chatd without flags: admin %q, motd %q, TLS %q %q, log %s %s",
			o.admin, o.motd, o.tlsCert, o.tlsKey, o.logFormat, o.logLevel)
	}
}

// settingTests has, for each flag, values and where they go.
var settingTests = []struct {
	flag, value string
	got         func(*options) any
	want        any
}{
	{"addr", "[::1]:7000", func(o *options) any { return o.config().Addr }, "[::1]:7000"},
	{"dialect", "netcat", func(o *options) any { return o.speaks() }, dialect.Netcat},
	{"dialect", "budget", func(o *options) any { return o.speaks() }, dialect.Budget},
	{"dialect", "chatd", func(o *options) any { return o.speaks() }, dialect.Chatd},
	{"max-clients", "7", func(o *options) any { return o.config().MaxClients }, 7},
	{"max-clients", "0", func(o *options) any { return o.config().MaxClients }, -1},
	{"max-pending", "7", func(o *options) any { return o.config().MaxPending }, 7},
	{"max-pending", "0", func(o *options) any { return o.config().MaxPending }, -1},
	{"max-per-ip", "7", func(o *options) any { return o.config().MaxPerIP }, 7},
	{"max-per-ip", "0", func(o *options) any { return o.config().MaxPerIP }, -1},
	{"history", "7", func(o *options) any { return o.config().History }, 7},
	{"history", "0", func(o *options) any { return o.config().History }, -1},
	{"transcript-bytes", "1048576", func(o *options) any { return o.config().TranscriptBytes }, 1048576},
	{"max-message", "512", func(o *options) any { return o.config().MaxMessage }, 512},
	{"name-attempts", "7", func(o *options) any { return o.config().NameAttempts }, 7},
	{"name-attempts", "0", func(o *options) any { return o.config().NameAttempts }, -1},
	{"max-renames", "7", func(o *options) any { return o.config().MaxRenames }, 7},
	{"max-renames", "0", func(o *options) any { return o.config().MaxRenames }, -1},
	{"rate-interval", "250ms", func(o *options) any { return o.config().RateInterval }, 250 * time.Millisecond},
	{"rate-interval", "0", func(o *options) any { return o.config().RateInterval }, time.Duration(-1)},
	{"rate-burst", "7", func(o *options) any { return o.config().RateBurst }, 7},
	{"rate-burst", "0", func(o *options) any { return o.config().RateBurst }, -1},
	{"login-timeout", "7s", func(o *options) any { return o.config().LoginTimeout }, 7 * time.Second},
	{"login-timeout", "0s", func(o *options) any { return o.config().LoginTimeout }, time.Duration(-1)},
	{"idle-timeout", "7m", func(o *options) any { return o.config().IdleTimeout }, 7 * time.Minute},
	{"idle-timeout", "0", func(o *options) any { return o.config().IdleTimeout }, time.Duration(-1)},
	{"write-timeout", "7s", func(o *options) any { return o.config().WriteTimeout }, 7 * time.Second},
	{"write-timeout", "0", func(o *options) any { return o.config().WriteTimeout }, time.Duration(-1)},
	{"drain-timeout", "7s", func(o *options) any { return o.config().DrainTimeout }, 7 * time.Second},
	{"drain-timeout", "0", func(o *options) any { return o.config().DrainTimeout }, time.Duration(-1)},
	{"slow", "kick", func(o *options) any { return o.config().Slow }, chat.SlowKick},
	{"motd", "a file", func(o *options) any { return o.motd }, "a file"},
	{"tz", "UTC", func(o *options) any { return o.config().Location.String() }, "UTC"},
	{"tz", "Asia/Tokyo", func(o *options) any { return o.config().Location.String() }, "Asia/Tokyo"},
	{"admin", ":9090", func(o *options) any { return o.admin }, ":9090"},
	{"log-format", "json", func(o *options) any { return o.logFormat }, "json"},
	{"log-level", "debug", func(o *options) any { return o.logLevel }, slog.LevelDebug},
}

// O1: each flag goes where it belongs, from the command line and from its twin; 0
// lifts what can be lifted.
func TestFlagsAndTheirTwins(t *testing.T) {
	for _, tt := range settingTests {
		t.Run(tt.flag+"="+tt.value, func(t *testing.T) {
			fromFlag, err := parseOptions([]string{"-" + tt.flag, tt.value}, noEnv)
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.got(fromFlag); got != tt.want {
				t.Errorf("-%s %s: %v, want %v", tt.flag, tt.value, got, tt.want)
			}
			fromEnv, err := parseOptions(nil, envOf(map[string]string{envName(tt.flag): tt.value}))
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.got(fromEnv); got != tt.want {
				t.Errorf("%s=%s: %v, want %v", envName(tt.flag), tt.value, got, tt.want)
			}
		})
	}
}

// Every setting has a line in the table above, but for those that need each other.
func TestEverySettingIsTested(t *testing.T) {
	tested := map[string]bool{"tls-cert": true, "tls-key": true}
	for _, tt := range settingTests {
		tested[tt.flag] = true
	}
	defaultOptions().each(func(s setting) {
		if !tested[s.name] {
			t.Errorf("-%s is not in settingTests", s.name)
		}
	})
}

func TestTLSFlags(t *testing.T) {
	o, err := parseOptions([]string{"-tls-cert", "c.pem"}, envOf(map[string]string{"CHATD_TLS_KEY": "k.pem"}))
	if err != nil {
		t.Fatal(err)
	}
	if o.tlsCert != "c.pem" || o.tlsKey != "k.pem" {
		t.Errorf("certificate %q, key %q", o.tlsCert, o.tlsKey)
	}
}

// O1: flag before variable before default; what is not used is not checked.
func TestPrecedence(t *testing.T) {
	env := envOf(map[string]string{
		"CHATD_MAX_CLIENTS": "2",
		"CHATD_MAX_PENDING": "3",
		"CHATD_HISTORY":     "not a number, but a flag says otherwise",
		"CHATD_RATE_BURST":  "",
		"CHATD_VERSION":     "true",
	})
	o, err := parseOptions([]string{"-max-clients=1", "--history", "4"}, env)
	if err != nil {
		t.Fatal(err)
	}
	got := []int{o.maxClients, o.maxPending, o.history, o.rateBurst}
	if want := []int{1, 3, 4, 5}; !cmp.Equal(got, want) || o.version {
		t.Errorf("max-clients, max-pending, history, rate-burst = %v, want %v; version %v", got, want, o.version)
	}
}

// O1: a bad value is refused with an error that names the flag or the variable, the
// value, and what is allowed.
func TestBadFlags(t *testing.T) {
	const (
		wantCount   = "must be a whole number, 0 or more"
		wantSize    = "must be a number of bytes, 1 or more"
		wantTime    = "must be a time with a unit, such as 500ms, 30s, 5m or 1h, or 0"
		wantAddress = "must be HOST:PORT or :PORT, the port 0 to 65535, an IPv6 host in brackets"
		wantZone    = "must be Local, UTC or the name of a time zone, such as Europe/Paris"
	)
	for _, tt := range []struct{ flag, value, allowed string }{
		{"addr", "8989", wantAddress},
		{"addr", "", wantAddress},
		{"addr", "localhost", wantAddress},
		{"addr", "localhost:", wantAddress},
		{"addr", ":65536", wantAddress},
		{"addr", ":-1", wantAddress},
		{"addr", "::1:80", wantAddress},
		{"admin", "9090", wantAddress},
		{"max-clients", "many", wantCount},
		{"max-clients", "-1", wantCount},
		{"max-clients", "1.5", wantCount},
		{"max-clients", "99999999999999999999", wantCount},
		{"max-pending", "-1", wantCount},
		{"max-per-ip", "-1", wantCount},
		{"history", "-1", wantCount},
		{"name-attempts", "-1", wantCount},
		{"max-renames", "-1", wantCount},
		{"rate-burst", "-1", wantCount},
		{"transcript-bytes", "0", wantSize},
		{"transcript-bytes", "-1", wantSize},
		{"max-message", "0", wantSize},
		{"max-message", "1k", wantSize},
		{"rate-interval", "5", wantTime},
		{"rate-interval", "-1s", wantTime},
		{"login-timeout", "soon", wantTime},
		{"idle-timeout", "-1ns", wantTime},
		{"write-timeout", "1", wantTime},
		{"drain-timeout", "1d", wantTime},
		{"slow", "wait", "must be skip or kick"},
		{"dialect", "irc", "must be chatd, netcat or budget"},
		{"dialect", "Netcat", "must be chatd, netcat or budget"},
		{"tz", "Mars/Olympus", wantZone},
		{"tz", "", wantZone},
		{"tz", "../etc/passwd", wantZone},
		{"log-format", "xml", "must be text or json"},
		{"log-level", "loud", "must be debug, info, warn or error"},
		{"log-level", "INFO+1", "must be debug, info, warn or error"},
	} {
		t.Run(tt.flag+"="+tt.value, func(t *testing.T) {
			_, err := parseOptions([]string{"-" + tt.flag, tt.value}, noEnv)
			wantError(t, err, `invalid value "`+tt.value+`" for flag -`+tt.flag+": "+tt.allowed)
			if tt.value == "" {
				return // an empty variable is none
			}
			_, err = parseOptions(nil, envOf(map[string]string{envName(tt.flag): tt.value}))
			wantError(t, err, `invalid value "`+tt.value+`" for `+envName(tt.flag)+": "+tt.allowed)
		})
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestBadCommandLines(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-colour"}, "flag provided but not defined: -colour"},
		{[]string{"-addr"}, "flag needs an argument: -addr"},
		{[]string{"8989"}, `unexpected argument "8989": chatd takes flags only`},
		{[]string{"-history", "5", "serve"}, `unexpected argument "serve": chatd takes flags only`},
		{[]string{"-tls-cert", "c.pem"}, "-tls-cert and -tls-key (CHATD_TLS_CERT and CHATD_TLS_KEY) need each other: give both or neither"},
		{[]string{"-tls-key", "k.pem"}, "-tls-cert and -tls-key (CHATD_TLS_CERT and CHATD_TLS_KEY) need each other: give both or neither"},
	} {
		_, err := parseOptions(tt.args, noEnv)
		wantError(t, err, tt.want)
	}
	if _, err := parseOptions([]string{"-h"}, noEnv); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

// O1: what only the room can judge is said in the words of the command line.
func TestRoomErrorsNameFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{[]string{"-max-message", "99999"}, nil, "-max-message is 99999: must be 1 to "},
		{nil, map[string]string{"CHATD_MAX_MESSAGE": "99999"}, "CHATD_MAX_MESSAGE is 99999: must be 1 to "},
		{[]string{"-transcript-bytes", "100"}, map[string]string{"CHATD_MAX_MESSAGE": "2000"},
			"-transcript-bytes is 100: must be at least "},
	} {
		o, err := parseOptions(tt.args, envOf(tt.env))
		if err != nil {
			t.Fatal(err)
		}
		_, err = chat.New(o.config())
		if err == nil {
			t.Fatalf("%v %v: the room takes it", tt.args, tt.env)
		}
		got := o.inFlags(err).Error()
		if !strings.HasPrefix(got, tt.want) || strings.Contains(got, "Config") || strings.Contains(got, "MaxMessage") {
			t.Errorf("got  %s\nwant %s...", got, tt.want)
		}
	}
}

// O1: whatever chat.New refuses, the words are those of the command line.
func TestRoomErrorsNameNoField(t *testing.T) {
	for flagName, bad := range map[string]chat.Config{
		"max-message":      {MaxMessage: -1},
		"transcript-bytes": {TranscriptBytes: -1},
		"rate-interval":    {RateInterval: 1 << 62},
		"rate-burst":       {RateBurst: 1 << 50, RateInterval: time.Hour},
		"slow":             {Slow: "drop"},
		"motd":             {MOTD: strings.Repeat("x", 10000)},
		"motd of lines":    {MOTD: strings.Repeat("\n", 1000)},
		"motd of bytes":    {MOTD: "\xff"},
	} {
		flagName, _, _ = strings.Cut(flagName, " ")
		_, err := chat.New(bad)
		if err == nil {
			t.Fatalf("-%s: the room takes it", flagName)
		}
		o := defaultOptions()
		o.motd = "motd.txt"
		for _, fromEnv := range []bool{false, true} {
			o.fromEnv[flagName] = fromEnv
			got := o.inFlags(err).Error()
			if strings.Contains(got, "Config.") || !strings.Contains(got, o.source(flagName)) {
				t.Errorf("-%s: %s", flagName, got)
			}
		}
	}
}
