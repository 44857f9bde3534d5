package check

import "strings"

// A Profile says how a server writes lines and which limits it keeps.
type Profile struct {
	Greeting string // everything before the first prompt
	Prompt   string // the only output without a line end
	Notice   string // begins a line for one client alone
	System   string // begins a line of the server's, behind the time

	Joined  string // ends a join line, behind the name
	Left    string // ends a leave line but for its reason, behind the name
	Renamed string // between the names of a rename line
	Stop    string // the text of the last line of all
	Missed  [2]string
	Taken   string   // the refusal of a name in use
	Goodbye []string // how the last notice to a client that was never inside may begin

	History      int // lines a newcomer reads; 0 or less means none
	MaxMessage   int // bytes of a text
	NameAttempts int // 0 or less means any number

	// Key is what names are compared by; nil means lower case.
	Key func(name string) string
	// Tail returns, for the lengths of all lines of the order, the oldest line
	// still held when the first n lines were said, for n from 0 to all of them.
	// nil means that every line is held.
	Tail func(lengths []int) []int
}

// Chat is the profile of this project's server with its default limits.
func Chat() Profile {
	return Profile{
		Greeting: "[SYSTEM]: Welcome to TCP Chat!\n",
		Prompt:   "Enter your name: ",
		Notice:   "[SYSTEM]: ",
		System:   "[SYSTEM]: ",
		Joined:   " has joined our chat...",
		Left:     " has left our chat...",
		Renamed:  " is now known as ",
		Stop:     "Server shutting down...",
		Missed:   [2]string{"you missed ", " lines"},
		Taken:    "that name is taken",
		Goodbye: []string{
			"too many attempts, goodbye", "login timed out, goodbye", "too many people are logging in",
			"the chat is full (", "too many connections from your address", "Server shutting down...",
			"this port is a line chat", "HTTP/1.1 400 ",
		},
		History:      100,
		MaxMessage:   1024,
		NameAttempts: 3,
	}
}

func (p *Profile) key(name string) string {
	if p.Key != nil {
		return p.Key(name)
	}
	return strings.ToLower(name)
}

func (p *Profile) isGoodbye(text string) bool {
	for _, g := range p.Goodbye {
		if strings.HasPrefix(text, g) {
			return true
		}
	}
	return false
}
