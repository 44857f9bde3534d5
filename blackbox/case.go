package blackbox

// A Case is one thing to try. The zero value is of no use: cases come from
// [Cases].
type Case struct {
	ID      string // what -run and profiles call it
	Promise string // its id in docs/SPEC.md
	Title   string // what a user may rely on
	Advice  string // what is likely wrong in a server that breaks it, and what to do

	try func(*exam)
}

// Cases returns all cases that a profile can be checked with, in the order of the
// check: those that are built in, then its scripts.
func Cases(p *Profile) []*Case { return p.cases() }

var builtinCases = []*Case{
	greetingCase, joinCase, talkCase, echoCase, leaveCase, resetCase, emptyCase, blankCase,
	orderCase, historyCase, joinerCase, unjoinedCase, presenceCase, silentCase,
	nameGoodCase, nameBadCase, nameTakenCase, nameRaceCase, nameCaseCase, nameReservedCase, nameFreeCase, attemptsCase,
	unicodeCase, packetCase, splitCase, earlyCase, crlfCase, halfCloseCase, pipeCase, telnetCase, httpCase,
	longCase, overCase, endlessCase, escapesCase, carriageCase,
	fullCase, fullToldCase, placeCase, rateCase, stalledCase, catchUpCase,
}
