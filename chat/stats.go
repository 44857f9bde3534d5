package chat

// Stats is one consistent snapshot of the server's counters, taken in one critical
// section. Gauges say how things stand; the others only ever grow.
type Stats struct {
	Active      int  // gauge: clients inside
	Connecting  int  // gauge: connections whose greeting is under way
	Pending     int  // gauge: connections at the name prompt, and those connecting
	Closing     int  // gauge: connections being drained or lingering
	Writers     int  // gauge: writer tasks
	Draining    bool // Shutdown has begun
	Transcript  int  // gauge: bytes of memory the transcript holds
	Accepted    uint64
	Joins       uint64
	Renames     uint64
	Messages    uint64 // lines of chat, /me included
	Privates    uint64 // /msg delivered to a queue
	Deliveries  uint64 // transcript lines written to connections
	Bytes       uint64 // bytes written to connections
	BytesRead   uint64 // bytes read from connections
	Missed      uint64 // lines clients were told they missed
	SlowDowns   uint64 // spells of a sender over its rate
	LinesLong   uint64 // input lines over MaxLine
	AcceptFails uint64 // passing accept errors
	Panics      uint64 // recovered panics
	LogDropped  uint64 // log records that did not fit the queue

	// Ended counts ended connections by reason; index it with a Reason. Leaves
	// are those below RefusedFull, refusals the others.
	Ended [reasonCount]uint64
	// NamesRefused counts refused names, at the prompt and with /name.
	NamesRefused uint64
}
