//go:build linux

package fanbench

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A machine remembers how busy the whole machine was at one moment, to say later how
// much of it others took: figures from a busy machine are worth little, and whoever
// reads them should know.
type machine struct {
	start time.Time
	busy  time.Duration // of all cores, since boot
}

func lookAtMachine() machine { return machine{time.Now(), busyTime()} }

// others describes what processes other than this one and its ended children used.
func (m machine) others() string {
	ours := cpuOf(syscall.RUSAGE_SELF) + cpuOf(syscall.RUSAGE_CHILDREN)
	rest := max(0, busyTime()-m.busy-ours)
	elapsed := time.Since(m.start)
	return fmt.Sprintf("%s on %d cores; other processes kept %.2f of them busy.",
		elapsed.Round(time.Second), runtime.NumCPU(), rest.Seconds()/elapsed.Seconds())
}

// busyTime reads the first line of /proc/stat: ticks of 10 ms in user, nice, system,
// idle, iowait, irq, softirq. What cannot be read counts as nothing.
func busyTime() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	ticks := 0
	for i, word := range strings.Fields(line) {
		n, err := strconv.Atoi(word)
		if err == nil && i >= 1 && i <= 7 && i != 4 && i != 5 {
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func cpuOf(who int) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(who, &r); err != nil {
		panic(err) // it has no way to fail for these two
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
