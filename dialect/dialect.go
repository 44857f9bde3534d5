package dialect

import (
	"fmt"
	"net"

	"example.com/chatd/chat"
)

// A Dialect is a way to speak, by its name as a person types it. The zero value is
// no dialect.
type Dialect string

const (
	// Chatd is the server's own: nothing is translated.
	Chatd Dialect = "chatd"
	// Netcat is the net-cat course subject (D1).
	Netcat Dialect = "netcat"
	// Budget is problem 3 of Protohackers (D2).
	Budget Dialect = "budget"
)

// All returns the names of all dialects, Chatd first.
func All() []string { return []string{string(Chatd), string(Netcat), string(Budget)} }

// A manner is all that is particular to one dialect.
type manner struct {
	// config has the settings that differ from the server's own.
	config chat.Config
	// check says what of a configuration the dialect cannot do with; nil means
	// that it can do with any.
	check func(chat.Config) error

	newSpeaker func(*login) speaker // translates what the server writes
	newHearer  func(*login) hearer  // translates what the client sends
}

var manners = map[Dialect]manner{
	Netcat: {
		config: chat.Config{
			MaxClients: 10,      // the subject allows ten connections
			History:    1 << 20, // "all the previous messages": what the transcript holds
			// The subject knows no rate, and its checkers talk as fast as they can.
			RateInterval: -1,
		},
		newSpeaker: newNetcatSpeaker,
		newHearer:  newNetcatHearer,
	},
	Budget: {
		config: chat.Config{
			History: -1, // the problem has none, and the first line inside must be one's own join
			// A bad name ends the connection, and /who is sent right behind
			// the first.
			NameAttempts: 1,
			// Its clients are programs: they send as fast as they like and
			// wait for every line.
			RateInterval: -1,
			RateBurst:    6, // where there is a rate: /who costs the first token
			// Who has missed a line knows no longer who is in the room, and no
			// line of the problem could say so.
			Slow: chat.SlowKick,
		},
		check:      checkBudget,
		newSpeaker: newBudgetSpeaker,
		newHearer:  newBudgetHearer,
	},
}

// budgetTextMin is the text that a budget chat must let pass, in bytes.
const budgetTextMin = 1000

func checkBudget(cfg chat.Config) error {
	switch {
	case cfg.History >= 0:
		return fmt.Errorf("Config.History is %d: dialect %s has no history", cfg.History, Budget)
	case cfg.NameAttempts != 1:
		return fmt.Errorf("Config.NameAttempts is %d: dialect %s takes 1 name", cfg.NameAttempts, Budget)
	case cfg.MaxMessage != 0 && cfg.MaxMessage < budgetTextMin:
		return fmt.Errorf("Config.MaxMessage is %d: dialect %s needs at least %d bytes", cfg.MaxMessage, Budget, budgetTextMin)
	case cfg.MOTD != "":
		return fmt.Errorf("Config.MOTD has %d bytes: dialect %s greets with one line of its own", len(cfg.MOTD), Budget)
	}
	return nil
}

// Config returns the settings of a server whose clients speak d. Zero fields are
// those in which the server's own defaults do.
func (d Dialect) Config() chat.Config { return manners[d].config }

// Check says whether a server with cfg can speak d. The error names the field, its
// value and what is allowed, as chat.New's do.
func (d Dialect) Check(cfg chat.Config) error {
	if check := manners[d].check; check != nil {
		if err := check(cfg); err != nil {
			return fmt.Errorf("dialect: %w", err)
		}
	}
	return nil
}

// Listen returns a listener whose connections speak d to their clients, and to the
// chat.Server that accepts them its own dialect. For Chatd, and for what is no
// dialect, that is ln itself. TLS goes below: ln is what tls.NewListener returned.
func Listen(ln net.Listener, d Dialect) net.Listener {
	m, ok := manners[d]
	if !ok {
		return ln
	}
	return &listener{Listener: ln, manner: m}
}

type listener struct {
	net.Listener
	manner manner
}

// Accept waits for nothing but a connection.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, l.manner), nil
}
