// Package sim runs the chat server in a world that is made of one seed: its clock,
// its network, its clients and the order in which its tasks have their turn. The two
// names to know are [Generate], which makes a [Schedule] of a seed, and
// [Serial.Run], which carries one out and returns a [Result].
//
//	seed -> options, operations -> world -> what the clients sent and read -> verdict
//
// # Two ways to run
//
// [Serial] runs one task at a time, on coroutines, and lets the seed choose who is
// next whenever a task waits or takes a lock. So it reaches the interleavings in
// which servers break, and reaches the same one again, byte for byte. [Parallel] runs
// goroutines in a testing/synctest bubble, one cause after the other: it sees what
// the race detector sees, and what really blocks.
//
// # Where things are
//
//	options.go, op.go, generate.go, schedule.go   what is to happen
//	world.go, client.go, pick.go, ops_*.go        how it happens
//	heal.go                                       the calm at the end
//	ledger*.go, timeouts.go, profile.go           what the world itself knows
//	serial.go, task.go, mutex.go                  one task at a time
//	run.go, run_serial.go, run_parallel.go        the runners
//	explore.go                                    every order of a small world
//	shrink.go, report.go, marks.go                what comes of it
//	record*.go, story.go                          a run, watched
//	drawing*.go, svg.go, page.go                  its diagram
//
// The oracles are in package check: they know no more than a client does.
//
// # To find and to replay
//
//	go test ./chat/sim -run TestSim -sim.time 10m -v
//	go test ./chat/sim -run TestSim -sim.runner S -sim.seed 7 -sim.runs 1
//
// What found something is kept in testdata/schedules and runs in every go test.
//
// # Limitations
//
//   - Serial sees no data races and no two instructions at once: it switches at locks
//     and waits. Parallel under -race does the rest.
//   - A context that ends a Shutdown starts a goroutine of its own (package context
//     does): while it runs nothing else does, in Serial too.
//   - No kernel, no disk, no other server.
package sim
