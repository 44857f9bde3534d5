package chat

// A Reason says why a session ended or a connection was refused. It is one closed
// set: the log line, the metric label and the text a user reads come from the same
// value. Reason.String is the label.
type Reason uint8

// Why a client that was inside left (E1).
const (
	// LeftEOF is the end of the client's input; its leave line has no reason.
	LeftEOF Reason = iota
	// LeftQuit is /quit.
	LeftQuit
	// LeftIdle is IdleTimeout without a line.
	LeftIdle
	// LeftSlow is a write past WriteTimeout, or a lost place under SlowKick.
	LeftSlow
	// LeftKicked is Server.Kick.
	LeftKicked
	// LeftLost is a connection that failed.
	LeftLost
	// LeftError is a panic in the session.
	LeftError
	// LeftStop is the stop of the server; no leave line is written for it.
	LeftStop

	// RefusedFull is MaxClients reached, at connect or at the name.
	RefusedFull
	// RefusedPending is MaxPending reached.
	RefusedPending
	// RefusedPerIP is MaxPerIP reached.
	RefusedPerIP
	// RefusedAttempts is NameAttempts used up.
	RefusedAttempts
	// RefusedTimeout is LoginTimeout without a name.
	RefusedTimeout
	// RefusedProtocol is another protocol spoken on the port (O5).
	RefusedProtocol
	// RefusedGone is a connection that ended before it had a name.
	RefusedGone
	// RefusedStop is the stop of the server, for those at the prompt.
	RefusedStop
	// RefusedError is a panic at the prompt.
	RefusedError

	reasonCount
)

var reasonLabels = [reasonCount]string{
	LeftEOF: "eof", LeftQuit: "quit", LeftIdle: "idle", LeftSlow: "too slow",
	LeftKicked: "kicked", LeftLost: "connection lost", LeftError: "error", LeftStop: "stop",
	RefusedFull: "full", RefusedPending: "pending", RefusedPerIP: "per ip",
	RefusedAttempts: "attempts", RefusedTimeout: "timeout",
	RefusedProtocol: "protocol", RefusedGone: "gone",
	RefusedStop: "stop", RefusedError: "error",
}

// String returns the reason's label: the words in a leave line's parentheses where
// there are any.
func (r Reason) String() string {
	if r < reasonCount {
		return reasonLabels[r]
	}
	return "unknown"
}

// Reasons returns every reason, in order: those of leaving, then those of refusing.
func Reasons() []Reason {
	all := make([]Reason, reasonCount)
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

// Refused says whether the reason is one of never having been inside.
func (r Reason) Refused() bool { return r >= RefusedFull }

// atPrompt is the reason as it counts for a connection that was never inside.
func (r Reason) atPrompt() Reason {
	switch {
	case r.Refused():
		return r
	case r == LeftStop:
		return RefusedStop
	case r == LeftError:
		return RefusedError
	}
	return RefusedGone
}
