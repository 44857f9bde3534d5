// Package check judges a chat by what its clients sent and read. The two names to
// know are [Observation], all that one client saw, and [All], which holds the
// observations of one run against the promises and returns every [Violation].
//
// The oracles know nothing of the server: no network, no clock, no internals, only
// bytes, the [Profile] that says how lines are written, and a few facts that
// whoever drove the clients knows. So the same oracles judge a simulation, a run
// over loopback and a server at host:port.
//
// # The observer
//
// One client joins first, always reads, and is marked Observer. What it reads is
// the order of the room: every other client's lines must be a piece of that order,
// without a gap it was not told of. An oracle without an observer guesses, and
// guesses wrong every few runs.
//
// # Tags
//
// To tell whose line is whose, and whether one is lost, senders tag what they say:
// "#alice.7: text" is the seventh line of chat of the client labelled alice (see
// [Tag]). Text without a tag is checked for its form and its order only.
//
// # Oracles
//
//	piece      1 a client's lines are a piece of the order, gaps told exactly;
//	           2 its own join first, nothing behind its own leave;
//	           3 a client that keeps up gets the piece to its end
//	senders    4 no duplicates, each sender's lines in order, unchanged
//	form       5 every line is one (time, from, text); 20 all of it is safe text
//	presence   6 join and leave alternate, with a reason the faults allow;
//	           7 a name has one holder, and is refused only if held
//	history    8 exactly the last lines; 9 lag exactly at the limit
//	stop      13 the stop line last, then the end
//	answers   16 every command is answered in the end, 19 at its position
package check
