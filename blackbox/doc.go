// Package blackbox checks a chat server from outside. The two names to know are
// [Profile], how the server speaks and what it promises, and [Run], which tries the
// promises one by one against a server at an address and returns a [Report].
//
// It knows nothing of the server but its address: any language will do. A profile
// is a file (see [ParseProfile]), so that a server of another dialect needs no Go.
//
// # How a case waits
//
// Nothing here sleeps. What should come is waited for until it is there, at most
// Options.Timeout. That something does not come is proved by a fence: a line said
// afterwards, by the same client where its own lines are in question, which
// everybody reads; what was not there before it was not sent.
//
// # Canaries
//
// Two bystanders are inside all the time and take no part. After every case they
// must still reach one another, and everything they ever read must be lines of the
// profile's forms: a case that leaves the room frozen or dirty is broken, whatever
// it looked for itself.
//
// # Goroutines
//
// [Run] starts one goroutine per connection, which reads; it closes every
// connection and waits for all of them before it returns.
//
// # Limitations
//
// Races are looked for, not proved absent: "holds" means that it held this time.
// Other people may be in the room while it is checked, except where the places are
// counted. Outside Linux a stalled reader needs megabytes to be felt, which are not
// sent, so that there a room that freezes may be missed.
package blackbox
