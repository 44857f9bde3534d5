package chat

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
	"unicode/utf8"
)

// Config says how a Server behaves. The zero value is usable: every zero field
// gets the default its comment names. A negative number lifts the limit, rate or
// timeout (for History and MaxRenames it means none); for sizes it is an error.
// New checks all of it once and keeps a copy.
type Config struct {
	// Addr is what Start listens on; "" means ":8989".
	Addr string
	// Listen opens Start's listener; nil means net.Listen.
	Listen func(network, address string) (net.Listener, error)

	// Clock is the source of time; nil means the machine's clock.
	Clock Clock
	// Runtime starts tasks and makes locks; nil means Go's own.
	Runtime Runtime
	// Logger gets one record per lifecycle event, never message text; nil
	// means no log. Its handler may block or panic: records wait in a bounded
	// queue and what does not fit is counted in Stats.LogDropped (O3).
	Logger *slog.Logger
	// Location is the time zone of the times in lines; nil means UTC.
	Location *time.Location
	// MOTD is the message of the day, shown after the welcome, one notice for
	// each of its lines; "" means none. At most 8192 bytes of UTF-8 and 200 lines.
	MOTD string

	// MaxClients bounds the clients inside; 0 means 1000, negative no bound.
	MaxClients int
	// MaxPending bounds the connections still at the name prompt and, apart
	// from them, those lingering before their close; 0 means 256, negative no
	// bound.
	MaxPending int
	// MaxPerIP bounds the connections from one address; 0 or negative means no
	// bound.
	MaxPerIP int

	// History is the number of lines a newcomer reads; 0 means 100, negative none.
	History int
	// TranscriptBytes bounds the memory of the transcript, its index included;
	// 0 means 8388608 (8 MiB). At least 12 of the longest lines must fit.
	TranscriptBytes int
	// MaxMessage is the longest text in bytes; 0 means 1024. At most 16384, so
	// that the longest line, cleaned, fits one write of 64 KiB.
	MaxMessage int

	// NameAttempts is the number of names a connection may try; 0 means 3,
	// negative any number.
	NameAttempts int
	// MaxRenames is the number of renames in one session; 0 means 3, negative none.
	MaxRenames int

	// RateInterval is the time in which a session earns one more line; 0 means
	// 1s, negative no rate.
	RateInterval time.Duration
	// RateBurst is the number of lines a session may save up; 0 means 5,
	// negative no rate.
	RateBurst int

	// LoginTimeout is the time from connect to name; 0 means 30s, negative no limit.
	LoginTimeout time.Duration
	// IdleTimeout ends a session that sends no complete line; 0 means 1h,
	// negative never.
	IdleTimeout time.Duration
	// WriteTimeout bounds one write of at most 64 KiB; 0 means 1m, negative no limit.
	WriteTimeout time.Duration
	// LingerTimeout bounds the wait, after the last line, for the client to
	// close its side; 0 means 2s, negative no limit.
	LingerTimeout time.Duration
	// DrainTimeout is how long Stop waits for clients to read what is theirs;
	// 0 means 5s, negative no limit.
	DrainTimeout time.Duration

	// Slow says what happens to a client whose next line is no longer held;
	// "" means SlowSkip.
	Slow SlowPolicy
}

// SlowPolicy says what happens to a client that has fallen off the transcript's
// tail (R4).
type SlowPolicy string

const (
	// SlowSkip tells the client how many lines it missed and goes on behind them.
	SlowSkip SlowPolicy = "skip"
	// SlowKick disconnects the client.
	SlowKick SlowPolicy = "kick"
)

const (
	motdBytesMax    = 8 << 10
	motdLinesMax    = 200
	messageBytesMax = 16 << 10
	// rateSpanMax keeps the bucket's arithmetic far from overflow.
	rateSpanMax   = 100 * 365 * 24 * time.Hour
	lineTimeBytes = len("[2006-01-02 15:04:05]")
	// nameBytesMax is 32 characters of at most four bytes each (N1).
	nameBytesMax = nameRunesMax * utf8.UTFMax
)

// lineBytesMax is the longest line a message of maxMessage bytes can become: its
// time, two names (a rename), some words, and a text whose every byte was invalid
// and is now a three-byte U+FFFD (M6).
func lineBytesMax(maxMessage int) int {
	return lineTimeBytes + 2*nameBytesMax + 64 + 3*maxMessage
}

// withDefaults returns the configuration the server runs with: defaults filled in
// and checked. The error names the field, its value and what is allowed.
func (c Config) withDefaults() (Config, error) {
	orDefault(&c.Addr, ":8989")
	if c.Listen == nil {
		c.Listen = net.Listen
	}
	if c.Clock == nil {
		c.Clock = newRealClock()
	}
	if c.Runtime == nil {
		c.Runtime = realRuntime{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	orDefault(&c.MaxClients, 1000)
	orDefault(&c.MaxPending, 256)
	orDefault(&c.History, 100)
	orDefault(&c.TranscriptBytes, 8<<20)
	orDefault(&c.MaxMessage, 1024)
	orDefault(&c.NameAttempts, 3)
	orDefault(&c.MaxRenames, 3)
	orDefault(&c.RateInterval, time.Second)
	orDefault(&c.RateBurst, 5)
	orDefault(&c.LoginTimeout, 30*time.Second)
	orDefault(&c.IdleTimeout, time.Hour)
	orDefault(&c.WriteTimeout, time.Minute)
	orDefault(&c.LingerTimeout, 2*time.Second)
	orDefault(&c.DrainTimeout, 5*time.Second)
	orDefault(&c.Slow, SlowSkip)
	return c, c.check()
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) check() error {
	if c.MaxMessage < 1 || c.MaxMessage > messageBytesMax {
		return fmt.Errorf("chat: Config.MaxMessage is %d: must be 1 to %d bytes", c.MaxMessage, messageBytesMax)
	}
	if least := 12 * lineBytesMax(c.MaxMessage); c.TranscriptBytes < least {
		return fmt.Errorf("chat: Config.TranscriptBytes is %d: must be at least %d bytes, 12 of the longest lines at MaxMessage %d",
			c.TranscriptBytes, least, c.MaxMessage)
	}
	if c.RateBurst > 0 && c.RateInterval > 0 && c.RateInterval > rateSpanMax/time.Duration(c.RateBurst) {
		return fmt.Errorf("chat: Config.RateInterval is %v: with RateBurst %d it must be at most %v", c.RateInterval, c.RateBurst, rateSpanMax/time.Duration(c.RateBurst))
	}
	if c.Slow != SlowSkip && c.Slow != SlowKick {
		return fmt.Errorf("chat: Config.Slow is %q: must be %q or %q", c.Slow, SlowSkip, SlowKick)
	}
	if len(c.MOTD) > motdBytesMax {
		return fmt.Errorf("chat: Config.MOTD has %d bytes: at most %d are allowed", len(c.MOTD), motdBytesMax)
	}
	// A last line without its end counts too.
	if lines := strings.Count(strings.TrimSuffix(c.MOTD, "\n")+"\n", "\n"); lines > motdLinesMax {
		return fmt.Errorf("chat: Config.MOTD has %d lines: at most %d are allowed", lines, motdLinesMax)
	}
	if !utf8.ValidString(c.MOTD) {
		return fmt.Errorf("chat: Config.MOTD %q is not valid UTF-8", firstBytes(c.MOTD, 40))
	}
	return nil
}

func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}
