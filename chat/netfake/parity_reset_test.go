//go:build unix

package netfake

// resetCases are the disorderly ends.
var resetCases = []parityCase{{
	name:  "closing with unread input resets, after what had arrived",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.write(s.server, "bye")
		s.write(s.client, "unread")
		s.arrived(s.server, 6)
		s.arrived(s.client, 3)
		s.did(s.server, "closes", s.server.Close())
		s.read(s.client)
		s.read(s.client)
		s.read(s.client)
		s.write(s.client, "x")
		s.did(s.client, "closes its sending side", s.client.CloseWrite())
		s.did(s.client, "closes its receiving side", s.client.CloseRead())
		s.did(s.client, "closes", s.client.Close())
	},
	want: `
server writes 3
client writes 6
server closes
client reads "bye"
client reads "": read tcp client->server: read: connection reset by peer
client reads "": EOF
client writes 0: write tcp client->server: write: broken pipe
client closes its sending side: close tcp client->server: shutdown: transport endpoint is not connected
client closes its receiving side: close tcp client->server: shutdown: transport endpoint is not connected
client closes
`,
}, {
	name:  "the first call after a reset tells, the second does not",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.server, "resets", reset(s.server))
		s.writeUntilError(s.client)
		s.write(s.client, "x")
		s.read(s.client)
	},
	want: `
server resets
client writes until: write tcp client->server: write: connection reset by peer
client writes 0: write tcp client->server: write: broken pipe
client reads "": EOF
`,
}, {
	name:  "linger 0 resets, after what had arrived",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.write(s.server, "bye")
		s.arrived(s.client, 3)
		s.did(s.server, "resets", reset(s.server))
		s.readAll(s.client)
	},
	want: `
server writes 3
server resets
client reads to the end "bye": read tcp client->server: read: connection reset by peer
`,
}, {
	name:  "a write after the peer closed comes back as a broken pipe",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.write(s.server, "bye")
		s.did(s.server, "closes", s.server.Close())
		s.arrived(s.client, 3)
		s.write(s.client, "x")
		s.writeUntilError(s.client)
		s.readAll(s.client)
		s.write(s.client, "")
	},
	want: `
server writes 3
server closes
client writes 1
client writes until: write tcp client->server: write: broken pipe
client reads to the end "bye"
client writes 0: write tcp client->server: write: broken pipe
`,
}, {
	name:  "a reset after FIN reads as EOF",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.server, "closes its sending side", s.server.CloseWrite())
		s.read(s.client)
		s.did(s.server, "resets", reset(s.server))
		s.writeUntilError(s.client)
		s.read(s.client)
	},
	want: `
server closes its sending side
client reads "": EOF
server resets
client writes until: write tcp client->server: write: broken pipe
client reads "": EOF
`,
}, {
	name:  "a reset after CloseWrite is told to the reader",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.client, "closes its sending side", s.client.CloseWrite())
		s.read(s.server)
		s.did(s.server, "resets", reset(s.server))
		s.read(s.client)
		s.read(s.client)
		s.write(s.client, "x")
	},
	want: `
client closes its sending side
server reads "": EOF
server resets
client reads "": read tcp client->server: read: connection reset by peer
client reads "": EOF
client writes 0: write tcp client->server: write: broken pipe
`,
}, {
	name:  "closing after CloseRead with input resets",
	linux: true,
	run: func(s *script) {
		s.connect()
		s.did(s.server, "closes its receiving side", s.server.CloseRead())
		s.write(s.client, "ignored")
		s.arrived(s.server, 7)
		s.did(s.server, "closes", s.server.Close())
		s.read(s.client)
	},
	want: `
server closes its receiving side
client writes 7
server closes
client reads "": read tcp client->server: read: connection reset by peer
`,
}, {
	name:  "input after close takes back what was not read yet",
	linux: true,
	run: func(s *script) {
		s.connect()
		written := fill(s.server)
		s.did(s.server, "closes", s.server.Close())
		s.write(s.client, "too late")
		n, err := drain(s.client)
		s.note("client reads some: %t, all: %t%s", n > 0, n == written, s.because(err))
		s.write(s.client, "x")
	},
	want: `
server closes
client writes 8
client reads some: true, all: false: read tcp client->server: read: connection reset by peer
client writes 0: write tcp client->server: write: broken pipe
`,
}, {
	name: "close delivers all that was written, however slow the reader",
	run: func(s *script) {
		s.connect()
		written := fill(s.server)
		s.did(s.server, "closes", s.server.Close())
		n, err := drain(s.client)
		s.note("client reads all: %t%s", n == written, s.because(err))
	},
	want: `
server closes
client reads all: true
`,
}}

// reset closes c with a reset.
func reset(c tcpConn) error {
	if err := c.SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}
