package sim

import (
	"strings"
	"testing"
	"time"

	"example.com/chatd/chat"
)

// skewed carries out a schedule on a server that is configured otherwise than its
// world believes.
func skewed(t *testing.T, text string, skew func(*chat.Config)) *Result {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Options.skew = skew
	serial := NewSerial()
	defer serial.Close()
	return serial.Run(s)
}

// TestOracles: each timeout that is off by a millisecond, either way, and each lag
// that is handled too soon, is noticed by its oracle, and by no other fault of the
// world: with nothing skewed it is quiet.
func TestOracles(t *testing.T) {
	const stalled = "option read-buffer 1\noption write-buffer 1\noption rate-millis -1\noption linger-millis 700\njoin 0 0\njoin 1 1\nstall 1\nsay 0 9 9\n"
	// One is overtaken in a transcript as small as may be.
	lags := func(kick string) string {
		return kick + "option max-message 24\noption transcript-lines 24\noption rate-millis -1\noption read-buffer 1\noption write-buffer 1\n" +
			"join 0 0\njoin 1 1\nstall 1\n" + strings.Repeat("paste 0 19 23\n", 12) + "resume 1\n"
	}
	ms := func(d time.Duration) time.Duration { return d + time.Millisecond }
	lessLines := func(c *chat.Config) { c.TranscriptBytes /= 2 }
	for _, o := range []struct {
		what, promise string
		oracle        int
		schedule      string
		skew          func(*chat.Config)
	}{
		{"LoginTimeout late", "L3", 11, "option login-millis 1500\ndial 0\npass 40 40\n", func(c *chat.Config) { c.LoginTimeout = ms(c.LoginTimeout) }},
		{"LoginTimeout early", "L3", 11, "option login-millis 1500\ndial 0\npass 40 40\n", func(c *chat.Config) { c.LoginTimeout -= time.Millisecond }},
		{"IdleTimeout late", "R3", 11, "option idle-millis 7300\noption rate-millis -1\njoin 0 0\npass 60 60\n", func(c *chat.Config) { c.IdleTimeout += time.Second }},
		{"IdleTimeout early", "R3", 11, "option idle-millis 7300\noption rate-millis -1\njoin 0 0\npass 38 63\n", func(c *chat.Config) { c.IdleTimeout -= 2 * time.Second }},
		{"WriteTimeout late", "R4", 11, stalled + "option write-millis 3000\npass 60 60\n", func(c *chat.Config) { c.WriteTimeout = ms(c.WriteTimeout) }},
		{"WriteTimeout early", "R4", 11, stalled + "option write-millis 3000\npass 60 60\n", func(c *chat.Config) { c.WriteTimeout -= time.Millisecond }},
		{"LingerTimeout late", "L5", 11, "option linger-millis 700\ndial 0\nname 0 11\nstall 0\nname 0 11\nname 0 11\npass 60 60\n", func(c *chat.Config) { c.LingerTimeout = ms(c.LingerTimeout) }},
		{"LingerTimeout early", "L5", 11, "option linger-millis 700\ndial 0\nname 0 11\nstall 0\nname 0 11\nname 0 11\npass 60 60\n", func(c *chat.Config) { c.LingerTimeout -= time.Millisecond }},
		{"DrainTimeout late", "E3", 11, stalled + "stop 1\npass 60 60\n", func(c *chat.Config) { c.DrainTimeout = ms(c.DrainTimeout) }},
		{"DrainTimeout early", "E3", 11, stalled + "stop 1\npass 60 60\n", func(c *chat.Config) { c.DrainTimeout -= time.Millisecond }},
		{"skipped too soon", "R4", 9, lags(""), lessLines},
		{"kicked too soon", "R4", 9, lags("option kick 1\n"), lessLines},
	} {
		if r := skewed(t, o.schedule, nil); len(r.Violations) > 0 {
			t.Errorf("%s: not skewed, yet\n%s", o.what, r.Report())
		}
		r := skewed(t, o.schedule, o.skew)
		found := false
		for _, v := range r.Violations {
			found = found || v.Promise == o.promise && v.Oracle == o.oracle
		}
		if !found {
			t.Errorf("%s is not noticed:\n%s", o.what, r.Report())
		}
	}
}
