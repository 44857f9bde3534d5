package blackbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"
)

// DefaultTimeout is long for a line on loopback, and longer than a sender over the
// usual rate is slowed.
const DefaultTimeout = 1500 * time.Millisecond

// Options say how a check goes about. The zero value checks everything.
type Options struct {
	// Timeout is how long a line is waited for that should come; 0 means 1.5s.
	Timeout time.Duration
	// Only limits the check to the cases whose id it matches; nil means all.
	Only *regexp.Regexp
	// Progress, if not nil, is called with each result as soon as it is there.
	Progress func(Result)

	flood int // bytes that are said while one does not read; 0 means floodBytes
}

// ErrUnreachable is in the chain of Run's error when nothing listens at the address.
var ErrUnreachable = errors.New("the server cannot be reached")

// Run checks the server at addr, a host and a port, against the profile. It holds
// few connections at a time: four to a dozen, but for a profile with a number of
// places up to that number and two. All of them are closed when it returns, and
// those that joined have left. A case that is running when ctx is done is finished,
// the rest could not be told. It is not for concurrent use with the same profile.
func Run(ctx context.Context, addr string, p *Profile, o Options) (*Report, error) {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.flood == 0 {
		o.flood = floodBytes
	}
	r := &runner{ctx: ctx, p: p, options: o, hall: newHall(addr, o.Timeout), code: randomCode(), dirt: map[string]bool{}, found: map[string]Verdict{}}
	begun := time.Now()
	probe, err := r.hall.dial(p, "probe", false)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %s", ErrUnreachable, addr, plain(err))
	}
	r.dismiss(probe)
	report := &Report{Target: addr, Profile: p.Name}
	for n, c := range p.cases() {
		if o.Only != nil && !o.Only.MatchString(c.ID) {
			continue
		}
		res := r.result(n, c)
		report.Results = append(report.Results, res)
		if o.Progress != nil {
			o.Progress(res)
		}
	}
	r.dismissCanaries()
	report.Took = time.Since(begun)
	return report, nil
}

// letters make names new: none that looks like another, no vowels, no words.
const letters = "bdfghjkpqt"

// randomCode is what the names of one run have in common: what earlier runs said may
// still be in the history.
func randomCode() string {
	var code []byte
	for range 3 {
		code = append(code, letters[rand.IntN(len(letters))])
	}
	return string(code)
}

// A runner is one check in progress.
type runner struct {
	ctx     context.Context
	p       *Profile
	options Options
	hall    *hall
	code    string

	canaries []*client          // two inside, or none
	born     int                // pairs of canaries so far
	quiet    bool               // this server does not announce who comes
	frozen   bool               // one who does not read freezes it
	deaf     bool               // nor who goes, or late: no use waiting for it
	found    map[string]Verdict // of the cases tried so far
	dirt     map[string]bool    // what bystanders read that is no line, and was reported
	lost     string             // why there is no going on
}

func (r *runner) result(n int, c *Case) Result {
	res := Result{Case: c.ID, Promise: c.Promise, Title: c.Title, Severity: r.p.Severity(c.ID), Note: r.p.notes[c.ID]}
	begun := time.Now()
	x := r.exam(fmt.Sprintf("%c%c", letters[n/len(letters)%len(letters)], letters[n%len(letters)]))
	var f finding
	switch {
	case res.Severity == "":
		f = finding{NotApplicable, "the profile does not promise it", -1}
	case r.ctx.Err() != nil:
		f = finding{CouldNotTell, "the check was stopped", -1}
	case c == greetingCase: // what it looks for is needed for the canaries
		f = x.run1(c)
	default:
		f = r.guarded(x, c)
	}
	res.Verdict, res.Finding, res.Took = f.verdict, f.sentence, time.Since(begun)
	if f.verdict == Broken {
		res.Advice = c.Advice
		res.Lanes = drawLanes(x.clients, x.birds, x.begun, f.event)
	}
	r.found[c.ID] = f.verdict
	x.clear()
	return res
}

func (r *runner) exam(code string) *exam {
	r.hall.mu.Lock()
	defer r.hall.mu.Unlock()
	return &exam{hall: r.hall, p: r.p, run: r, code: r.code + code, begun: r.hall.events}
}

// run1 tries one case and catches what it throws.
func (x *exam) run1(c *Case) (f finding) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case finding:
			f = thrown
		default:
			panic(thrown)
		}
	}()
	c.try(x)
	return finding{verdict: Holds}
}

// guarded tries a case with canaries in the room, and looks after them behind it.
func (r *runner) guarded(x *exam, c *Case) finding {
	if r.lost == "" && len(r.canaries) == 0 {
		r.bringCanaries()
	}
	if r.lost != "" {
		return finding{CouldNotTell, r.lost, -1}
	}
	x.mu.Lock()
	x.begun, x.birds = x.events, r.canaries
	x.mu.Unlock()
	f := x.run1(c)
	x.leaveAll()
	if sick := r.canariesSick(x); sick != nil {
		if f.verdict != Broken {
			f = *sick
		}
		r.dismissCanaries()
	} else if !r.canaries[0].canSay(2) || !r.canaries[1].canSay(2) {
		r.dismissCanaries()
	}
	return f
}
