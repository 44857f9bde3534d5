package sim

import (
	"time"

	"example.com/chatd/chat"
)

// Options are what a world is made of: limits of the server, sizes of buffers, and
// how the serial runtime switches. Zero is the server's own default. Swarm: each
// seed switches features on and off, so that rare combinations come up.
type Options struct {
	Seed uint64

	MaxMessage, TranscriptLines  int // TranscriptBytes is that many of the longest lines; 0: the default
	History                      int
	MaxClients, MaxPending       int
	MaxPerIP                     int
	NameAttempts, MaxRenames     int
	RateMillis, RateBurst        int // RateMillis -1: no rate
	LoginMillis, IdleMillis      int
	WriteMillis, LingerMillis    int
	DrainMillis                  int
	Kick                         int // 1: SlowKick
	Command                      int // 1: bytes move only when somebody moves them
	ReadBuffer, WriteBuffer      int // of the server's connections and of the clients' receiving
	Switching, Holding, Hurrying int // see serial; Hurrying: an operation in so many does not wait for quiet

	skew func(*chat.Config) // of a test: what the server has otherwise, and the ledger does not know
}

// A knob is one option, by the name it has in a schedule.
type knob struct {
	name string
	of   func(*Options) *int
	from []int // what a seed chooses from
}

var knobs = []knob{
	{"max-message", func(o *Options) *int { return &o.MaxMessage }, []int{0, 32, 32, 64, 200}},
	{"transcript-lines", func(o *Options) *int { return &o.TranscriptLines }, []int{0, 12, 12, 14, 30}},
	{"history", func(o *Options) *int { return &o.History }, []int{0, 0, -1, 1, 3, 10}},
	{"max-clients", func(o *Options) *int { return &o.MaxClients }, []int{0, 0, 4, 7}},
	{"max-pending", func(o *Options) *int { return &o.MaxPending }, []int{0, 0, 0, 2, 4}},
	{"max-per-ip", func(o *Options) *int { return &o.MaxPerIP }, []int{0, 0, 0, 2}},
	{"name-attempts", func(o *Options) *int { return &o.NameAttempts }, []int{0, 0, 1, -1}},
	{"max-renames", func(o *Options) *int { return &o.MaxRenames }, []int{0, 0, 1, 100}},
	{"rate-millis", func(o *Options) *int { return &o.RateMillis }, []int{-1, -1, 0, 100}},
	{"rate-burst", func(o *Options) *int { return &o.RateBurst }, []int{0, 1, 2}},
	{"login-millis", func(o *Options) *int { return &o.LoginMillis }, []int{0, 1500, 5000}},
	{"idle-millis", func(o *Options) *int { return &o.IdleMillis }, []int{0, 0, 7300, 150_000}},
	{"write-millis", func(o *Options) *int { return &o.WriteMillis }, []int{0, 3000, 12_345}},
	{"linger-millis", func(o *Options) *int { return &o.LingerMillis }, []int{0, 700}},
	{"drain-millis", func(o *Options) *int { return &o.DrainMillis }, []int{0, 0, 1300}},
	{"kick", func(o *Options) *int { return &o.Kick }, []int{0, 0, 1}},
	{"read-buffer", func(o *Options) *int { return &o.ReadBuffer }, []int{0, 0, 0, 7, 50, 50, 400, 4000}},
	{"write-buffer", func(o *Options) *int { return &o.WriteBuffer }, []int{0, 0, 1, 90, 1000}},
	{"command", func(o *Options) *int { return &o.Command }, []int{0, 0, 0, 0, 1}},
	{"switching", func(o *Options) *int { return &o.Switching }, []int{1, 1, 2, 4, 16}},
	{"holding", func(o *Options) *int { return &o.Holding }, []int{0, 0, 4, 20, 100}},
	{"hurrying", func(o *Options) *int { return &o.Hurrying }, []int{0, 0, 1, 2, 4}},
}

// optionsOf returns the options of a seed.
func optionsOf(seed uint64) Options {
	o := Options{Seed: seed}
	chance := newSource(seed, 'w')
	for _, k := range knobs {
		*k.of(&o) = chance.of(k.from...)
	}
	return o
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// maxMessage leaves room for a tag.
func (o *Options) maxMessage() int { return min(max(or(o.MaxMessage, 1024), 24), 4096) }

// transcriptBytes bounds the transcript, to no less than the server takes.
func (o *Options) transcriptBytes() int {
	if o.TranscriptLines <= 0 {
		return 8 << 20
	}
	return max(o.TranscriptLines, 12) * longestLine(o.maxMessage())
}

func (o *Options) renames() int { return or(o.MaxRenames, 3) }

func (o *Options) smallTranscript() bool { return o.TranscriptLines > 0 }

func (o *Options) rate() (interval time.Duration, burst int) {
	return millis(or(o.RateMillis, 1000)), or(o.RateBurst, 5)
}

// idle has a floor: the observer has to press enter twice in it, and shrinking to a
// millisecond made that go on for ever.
func (o *Options) idle() time.Duration {
	return max(millis(or(o.IdleMillis, 3600_000)), 2*time.Second)
}
func (o *Options) login() time.Duration  { return millis(or(o.LoginMillis, 30_000)) }
func (o *Options) write() time.Duration  { return millis(or(o.WriteMillis, 60_000)) }
func (o *Options) linger() time.Duration { return millis(or(o.LingerMillis, 2000)) }
func (o *Options) drain() time.Duration  { return millis(or(o.DrainMillis, 5000)) }
