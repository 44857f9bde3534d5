package faultproxy

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// A Kind says what a fault does; the package documentation has each in detail.
type Kind string

// The kinds of faults.
const (
	Latency   Kind = "latency"   // every byte is late by Delay
	Bandwidth Kind = "bandwidth" // Rate bytes a second
	Slice     Kind = "slice"     // writes of at most Piece bytes
	Reset     Kind = "reset"     // both ends are reset
	Blackhole Kind = "blackhole" // nothing passes
	HalfClose Kind = "halfclose" // the target reads the end of the stream
)

// What a fault without a parameter does.
const (
	delayDefault = 100 * time.Millisecond
	rateDefault  = 1000 // bytes a second
	pieceDefault = 1    // bytes
)

// A Fault is one thing that goes wrong, once. Parse makes one of text.
type Fault struct {
	At  time.Duration // when it begins, from Start; 0 is at Start
	For time.Duration // how long; 0 only with Reset and HalfClose, which then hit no newcomers

	Kind    Kind
	Percent float64 // of the connections, above 0 and up to 100

	// The parameter of its kind; the others are not looked at. 0 means the default.
	Delay time.Duration // of Latency, each way: 100ms
	Rate  int64         // of Bandwidth, bytes a second each way: 1000
	Piece int           // of Slice, bytes: 1
}

// String is the fault as Parse reads it, its parameter always with it.
func (f Fault) String() string {
	f = f.withDefaults()
	what := string(f.Kind)
	switch f.Kind {
	case Latency:
		what += "=" + f.Delay.String()
	case Bandwidth:
		what += "=" + strconv.FormatInt(f.Rate, 10) + "B/s"
	case Slice:
		what += "=" + strconv.Itoa(f.Piece)
	}
	return fmt.Sprintf("%v:%v:%s:%s%%", f.At, f.For, what, strconv.FormatFloat(f.Percent, 'f', -1, 64))
}

// withDefaults fills in the parameter of the fault's kind and clears the others.
func (f Fault) withDefaults() Fault {
	delay, rate, piece := f.Delay, f.Rate, f.Piece
	f.Delay, f.Rate, f.Piece = 0, 0, 0
	switch f.Kind {
	case Latency:
		f.Delay = or(delay, delayDefault)
	case Bandwidth:
		f.Rate = or(rate, rateDefault)
	case Slice:
		f.Piece = or(piece, pieceDefault)
	}
	return f
}

// or is v, or the default where v is 0.
func or[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}

// check says what is wrong with a fault, whoever made it.
func (f Fault) check() error {
	f = f.withDefaults()
	switch f.Kind {
	case Latency, Bandwidth, Slice, Blackhole:
		if f.For == 0 {
			return fmt.Errorf("%s for 0s does nothing: want a duration above 0", f.Kind)
		}
	case Reset, HalfClose:
	default:
		return fmt.Errorf("kind %q: want %s", f.Kind, kinds)
	}
	switch {
	case f.At < 0 || f.For < 0:
		return errors.New("a time below 0")
	case f.At > math.MaxInt64-f.For:
		return errors.New("it would end after the end of time")
	case !(f.Percent > 0 && f.Percent <= 100): // NaN too
		return fmt.Errorf("share %v%%: want above 0%% and up to 100%%", f.Percent)
	case f.Delay < 0 || f.Rate < 0 || f.Piece < 0:
		return errors.New("a parameter below 0")
	}
	return nil
}
