// Package faultproxy is a TCP proxy that breaks what it is told to, when it is told
// to. The names to know are [Parse], which reads a fault as a person writes it, and
// [Proxy], which stands between clients and one target:
//
//	fault, err := faultproxy.Parse("30s:2s:blackhole:5%")
//	proxy, err := faultproxy.New(faultproxy.Config{Target: addr, Faults: []faultproxy.Fault{fault}})
//	conn, err := proxy.Dial(ctx) // or any client at proxy.Addr()
//	proxy.Start()                // from here the 30s count
//
// Where no fault is under way it is transparent: the same bytes in the same order, a
// half-close as a half-close, a reset as a reset, a full reader as a full reader.
// Client and target never share a connection, so what a packet held is not kept.
//
// # What each fault does to bytes
//
// A fault acts on the connections it chooses, in both directions alike unless it says
// otherwise, from its beginning until its end; a connection made in between is hit
// from its first byte if it is chosen. What the proxy has handed to the kernel before
// a fault begins is on its way and is not called back.
//
//   - latency=D: every byte, and the end of the stream, is handed on D after it was
//     read, so a message and its answer are later by 2 D. Order and spacing stay. What
//     is under way when it ends still takes its time, and what is read then waits
//     behind it. At most 1 MiB or 4096 reads are under way each way; then the sender
//     is not read, so a rate over 1 MiB in D is slowed too.
//   - bandwidth=N/s: each way at most N bytes a second are handed on, 50 ms' worth at
//     a time and one such portion at once; a second may so carry 50 ms' worth more.
//     When it ends the rest goes at once.
//   - slice=N: bytes are handed on in writes of at most N bytes, one after the other.
//     The reader may still find several at once.
//   - blackhole: nothing is handed on, ends of streams and resets neither, and after
//     at most one more read of 64 KiB each way nothing is read, so that in the end the
//     sender's writes block. Nothing is lost: when it ends everything goes on in order.
//     New connections are still accepted, and the target is dialled.
//   - reset: both ends are reset at once. What the proxy or a kernel still held is
//     lost, as with any reset.
//   - halfclose: the target reads the end of the stream behind what the client had sent
//     until then, as if the client had shut its sending side. What the client sends
//     later is read and thrown away. The other direction is untouched. It cannot be
//     undone: the end of the fault only means that no further connection is hit.
//
// Several faults on one connection work together: latencies add up, the smallest rate
// and the smallest slice count, a blackhole holds whatever else there is.
//
// # Which connections
//
// Connections are numbered from 0 in the order of the calls of Dial and of what Addr
// accepts; DialNumber gives a number of the caller's own. Seed, the fault's place in
// Config.Faults and the number alone decide who is hit: the same every time. Of any
// run of up to 10,000 numbers a fault hits its share, give or take 4.
//
// # Goroutines
//
// New starts one that accepts. Each connection has one a direction that reads and,
// while nothing is broken, writes what it read; while a fault acts there is a second
// one that hands on what is queued. The schedule runs on one timer at a time. Close ends
// and awaits them all.
//
// # Limitations
//
//   - It cannot lose, repeat or reorder packets: TCP would hide that, at best as latency.
//   - The kernel at the proxy acknowledges what the proxy has not handed on yet, some
//     hundred KiB, so a blackholed sender notices later than with a dead link.
//   - What a reset overtakes is lost in the kernel's buffers on both sides of the proxy
//     rather than on one.
//   - A connection made by Config.Dial without CloseWrite or SetLinger, as those of
//     *net.TCPConn, is closed where it should be half-closed or reset.
package faultproxy
