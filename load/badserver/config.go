package badserver

import (
	"errors"
	"fmt"
	"time"
)

// A Door is how the server meets who connects.
type Door uint8

// The doors.
const (
	Open    Door = iota // as it should
	Shut                // nobody listens: Addr refuses connections
	Reset               // connections are accepted and reset
	Mute                // connections are accepted; input is read, and that is all
	Foreign             // Config.Banner, then the end
	Full                // of the names that ask, only Config.Room get in
)

// Config says what the server does wrong. The zero value is a correct server. Knobs may
// be combined; of several that name the same delivery, missing goes before dropping, and
// both before the others.
type Config struct {
	Addr string // to listen on; "" means a free port on loopback

	Door   Door
	Room   int    // with Full: how many are let in first; 0 means nobody
	Banner string // with Foreign; "" means a refusal as HTTP has it

	// Victim is whose deliveries suffer, by the order of joining, the first is 1; 0 means
	// everybody's, each counted alone. It is for the knobs down to MissLines, and Close.
	Victim int

	DropEvery    int           // every Nth delivery is left out; 0 means none
	RepeatEvery  int           // every Nth delivery comes twice
	CorruptEvery int           // of every Nth delivery the text's last byte is changed
	SwapEvery    int           // every Nth delivery changes places with the one behind it
	Delay        time.Duration // every delivery comes later by this; what is behind it waits

	// MissLines deliveries behind the first MissAfter are left out once, and "you missed
	// N lines" stands in their place; 0 means none.
	MissAfter int
	MissLines int

	// FreezeAt is the message, of all taken, at which the whole server stands still for
	// FreezeFor: it obeys no line and writes none, newcomers get no greeting. Then it goes
	// on with that message. 0 means never.
	FreezeAt  int
	FreezeFor time.Duration

	// CloseAt is the message, of all taken, behind which the victim's connection ends, or
	// for Victim 0 everybody's, and the port closes. What is due is written first, the
	// message too. 0 means never.
	CloseAt int
	// Goodbye is the last line then: "Server shutting down..." becomes a system line with
	// its time, what begins with a bracket stays as it is. "" means none.
	Goodbye string

	Clock Clock // nil means the machine's own
}

func (c Config) check() error {
	for _, n := range []int{
		c.Room, c.Victim, c.DropEvery, c.RepeatEvery, c.CorruptEvery, c.SwapEvery,
		int(c.Delay), c.MissAfter, c.MissLines, c.FreezeAt, int(c.FreezeFor), c.CloseAt,
	} {
		if n < 0 {
			return errors.New("badserver: a number of Config is below 0")
		}
	}
	switch {
	case c.Door > Full:
		return fmt.Errorf("badserver: Config.Door %d is none", c.Door)
	case (c.FreezeAt > 0) != (c.FreezeFor > 0):
		return errors.New("badserver: FreezeAt and FreezeFor go together")
	}
	return nil
}

const bannerDefault = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request\n"

// A Clock tells the server the time; it must be safe for concurrent use, and AfterFunc
// must not run f before it returns.
type Clock interface {
	Now() time.Time         // the wall time, for the lines
	Elapsed() time.Duration // monotonic, since some fixed moment
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is what Clock.AfterFunc returns; *time.Timer is one. It is an alias of an
// unnamed interface so that a clock elsewhere needs no import of this package.
type Timer = interface {
	Stop() bool
	Reset(d time.Duration) bool
}

type realClock struct{ start time.Time }

func (c realClock) Now() time.Time                            { return time.Now() }
func (c realClock) Elapsed() time.Duration                    { return time.Since(c.start) }
func (c realClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
