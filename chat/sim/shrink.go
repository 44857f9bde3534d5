package sim

import "slices"

// Shrink returns the smallest schedule it finds that still breaks the same promise
// under the same oracle: it leaves out operations, in halves, quarters and so on
// down to single ones, puts options back to their defaults, and makes numbers
// small. broken carries out a schedule.
func Shrink(s *Schedule, broken func(*Schedule) *Result) *Schedule {
	first := broken(s)
	if len(first.Violations) == 0 {
		return s
	}
	want := first.Violations[0]
	sh := &shrinker{best: s, tries: shrinkTries, fails: func(s *Schedule) bool {
		for _, v := range broken(s).Violations {
			if v.Promise == want.Promise && v.Oracle == want.Oracle {
				return true
			}
		}
		return false
	}}
	for before := -1; before != sh.accepted && sh.tries > 0; {
		before = sh.accepted
		sh.ops()
		sh.options()
		sh.numbers()
	}
	return sh.best
}

// shrinkTries bounds the work.
const shrinkTries = 5000

type shrinker struct {
	best     *Schedule
	fails    func(*Schedule) bool
	tries    int
	accepted int
}

// try takes a candidate if it still fails.
func (sh *shrinker) try(s *Schedule) bool {
	if sh.tries == 0 {
		return false
	}
	sh.tries--
	if !sh.fails(s) {
		return false
	}
	sh.best = s
	sh.accepted++
	return true
}

func (sh *shrinker) with(ops []Op) *Schedule {
	s := *sh.best
	s.Ops = ops
	return &s
}

// ops leaves out runs of operations, long ones first.
func (sh *shrinker) ops() {
	for size := (len(sh.best.Ops) + 1) / 2; size > 0; size /= 2 {
		for at := 0; at < len(sh.best.Ops); {
			ops := sh.best.Ops
			end := min(at+size, len(ops))
			if !sh.try(sh.with(slices.Concat(ops[:at], ops[end:]))) {
				at = end
			}
		}
	}
}

// options puts options back.
func (sh *shrinker) options() {
	for _, k := range knobs {
		for _, v := range []int{0, 1} {
			s := *sh.best
			if old := *k.of(&s.Options); old == v || old == 0 {
				break
			}
			*k.of(&s.Options) = v
			if sh.try(&s) {
				break
			}
		}
	}
}

// numbers makes arguments small.
func (sh *shrinker) numbers() {
	for i := range sh.best.Ops {
		for _, arg := range []func(*Op) *int{
			func(o *Op) *int { return &o.C }, func(o *Op) *int { return &o.B }, func(o *Op) *int { return &o.A },
		} {
			for _, v := range []int{0, 1, 2, *arg(&sh.best.Ops[i]) / 2} {
				if *arg(&sh.best.Ops[i]) <= v {
					break
				}
				ops := slices.Clone(sh.best.Ops)
				*arg(&ops[i]) = v
				if sh.try(sh.with(ops)) {
					break
				}
			}
		}
	}
}
