//go:build unix

package load

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// processCPU is the user and system time of the process.
func processCPU() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentMax is the most memory the process has had resident, in bytes.
func residentMax() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	n := int64(u.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		n <<= 10 // kilobytes everywhere else
	}
	return n
}
