package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/dialect"
)

// lookupEnv is os.LookupEnv, or a test's own.
type lookupEnv func(name string) (string, bool)

// options is what the command line, the environment and the defaults say, in that
// order of precedence. The numbers mean what they mean on the command line: 0 lifts
// a limit.
type options struct {
	addr, admin, dialect string

	maxClients, maxPending, maxPerIP int
	history                          int
	transcriptBytes, maxMessage      int
	nameAttempts, maxRenames         int
	rateBurst                        int
	rateInterval                     time.Duration
	loginTimeout, idleTimeout        time.Duration
	writeTimeout, drainTimeout       time.Duration
	slow                             string
	motd, tlsCert, tlsKey            string
	location                         *time.Location
	logFormat                        string
	logLevel                         slog.Level
	version                          bool

	// fromEnv has the names of the flags whose value is their variable's.
	fromEnv map[string]bool
}

// defaultOptions is chatd without flags.
func defaultOptions() *options {
	return &options{
		addr:            ":8989",
		dialect:         string(dialect.Chatd),
		maxClients:      1000,
		maxPending:      256,
		history:         100,
		transcriptBytes: 8 << 20,
		maxMessage:      1024,
		nameAttempts:    3,
		maxRenames:      3,
		rateInterval:    time.Second,
		rateBurst:       5,
		loginTimeout:    30 * time.Second,
		idleTimeout:     time.Hour,
		writeTimeout:    time.Minute,
		drainTimeout:    5 * time.Second,
		slow:            string(chat.SlowSkip),
		location:        time.Local,
		logFormat:       "text",
		logLevel:        slog.LevelInfo,
		fromEnv:         map[string]bool{},
	}
}

// parseOptions reads args and, for what they leave out, the environment. The error
// names the flag or the variable, the value and what is allowed (O1). A variable
// that a flag overrides is not looked at, one that is empty counts as not set.
func parseOptions(args []string, env lookupEnv) (*options, error) {
	o := defaultOptions()
	fs := flag.NewFlagSet("chatd", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints
	fs.Usage = func() {}
	fs.BoolVar(&o.version, "version", false, "")
	o.each(func(s setting) { fs.Var(s.value, s.name, "") })
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: chatd takes flags only", fs.Arg(0))
	}
	if o.version {
		return o, nil
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if err := o.readEnv(given, env); err != nil {
		return nil, err
	}
	o.speak(given)
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return nil, errors.New("-tls-cert and -tls-key (CHATD_TLS_CERT and CHATD_TLS_KEY) need each other: give both or neither")
	}
	return o, nil
}

// readEnv sets what no flag has set; given has the names of those that have.
func (o *options) readEnv(given map[string]bool, env lookupEnv) error {
	var errs []error
	o.each(func(s setting) {
		text, ok := env(envName(s.name))
		if !ok || text == "" || given[s.name] {
			return
		}
		o.fromEnv[s.name] = true
		if err := s.value.Set(text); err != nil {
			errs = append(errs, o.invalid(s.name, text, err))
		}
	})
	if len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// envName is the environment twin of a flag: CHATD_MAX_CLIENTS for max-clients.
func envName(flagName string) string {
	return "CHATD_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// source names where a value came from: the flag, or its variable.
func (o *options) source(flagName string) string {
	if o.fromEnv[flagName] {
		return envName(flagName)
	}
	return "-" + flagName
}

// invalid is package flag's sentence, for what it does not check.
func (o *options) invalid(flagName, value string, err error) error {
	if o.fromEnv[flagName] {
		return fmt.Errorf("invalid value %q for %s: %w", value, envName(flagName), err)
	}
	return fmt.Errorf("invalid value %q for flag -%s: %w", value, flagName, err)
}

// config is what the options mean to the room, where 0 is the default and a
// negative value lifts a limit.
func (o *options) config() chat.Config {
	return chat.Config{
		Addr:            o.addr,
		Location:        o.location,
		MaxClients:      lifted(o.maxClients),
		MaxPending:      lifted(o.maxPending),
		MaxPerIP:        lifted(o.maxPerIP),
		History:         lifted(o.history),
		TranscriptBytes: o.transcriptBytes,
		MaxMessage:      o.maxMessage,
		NameAttempts:    lifted(o.nameAttempts),
		MaxRenames:      lifted(o.maxRenames),
		RateInterval:    lifted(o.rateInterval),
		RateBurst:       lifted(o.rateBurst),
		LoginTimeout:    lifted(o.loginTimeout),
		IdleTimeout:     lifted(o.idleTimeout),
		WriteTimeout:    lifted(o.writeTimeout),
		DrainTimeout:    lifted(o.drainTimeout),
		Slow:            chat.SlowPolicy(o.slow),
	}
}

func lifted[T int | time.Duration](n T) T {
	if n == 0 {
		return -1
	}
	return n
}

// inFlags says an error of chat.New in the words of the command line: the room
// checks its own bounds and knows no flags.
func (o *options) inFlags(err error) error {
	words := strings.NewReplacer(
		"chat: ", "",
		"Config.TranscriptBytes", o.source("transcript-bytes"),
		"Config.MaxMessage", o.source("max-message"),
		"Config.RateInterval", o.source("rate-interval"),
		"MaxMessage", o.source("max-message"),
		"RateBurst", o.source("rate-burst"),
		"dialect: ", "",
		"dialect ", o.source("dialect")+" ",
		"Config.History", o.source("history"),
		"Config.NameAttempts", o.source("name-attempts"),
		"Config.Slow", o.source("slow"),
		"Config.MOTD", fmt.Sprintf("%s %q", o.source("motd"), o.motd),
	)
	return errors.New(words.Replace(err.Error()))
}
