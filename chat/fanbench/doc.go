// Package fanbench measures how fast lines reach everybody: this server beside two
// others on the same work, over loopback TCP. It holds no code that ships; all of
// it is test files for Linux, run by make bench.
//
// The three servers are chatd (package chat, limits lifted), naive (what people
// write: a goroutine and a channel per client, one write call per line) and raw
// (the same bytes written to the same sockets and nothing else: the limit). Each is
// a child process, the test binary started again, whose CPU is its own rusage. The
// clients are one thread of the benchmark process that reads with large buffers and
// checks what it reads. Rounds of the three are interleaved, so that a noisy minute
// of the machine hits all of them.
//
// Read fan_test.go first, then client_test.go and flow_test.go for what is measured,
// and naive_test.go and raw_test.go for what it is measured against. The method and
// the figures are in docs/MEASURING.md.
package fanbench
