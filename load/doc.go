// Package load loads a line chat server on a schedule and proves what came of it.
// The names to know are [Config], what to do; [Run], which does it; and [Result],
// what was measured.
//
// Sending follows a plan that is fixed before the start (an open loop): when the
// server stops answering, messages go on being due, and the time they wait counts.
// Every message carries the run, its sender, its number, the time at which it was due
// and a checksum, so that each receiver can be held to "each message once, in order,
// unchanged" while it reads.
package load
