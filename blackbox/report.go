package blackbox

import "time"

// A Verdict is what a case found.
type Verdict string

// The verdicts.
const (
	Holds         Verdict = "holds"
	Broken        Verdict = "broken"
	NotApplicable Verdict = "not applicable" // the profile does not promise it, or nothing is there to try it on
	CouldNotTell  Verdict = "could not tell" // something else went wrong first
)

// A Report is what a check found.
type Report struct {
	Target  string        `json:"target"`
	Profile string        `json:"profile"`
	Took    time.Duration `json:"took_ns"`
	Results []Result      `json:"results"`
}

// A Result is what one case found.
type Result struct {
	Case     string        `json:"case"`
	Promise  string        `json:"promise"`
	Title    string        `json:"title"`
	Severity Severity      `json:"severity,omitempty"`
	Verdict  Verdict       `json:"verdict"`
	Finding  string        `json:"finding,omitempty"` // what was found, unless it holds
	Advice   string        `json:"advice,omitempty"`  // for a broken one
	Note     string        `json:"note,omitempty"`    // the profile's
	Lanes    string        `json:"lanes,omitempty"`   // for a broken one: who sent and read what
	Took     time.Duration `json:"took_ns"`
}

// Count is the number of results with a verdict, of a severity or, with "", of any.
func (r *Report) Count(v Verdict, s Severity) int {
	n := 0
	for i := range r.Results {
		if r.Results[i].Verdict == v && (s == "" || r.Results[i].Severity == s) {
			n++
		}
	}
	return n
}

// Broken says whether a promise is broken that the server has to keep; strict
// counts those beyond the profile's text too.
func (r *Report) Broken(strict bool) bool {
	return r.Count(Broken, Must) > 0 || strict && r.Count(Broken, "") > 0
}
