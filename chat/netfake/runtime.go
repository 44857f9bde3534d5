package netfake

import "sync"

// A Runtime starts tasks and makes the things that Read, Write and Accept wait
// on. Config.Runtime injects one; nil means the go statement and package sync.
//
// A Network blocks in Lock and Cond.Wait of its Runtime and nowhere else. It
// never holds two of its locks at once, and none while it waits for anything but
// the Cond of that lock, so a Runtime that runs one task at a time may treat
// every Lock as a place to switch. No task then ever has the turn taken from it
// while it holds one: whoever drives the tasks may call the Network's methods
// between them, Accept, Read and Write excepted, and finds every lock free. Lock
// must allow for that: outside any task it takes the lock and does not park.
type Runtime interface {
	// Go runs f as a task. The name says what it does; it may be ignored.
	Go(name string, f func())
	// NewMutex returns an unlocked lock.
	NewMutex() sync.Locker
	// NewCond returns a condition variable on l, which is from NewMutex.
	NewCond(l sync.Locker) Cond
}

// A Cond is a condition variable; *sync.Cond is one. It is an alias of an unnamed
// interface so that a Runtime written elsewhere fits without importing netfake.
type Cond = interface {
	Wait()
	Signal()
	Broadcast()
}

// realRuntime is the Runtime used when none is given.
type realRuntime struct{}

func (realRuntime) Go(_ string, f func())      { go f() }
func (realRuntime) NewMutex() sync.Locker      { return new(sync.Mutex) }
func (realRuntime) NewCond(l sync.Locker) Cond { return sync.NewCond(l) }

// leafLock guards what takes a few instructions to look at and never a call into
// the Runtime, so that nobody parks on it, whatever the Runtime.
type leafLock struct{ sync.Mutex }

// newLock returns a lock of the Runtime. In real time that is free: it lies in
// spare, where its owner has it.
func (n *Network) newLock(spare *leafLock) sync.Locker {
	if n.config.Runtime == nil {
		return spare
	}
	return n.runtime.NewMutex()
}
