//go:build unix

package netfake

// endCases are the orderly ends: FIN, half-close, calls on a closed Conn.
var endCases = []parityCase{{
	name: "data is delivered before EOF",
	run: func(s *script) {
		s.connect()
		s.write(s.client, "last words")
		s.did(s.client, "closes", s.client.Close())
		s.readAll(s.server)
		s.read(s.server)
	},
	want: `
client writes 10
client closes
server reads to the end "last words"
server reads "": EOF
`,
}, {
	name: "half-close works both ways",
	run: func(s *script) {
		s.connect()
		s.write(s.client, "question")
		s.did(s.client, "closes its sending side", s.client.CloseWrite())
		s.did(s.client, "does so again", s.client.CloseWrite())
		s.write(s.client, "more")
		s.write(s.client, "")
		s.readAll(s.server)
		s.write(s.server, "answer")
		s.did(s.server, "closes its sending side", s.server.CloseWrite())
		s.readAll(s.client)
		s.write(s.server, "more")
	},
	want: `
client writes 8
client closes its sending side
client does so again
client writes 0: write tcp client->server: write: broken pipe
client writes 0: write tcp client->server: write: broken pipe
server reads to the end "question"
server writes 6
server closes its sending side
client reads to the end "answer"
server writes 0: write tcp server->client: write: broken pipe
`,
}, {
	name:  "nothing is left to shut down after both half-closes",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.client, "closes its sending side", s.client.CloseWrite())
		s.readAll(s.server)
		s.did(s.server, "closes its sending side", s.server.CloseWrite())
		s.readAll(s.client)
		s.did(s.client, "closes its sending side", s.client.CloseWrite())
		s.did(s.client, "closes its receiving side", s.client.CloseRead())
		s.did(s.client, "closes", s.client.Close())
	},
	want: `
client closes its sending side
server reads to the end ""
server closes its sending side
client reads to the end ""
client closes its sending side: close tcp client->server: shutdown: transport endpoint is not connected
client closes its receiving side: close tcp client->server: shutdown: transport endpoint is not connected
client closes
`,
}, {
	name:  "CloseRead tells the peer nothing and what arrives is still read",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.client, "closes its receiving side", s.client.CloseRead())
		s.read(s.client)
		s.write(s.server, "hi")
		s.arrived(s.client, 2)
		s.read(s.client)
		s.read(s.client)
	},
	want: `
client closes its receiving side
client reads "": EOF
server writes 2
client reads "hi"
client reads "": EOF
`,
}, {
	name: "a closed Conn refuses every call",
	run: func(s *script) {
		s.connect()
		c := s.client
		s.did(c, "closes", c.Close())
		s.did(c, "closes again", c.Close())
		s.read(c)
		s.write(c, "x")
		_, err := c.Read(nil)
		s.did(c, "reads nothing", err)
		_, err = c.Write(nil)
		s.did(c, "writes nothing", err)
		s.did(c, "closes its sending side", c.CloseWrite())
		s.did(c, "closes its receiving side", c.CloseRead())
		s.did(c, "sets a deadline", c.SetDeadline(longPast))
		s.did(c, "sets linger", c.SetLinger(0))
		s.did(c, "sets a buffer", c.SetReadBuffer(1))
	},
	want: `
client closes
client closes again: close tcp client->server: use of closed network connection
client reads "": read tcp client->server: use of closed network connection
client writes 0: write tcp client->server: use of closed network connection
client reads nothing: read tcp client->server: use of closed network connection
client writes nothing: write tcp client->server: use of closed network connection
client closes its sending side: close tcp client->server: use of closed network connection
client closes its receiving side: close tcp client->server: use of closed network connection
client sets a deadline: set tcp -->client: use of closed network connection
client sets linger: set tcp client->server: use of closed network connection
client sets a buffer: set tcp -->client: use of closed network connection
`,
}, {
	name: "zero bytes are read and written at once",
	run: func(s *script) {
		s.connect()
		_, err := s.client.Read(nil)
		s.did(s.client, "reads nothing", err)
		s.write(s.client, "")
	},
	want: `
client reads nothing
client writes 0
`,
}}
