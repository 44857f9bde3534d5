package chat

import "time"

// A bucket is a session's token bucket (R1), kept as the one number of the generic
// cell rate algorithm (ITU-T I.371): the moment at which it will be full again. It
// counts whole nanoseconds, so a line is due exactly when its token is, and takes
// eight bytes. golang.org/x/time/rate computes in floats and is off by a nanosecond.
//
// The zero value is a full bucket. The session's reader owns it.
type bucket struct{ full time.Duration }

// take takes one token and returns how long its line must wait for it: 0 while
// there are tokens.
func (b *bucket) take(now, interval time.Duration, burst int) time.Duration {
	b.full = max(b.full, now)
	wait := b.full - now - time.Duration(burst-1)*interval
	b.full += interval
	return max(wait, 0)
}
