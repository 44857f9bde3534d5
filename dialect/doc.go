// Package dialect lets a chat.Server speak as other chat servers do. [Listen] wraps
// a listener; its connections translate, line by line, what the server writes and
// what its client sends. A [Dialect] is one way to speak. The server itself stays as
// it is and does not know:
//
//	cfg := dialect.Netcat.Config()
//	srv, err := chat.New(cfg)
//	...
//	srv.Serve(dialect.Listen(ln, dialect.Netcat))
//
// The dialects, and what is promised about each:
//
//   - D1, [Netcat], is the net-cat course subject: a logo, [ENTER YOUR NAME]:, lines
//     of [time][name]:text, all that was said for whoever comes later, joins and
//     leaves to the others, ten clients.
//   - D2, [Budget], is problem 3 of Protohackers, "Budget Chat": * bob has entered
//     the room, * The room contains: alice, [bob] text, no history, and names of
//     letters and digits, where a bad one ends the connection.
//
// Both have no commands: a line that starts with a slash is said like any other.
//
// # Order
//
// A translated client reads what the core's own would, in the same order: the
// dialects leave lines out and say them in other words, they never swap two. The one
// line that they add, the list of who is in the room, stands where the join line of
// its reader stood, and says who was inside at that position. See presence.go.
//
// # Goroutines
//
// None are started. A connection's Read may be called by one task at a time, and so
// may its Write, which is what a chat.Server does; the two may run at the same time.
//
// # Limitations
//
//   - Blank lines are not sent to the others, as the server drops them. The course
//     subject wants that, the budget problem says nothing of it.
//   - Names follow the server's rules too: [Budget] refuses names that look like one
//     in use, and "server"; [Netcat] refuses names with a space.
//   - [Netcat] writes no prompt before each message, as some servers of that course
//     do: a line of its own is all that a client ever has to tell apart.
//   - [Netcat] shows joins and leaves in the history as well, but for those of a
//     former bearer of the reader's own name. Who needs more than eight lines to find
//     a name, or pads one with hundreds of spaces, reads its own join line.
//   - [Budget] tells a client about its lines, such as one that is too long, in lines
//     that start with an asterisk; the problem knows no such lines.
package dialect
