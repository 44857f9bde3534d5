//go:build linux

package fanbench

import (
	"syscall"
	"testing"
)

// needFiles skips a measurement for which this process may not open enough files. A
// child needs no more than its parent.
func needFiles(tb testing.TB, connections int) {
	tb.Helper()
	const others = 100
	var limit syscall.Rlimit
	must(tb, "reading the limit of open files", syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if uint64(connections+others) > limit.Cur {
		tb.Skipf("%d connections need more than the %d files allowed: raise ulimit -n", connections, limit.Cur)
	}
}
