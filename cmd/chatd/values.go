package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of value a flag can have. Each is a flag.Value whose Set returns an
// error that says what is allowed; package flag adds the flag and the value.

// text is a string that is taken as it is.
type text string

func (t *text) String() string     { return string(*t) }
func (t *text) Set(s string) error { *t = text(s); return nil }

// count is a number of things, where 0 lifts the limit or means none.
type count int

func (c *count) String() string { return strconv.Itoa(int(*c)) }

func (c *count) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return errors.New("must be a whole number, 0 or more")
	}
	*c = count(n)
	return nil
}

// size is a number of bytes; the room has its own bounds too.
type size int

func (z *size) String() string { return strconv.Itoa(int(*z)) }

func (z *size) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errors.New("must be a number of bytes, 1 or more")
	}
	*z = size(n)
	return nil
}

// timeout is a duration, where 0 lifts it.
type timeout time.Duration

// String leaves out what time.Duration adds: 1h, not 1h0m0s.
func (t *timeout) String() string {
	s := time.Duration(*t).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (t *timeout) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errors.New("must be a time with a unit, such as 500ms, 30s, 5m or 1h, or 0")
	}
	*t = timeout(d)
	return nil
}

// address is what to listen on. Whether the host is one of this machine's is seen
// when listening.
type address struct {
	text    *string
	emptyOK bool
}

func (a *address) String() string {
	if a.text == nil {
		return ""
	}
	return *a.text
}

func (a *address) Set(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err == nil && port != "" {
		_, err = net.LookupPort("tcp", port)
	}
	if (err != nil || port == "") && (s != "" || !a.emptyOK) {
		return errors.New("must be HOST:PORT or :PORT, the port 0 to 65535, an IPv6 host in brackets")
	}
	*a.text = s
	return nil
}

// zone is a time zone by its name.
type zone struct{ location **time.Location }

func (z *zone) String() string {
	if z.location == nil {
		return ""
	}
	return (*z.location).String()
}

func (z *zone) Set(s string) error {
	location, err := time.LoadLocation(s)
	if err != nil || s == "" {
		return errors.New("must be Local, UTC or the name of a time zone, such as Europe/Paris")
	}
	*z.location = location
	return nil
}

// choice is one of a few words.
type choice struct {
	word    *string
	allowed []string
}

func (c choice) String() string {
	if c.word == nil {
		return ""
	}
	return *c.word
}

func (c choice) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		last := len(c.allowed) - 1
		return fmt.Errorf("must be %s or %s", strings.Join(c.allowed[:last], ", "), c.allowed[last])
	}
	*c.word = s
	return nil
}

// level is the least serious log record that is written.
type level struct{ level *slog.Level }

func (l *level) String() string {
	if l.level == nil {
		return ""
	}
	return strings.ToLower(l.level.String())
}

func (l *level) Set(s string) error {
	for _, known := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if s == strings.ToLower(known.String()) {
			*l.level = known
			return nil
		}
	}
	return errors.New("must be debug, info, warn or error")
}
