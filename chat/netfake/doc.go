// Package netfake is a TCP network in memory for tests of network servers: New
// makes a [Network], its Listen and Dial replace those of package net, and their
// [Listener] and [Conn] are a net.Listener and a net.Conn whose buffers, clock and
// mishaps the test controls.
//
// A connection has two streams, one each way. A byte passes three stages:
//
//	         send window        the wire              receive buffer
//	Write -> [ WriteBuffer ] -> [ in flight    ] ---> [ ReadBuffer ] -> Read
//	         blocks when        latency, jitter,      what has arrived
//	         full               bandwidth, clog       stays readable
//	FailWrite          ^        Hold, Drop,      ^                      SetReadMax
//	                   |        Partition        |                      SetReadPace
//	                   |        SetSegment       |
//	under command:    Send                    Deliver
//	                   |                         |
//	                   +---------- Pass ---------+
//
// What is in flight and what waits unread share the room of ReadBuffer, so a
// reader that does not read stops the stream: Write takes ReadBuffer and
// WriteBuffer bytes in all, then blocks until the peer reads, the deadline passes
// or an end closes. FIN follows the last byte of the window; a reset overtakes the
// window but not what is in flight. With Latency 0, the default, each step happens
// inside the call that causes it, so a test may look right after a call.
//
// # Who moves the bytes
//
// By default the network does, at once or, with latency and the like, when its
// clock says so: an ordinary network for anybody's tests. With Config.Command it
// moves nothing. A scheduler, a fuzzer or a test then decides, with the [Wire] that
// Conn.Out and Conn.In return, what goes on the wire and what arrives, split or
// joined at any byte; where nobody commands, a byte stays where it is. A [Hand]
// plays the clients without blocking.
//
// # Like TCP
//
// Half-close, resets, deadlines and errors are those of TCP over Linux's loopback,
// down to the errno inside the *net.OpError: bytes that arrived before a reset
// stay readable, closing with unread input resets, and a reset is told once, by
// the next Read or Write. The package's own tests play each case on both and
// compare.
//
// # Time and tasks
//
// Deadlines and latency run on Config.Clock; a [ManualClock] moves when told and
// fires each timer at its own instant. A deadline that is not after
// time.Unix(1, 0) expires at once on any clock and arms no timer. The package
// starts no goroutine of its own, and all that blocks is Lock and Cond.Wait of
// Config.Runtime, so it works under plain goroutines, inside a testing/synctest
// bubble, where a blocked call is durably blocked, and under a scheduler of one's
// own. Only Accept, Read and Write wait for anything; whoever drives the tasks may
// call everything else between them (see [Runtime]).
//
// Addresses, ports and connection numbers are counted up, and random numbers come
// from Config.Seed for each direction of each connection apart: the same calls in
// the same order do the same.
//
// # Faults
//
//	on the way       SetLatency, SetJitter, SetBandwidth, SetSegment, Clog
//	cut off          Wire.Hold, Wire.Drop, Network.Partition, each with Heal
//	slow reader      one that does not read, SetReadPace, small buffers
//	in pieces        SetReadMax, SetSegment, FailWrite; any byte under command
//	broken           Conn.Reset, Conn.Break, Listener.BreakAccepted; a client
//	                 that is reset before it is accepted is accepted all the same
//	half-open        Conn.Vanish, Conn.Reboot, a FIN or RST that is held or lost
//	at the door      Listener.InjectAcceptError, Listener.SetBacklog,
//	                 Network.InjectDialError, a port where nobody listens
//
// # Where every byte went
//
// Conn.Peer leads from what a test dialed to the server's end, and Network.Conns
// lists all there are. Conn.Probe and Wire.Probe tell what waits where and who is
// blocked; Network.OpenEnds tells what was leaked. A [Ledger], of one stream or of
// the network, accounts for every byte that was written: where it is, or which
// [Fault] it was lost to.
//
// # Limitations
//
//   - Dial never blocks, whatever the latency: there is no handshake to wait for,
//     and a dial across a partition times out at once.
//   - Word that the reader has made room reaches the sender at once, across a
//     partition too.
//   - Nothing is lost and sent again: latency and Hold stand for that. Nothing is
//     repeated or reordered either. There are no keep-alives and no
//     TCP_USER_TIMEOUT, so a vanished peer is never noticed, and what Drop has
//     taken is noticed when it heals.
//   - Break, and the reset that follows the healing of what was dropped, reach both
//     ends at once, whatever the latency, a barrier the other way and Command.
//   - Buffers hold exactly as many bytes as they are told; a kernel rounds, grows
//     them and counts its own overhead.
//   - Close never waits for delivery, whatever SetLinger says.
//   - Host names other than localhost are not resolved.
//   - A Conn has no File, SyscallConn, SetKeepAlive or SetNoDelay.
package netfake
