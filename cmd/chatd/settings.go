package main

import (
	"flag"
	"fmt"
	"strings"

	"example.com/chatd/dialect"
)

// setting is one flag with its environment twin.
type setting struct {
	name  string
	arg   string // what stands for the value in the help
	value flag.Value
	help  string
}

// group is a heading of the help and the settings under it.
type group struct {
	title    string
	settings []setting
}

// groups is the table of all flags: their names, their values and their help.
// -version is no setting, for it has no twin.
func (o *options) groups() []group {
	return []group{
		{"Where", []setting{
			{"addr", "HOST:PORT", &address{text: &o.addr}, "where people connect; port 0 takes a free one, the log tells which"},
			{"dialect", "NAME", choice{&o.dialect, dialect.All()}, "how the room speaks: as chatd, as the net-cat course subject, or as\nProtohackers' budget chat; the last two change some defaults below"},
			{"tls-cert", "FILE", (*text)(&o.tlsCert), "PEM certificate: people connect with TLS; SIGHUP reads it again"},
			{"tls-key", "FILE", (*text)(&o.tlsKey), "PEM key of that certificate"},
			{"admin", "HOST:PORT", &address{text: &o.admin, emptyOK: true}, "health, metrics and profiles over HTTP; :PORT is for this machine\nonly, for others write the host out; empty is off"},
		}},
		{"Who may come in (0 lifts the limit)", []setting{
			{"max-clients", "N", (*count)(&o.maxClients), "people inside at once"},
			{"max-pending", "N", (*count)(&o.maxPending), "connections at the name prompt at once"},
			{"max-per-ip", "N", (*count)(&o.maxPerIP), "connections from one address at once"},
			{"name-attempts", "N", (*count)(&o.nameAttempts), "names a newcomer may try"},
			{"login-timeout", "TIME", (*timeout)(&o.loginTimeout), "time from the connection to the name"},
		}},
		{"What they may do (0 lifts the rate or the timeout)", []setting{
			{"rate-interval", "TIME", (*timeout)(&o.rateInterval), "one more line each"},
			{"rate-burst", "N", (*count)(&o.rateBurst), "lines at once before that rate holds"},
			{"max-message", "BYTES", (*size)(&o.maxMessage), "longest text"},
			{"max-renames", "N", (*count)(&o.maxRenames), "renames in one session; 0 means none"},
			{"idle-timeout", "TIME", (*timeout)(&o.idleTimeout), "who says nothing for this long is sent away"},
		}},
		{"What they read", []setting{
			{"motd", "FILE", (*text)(&o.motd), "message of the day, at most 8192 bytes of UTF-8"},
			{"history", "N", (*count)(&o.history), "lines a newcomer reads; 0 means none"},
			{"tz", "ZONE", &zone{&o.location}, "time zone of the times in lines: Local, UTC, Europe/Paris ..."},
			{"transcript-bytes", "BYTES", (*size)(&o.transcriptBytes), "memory for the lines that history and slow readers are served from"},
			{"slow", "POLICY", choice{&o.slow, []string{"skip", "kick"}}, "a reader who fell behind that: skip ahead and be told, or kick"},
			{"write-timeout", "TIME", (*timeout)(&o.writeTimeout), "a reader who takes nothing for this long is disconnected; 0 never"},
		}},
		{"How it runs", []setting{
			{"drain-timeout", "TIME", (*timeout)(&o.drainTimeout), "at a stop, time for everybody to read what is theirs; 0 for ever"},
			{"log-format", "FORMAT", choice{&o.logFormat, []string{"text", "json"}}, "text or json, on stderr"},
			{"log-level", "LEVEL", &level{&o.logLevel}, "debug, info, warn or error"},
		}},
	}
}

func (o *options) each(f func(setting)) {
	for _, g := range o.groups() {
		for _, s := range g.settings {
			f(s)
		}
	}
}

const helpHead = `usage: chatd [flags]

A chat room for anybody with nc or telnet. Without flags it is open on port
8989.

Each flag has an environment variable beside it. A flag wins over its variable,
the variable over the default; an empty variable counts as not set. TIME is a
number with a unit: 500ms, 30s, 5m, 1h.
`

const helpTail = `
  -version
        print version, commit and Go version
  -help
        print this

SIGINT (Ctrl-C) and SIGTERM stop chatd after everybody has read what is theirs;
a second one stops it at once. Exit status: 0 stopped, 1 failed, 2 a bad flag.
`

// helpText is what -help prints, 80 columns wide at most.
func helpText() string {
	var b strings.Builder
	b.WriteString(helpHead)
	for _, g := range defaultOptions().groups() {
		fmt.Fprintf(&b, "\n%s\n", g.title)
		for _, s := range g.settings {
			s.describe(&b)
		}
	}
	b.WriteString(helpTail)
	return b.String()
}

// describe writes the flag, its twin and its default on one line, its help below.
func (s setting) describe(b *strings.Builder) {
	byDefault := ""
	if d := s.value.String(); d != "" {
		byDefault = "default " + d
	}
	line := fmt.Sprintf("  %-28s%-26s%s", "-"+s.name+" "+s.arg, envName(s.name), byDefault)
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	for _, line := range strings.Split(s.help, "\n") {
		b.WriteString("        " + line + "\n")
	}
}
