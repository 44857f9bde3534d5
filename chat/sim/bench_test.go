//go:build unix

package sim

import (
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The speed of the runners against the targets of the project, per second of
// processor time:
//
//	GOMAXPROCS=1 go test ./chat/sim -run '^$' -bench .
//
// A schedule is 60 operations on some ten clients, checks included. The figure in
// "of-target" is 1 where the target is met.

// targeted reports what f does in a second of processor time, and how much of its
// target that is: other programs on the machine change that little. f returns how
// much it did.
func targeted(b *testing.B, unit string, target float64, f func() float64) {
	b.ReportAllocs()
	before := processor()
	rate := f() / (processor() - before).Seconds()
	b.ReportMetric(rate, unit)
	b.ReportMetric(rate/target, "of-target")
	b.ReportMetric(0, "ns/op")
}

// processor is the processor time that the program has taken.
func processor() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// benchSeeds runs one seed after the other.
func benchSeeds(b *testing.B, target float64, run func(*Schedule) *Result) {
	targeted(b, "schedules/s", target, func() (n float64) {
		for b.Loop() {
			n++
			if r := run(Generate(uint64(n), 60)); len(r.Violations) > 0 {
				b.Fatal(r.Report())
			}
		}
		return n
	})
}

func BenchmarkSerial(b *testing.B) {
	s := NewSerial()
	defer s.Close()
	benchSeeds(b, 5000, s.Run)
}

func BenchmarkParallel(b *testing.B) { benchBubbles(b, 4000, false) }

// BenchmarkStorm has its target under -race.
func BenchmarkStorm(b *testing.B) { benchBubbles(b, 600, true) }

// benchBubbles runs each schedule in a bubble of its own. synctest.Test wants a
// *testing.T, so the benchmark borrows one.
func benchBubbles(b *testing.B, target float64, storm bool) {
	p := &Parallel{Wait: synctest.Wait, Storm: storm}
	borrowT(b, func(t *testing.T) {
		benchSeeds(b, target, func(s *Schedule) (r *Result) {
			synctest.Test(t, func(*testing.T) { r = p.Run(s) })
			return r
		})
	})
}

// borrowT calls f with a *testing.T.
func borrowT(b *testing.B, f func(*testing.T)) {
	ok := testing.RunTests(func(string, string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: b.Name(), F: f}})
	if !ok {
		b.Fail()
	}
}

// BenchmarkBubble is what a bare bubble costs in which 30 goroutines are started and
// 150 times one of them has its turn, as in a schedule under P: the floor.
func BenchmarkBubble(b *testing.B) {
	borrowT(b, func(t *testing.T) {
		targeted(b, "bubbles/s", 4000, func() (n float64) {
			for b.Loop() {
				n++
				synctest.Test(t, func(*testing.T) { bareBubble(30, 150) })
			}
			return n
		})
	})
}

func bareBubble(goroutines, turns int) {
	wake := make([]chan bool, goroutines)
	for i := range wake {
		wake[i] = make(chan bool, 1)
		go func() {
			for <-wake[i] {
			}
		}()
	}
	for i := range turns {
		wake[i%goroutines] <- true
		synctest.Wait()
	}
	for _, c := range wake {
		close(c)
	}
	synctest.Wait()
}

// BenchmarkExplore is all orders of the six scripts with at most two delays.
func BenchmarkExplore(b *testing.B) {
	s := NewSerial()
	defer s.Close()
	orders := 0
	targeted(b, "rounds/30s", 1, func() (rounds float64) {
		for b.Loop() {
			rounds++
			for i := range Scripts {
				n, bad := s.Explore(&Scripts[i], 2)
				if bad != nil {
					b.Fatal(bad.Report())
				}
				orders += n
			}
		}
		return 30 * rounds
	})
	b.ReportMetric(float64(orders)/float64(b.N), "orders")
}

// BenchmarkHours is simulated time with 100 clients who talk now and then.
func BenchmarkHours(b *testing.B) {
	schedule := crowd(100)
	for i := range 200 {
		schedule.Ops = append(schedule.Ops,
			Op{Kind: opSay, A: i * 7, B: 9, C: 9, Salt: uint32(i)},
			Op{Kind: opPass, A: 60, B: 50, C: 1, Salt: uint32(i)})
	}
	targeted(b, "hours/min", 10, func() float64 { return 60 * benchCrowd(b, schedule, 100) })
}

// BenchmarkThousand is 1000 clients and 1000 messages, each read by all of them.
func BenchmarkThousand(b *testing.B) {
	schedule := crowd(1000)
	for i := range 1000 {
		schedule.Ops = append(schedule.Ops, Op{Kind: opSay, A: i, B: 8, C: 5, Salt: uint32(i)})
	}
	targeted(b, "schedules/3s", 1, func() float64 {
		benchCrowd(b, schedule, 1000)
		return 3 * float64(b.N)
	})
}

// crowd is a schedule in which n clients join.
func crowd(n int) *Schedule {
	s := &Schedule{Options: Options{Seed: 1, Switching: 16, RateMillis: -1, MaxClients: 2 * n}}
	for i := range n {
		s.Ops = append(s.Ops, Op{Kind: opJoin, A: i, B: crowdFrom + i, Salt: uint32(i)})
	}
	return s
}

// benchCrowd runs the schedule and returns the hours simulated.
func benchCrowd(b *testing.B, s *Schedule, clients int) (hours float64) {
	serial := NewSerial()
	defer serial.Close()
	for b.Loop() {
		r := serial.Run(s)
		if len(r.Violations) > 0 {
			b.Fatal(r.Report())
		}
		if last := string(r.Clients[clients].Bytes); !strings.Contains(last, "has joined") {
			b.Fatalf("the last one is not inside: %q", last)
		}
		hours += r.Simulated.Hours()
	}
	return hours
}
