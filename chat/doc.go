// Package chat is a chat server for anything that can send lines over a
// connection. The two names to know are [New], which takes a [Config] whose zero
// value works, and [Server.Serve], which takes any net.Listener:
//
//	srv, err := chat.New(chat.Config{})
//	if err != nil {
//		log.Fatal(err)
//	}
//	go srv.Serve(listener)
//	...
//	srv.Stop() // everybody reads what is theirs, then it returns
//
// # The room is a transcript, every client is a cursor
//
// A client connects, is asked for a name, and is then in the room: it reads the
// last lines, its own join line, and from there on everything the others say.
//
// There is one append-only sequence of encoded lines, the transcript. To say
// something is to append a line. To join is to append a join line and to be given
// a cursor some lines before it. To be sent something is to have a cursor behind
// the head: a writer sends the bytes in between, straight from the transcript. To
// be slow is to be far behind; to be too slow is to be overtaken by the transcript's
// end, where old lines are forgotten, and then to be told how many were missed.
// So history and live lines cannot overlap or leave a gap, any two clients see two
// lines in the same order, and nobody waits for anybody.
//
// A line for one client alone, such as the answer to a command, waits in that
// client's own small queue together with the position it belongs at.
//
// What clients may rely on is written down as promises with ids (W1, L4, R4 ...)
// in docs/SPEC.md. The id stands above the branch that keeps a promise and in the
// test that proves it.
//
// # Where things are
//
//	server.go      New, Start, Serve; stop.go, Shutdown, Stop, Close
//	accept.go      the accept loop and its back-off; door.go, who is let in
//	session.go     one connection's life; login.go, command.go, close.go
//	room.go        who is inside and what was said: apply(event), pure
//	transcript.go  chunks, positions, what is dropped
//	outflow.go     what one session has still to read
//	outbox.go      few writers for many sessions; writer.go, batch.go (the hot
//	               path), watchdog.go
//	line.go        bytes into lines; telnet.go, protocol.go
//	name.go        who may be called what; text.go, what may be seen
//
// # Time and chance are injected
//
// The core blocks in Accept, Read, Write, Lock and Cond.Wait and nowhere else. It
// reads time from [Config.Clock] and starts tasks and makes locks through
// [Config.Runtime]. Together with the listener these three are every source of
// chance there is, so a test that supplies them decides what happens when.
//
// # Limitations
//
//   - A restart forgets the transcript.
//   - One room, no accounts: a name belongs to whoever is inside under it.
//   - Plain text. TLS and the like are a net.Listener's business; the server looks
//     for CloseWrite, SetLinger and NetConn on its connections and does without
//     where they are missing. Without CloseWrite a last line may be lost.
//   - Your listener's connections should have keep-alive on, or a peer that
//     vanished while nothing is said stays until IdleTimeout, and a small send
//     buffer, or the kernel swallows megabytes for a reader that never reads.
//     cmd/chatd sets both.
//   - A log handler that never returns keeps one task alive after Stop, which
//     waits a second for it.
//   - Without a rate a single packet can hold more lines than a small transcript,
//     and overtake even those who read. Leave TranscriptBytes at some megabytes.
//   - Bytes that are on their way in a blocked Write when their chunk is dropped
//     keep that chunk in memory: one of 64 KiB for each stuck client.
//   - Two names are look-alikes if the Unicode table of confusables says so (UTS
//     39), however alike two others may look in somebody's font.
package chat
