package chat

import "sync"

// A Runtime starts the server's tasks and makes the things they wait on.
// Config.Runtime injects one; nil means the go statement and package sync.
//
// The core blocks in five places only: Accept, Read, Write, Lock and Cond.Wait.
// It uses no channel, no select and no package sync outside this file, so that
// whoever supplies Runtime, Clock and net.Listener chooses every interleaving.
type Runtime interface {
	// Go runs f as a task. The name is a constant that says what it does
	// ("session", "writer"); it serves traces and may be ignored.
	Go(name string, f func())
	// NewMutex returns an unlocked lock.
	NewMutex() sync.Locker
	// NewCond returns a condition variable on l.
	NewCond(l sync.Locker) Cond
}

// A Cond is a condition variable; *sync.Cond is one. It is an alias of an unnamed
// interface so that a runtime elsewhere needs no import of this package.
type Cond = interface {
	Wait()
	Signal()
	Broadcast()
}

// realRuntime is the Runtime used when Config.Runtime is nil.
type realRuntime struct{}

func (realRuntime) Go(_ string, f func())      { go f() }
func (realRuntime) NewMutex() sync.Locker      { return new(sync.Mutex) }
func (realRuntime) NewCond(l sync.Locker) Cond { return sync.NewCond(l) }
