// Package lab has small chat servers to check the check with: right ones, one per
// dialect, and for each thing that a case looks for one that gets it wrong. Start
// with [Start]; a [Fault] is the one thing that is wrong.
//
// They are servers for tests: they serve loopback, log nothing, and favour being
// read over being fast.
package lab

// A Fault is what a server gets wrong; "" for nothing.
type Fault string

// The faults, each after the mistake that people make.
const (
	Right          Fault = ""
	NoGreeting     Fault = "no greeting"
	NoJoinNotice   Fault = "nobody is told who comes"
	Squeezes       Fault = "text is split into words and put together again"
	Echoes         Fault = "the sender reads its own line"
	LeavesTwice    Fault = "both goroutines of a client announce its leaving"
	ResetIsSilent  Fault = "only io.EOF is announced"
	SendsEmpty     Fault = "empty lines are sent round"
	SendsBlank     Fault = "blank lines are sent round"
	NoOrder        Fault = "each reader has its own order"
	Backwards      Fault = "history is newest first"
	OldNews        Fault = "newcomers read what was said before"
	Gap            Fault = "history is copied before the newcomer is put into the list"
	Repeat         Fault = "the newcomer is put into the list before history is copied"
	ListsSelf      Fault = "the newcomer is in the list it reads"
	TellsUnnamed   Fault = "connections without a name read the chat"
	AcceptWaits    Fault = "the accept loop asks for the name"
	ShortNames     Fault = "names of more than twelve letters are refused"
	AnyName        Fault = "names are not checked"
	Twins          Fault = "names may be taken"
	CheckThenClaim Fault = "names are looked up, and put in later"
	CaseMatters    Fault = "names in other letters are other names"
	System         Fault = "clients may be called SYSTEM"
	NameKept       Fault = "names are never free again"
	OneRead        Fault = "what one Read returns is a message"
	FirstOfRead    Fault = "only the first line of a packet is looked at"
	EndOfRead      Fault = "the end of a packet ends the line"
	TwoReaders     Fault = "name and lines are read by two buffered readers"
	KeepsCR        Fault = "CR before LF is part of the line"
	EOFResets      Fault = "the end of the input is answered by a reset"
	ASCIIOnly      Fault = "bytes above 127 become question marks"
	CutsLong       Fault = "lines are read into 512 bytes"
	Crashes        Fault = "a line too long for the buffer ends the server"
	RawEscapes     Fault = "control characters but CR are sent on"
	RawCR          Fault = "CR is sent on"
	WritesInLock   Fault = "the room is locked while a client is written to"
	Drops          Fault = "what does not fit a client's queue is dropped"
	NoLimit        Fault = "places are not counted"
	FullResets     Fault = "one too many is closed with its input unread"
	PlaceLost      Fault = "a place is not given back by who leaves a full room"
	Chatters       Fault = "a debugging line about resets is left in"
)
