package sim

import "example.com/chatd/chat"

// An engine runs the tasks of a world.
type engine interface {
	runtime() chat.Runtime
	// settle runs everything until nothing can run.
	settle()
	// begin is the beginning of a step; salt is the seed of its chance.
	begin(step int, salt uint32)
	// some gives a few tasks their turn, and leaves the others where they are.
	some()
	// together says whether several causes may act at one moment: whether what
	// comes of it is still the same for a seed.
	together() bool
	// hurries says whether a step may begin before the last is over.
	hurries() bool
	// tasks is how many there are.
	tasks() int
	// failures are what broke in the engine itself.
	failures() []string
}
