// Package badserver is a foil for tests of the load generator: a line chat server that
// does wrong exactly what it is told to, and counts it exactly. Nobody should chat on
// it. The names to know are [Config], whose zero value is a small correct server, and
// [Counts], which a test compares with what the load generator claims to have seen.
//
//	s, err := badserver.Start(badserver.Config{Victim: 1, DropEvery: 10})
//	defer s.Close()
//	... load s.Addr() ...
//	lost := s.Counts().Dropped
//
// Correct means what docs/SPEC.md promises of greeting, login, join and leave lines,
// messages, half-close and goodbyes (L1, L2, L4, N3, M1 to M4, W1, E1, E2); each knob of
// Config breaks one thing. A delivery is one message handed to one receiver who is not
// its sender; join and leave lines, notices and prompts are none and are never touched.
//
// # Goroutines
//
// One accepts, each connection has one that reads and one that writes, and timers run on
// the clock. Close ends and awaits them all. One mutex stands over the room; it is never
// held across I/O.
//
// # Limitations
//
//   - It cleans no text, knows no history, no rates and no look-alike names, and of the
//     commands only /quit.
//   - A member who leaves 8 MiB unread is reset, a line over 64 KiB resets its sender.
package badserver
