//go:build unix

package netfake

// listenerCases are about Listen, Dial and Accept.
var listenerCases = []parityCase{{
	name: "addresses are each other's",
	run: func(s *script) {
		s.connect()
		s.note("%s->%s", s.addr(s.client.LocalAddr()), s.addr(s.client.RemoteAddr()))
		s.note("%s->%s", s.addr(s.server.LocalAddr()), s.addr(s.server.RemoteAddr()))
		s.note("%s", s.addr(s.listener.Addr()))
	},
	want: `
client->server
server->client
server
`,
}, {
	name: "dial is refused where nobody listens",
	run: func(s *script) {
		s.listenOnly()
		s.note("closed%s", s.because(s.listener.Close()))
		_, err := s.dial(s.listener.Addr().String())
		s.note("dial%s", s.because(err))
	},
	want: `
closed
dial: dial tcp -->server: connect: connection refused
`,
}, {
	name: "an address in use is refused, a closed one is free",
	run: func(s *script) {
		s.listenOnly()
		_, err := s.listen(s.listener.Addr().String())
		s.note("listen%s", s.because(err))
		s.listener.Close()
		l, err := s.listen(s.listener.Addr().String())
		s.note("listen%s", s.because(err))
		l.Close()
	},
	want: `
listen: listen tcp -->server: bind: address already in use
listen
`,
}, {
	name: "Close wakes Accept and is not repeated",
	run: func(s *script) {
		s.listenOnly()
		s.during(func() {
			_, err := s.listener.Accept()
			s.note("accept%s", s.because(err))
		}, func() { s.listener.Close() })
		_, err := s.listener.Accept()
		s.note("accept%s", s.because(err))
		s.note("close%s", s.because(s.listener.Close()))
		s.note("deadline%s", s.because(s.listener.SetDeadline(longPast)))
	},
	want: `
accept: accept tcp -->server: use of closed network connection
accept: accept tcp -->server: use of closed network connection
close: close tcp -->server: use of closed network connection
deadline: use of closed network connection
`,
}, {
	name: "a past deadline wakes Accept",
	run: func(s *script) {
		s.listenOnly()
		s.during(func() {
			_, err := s.listener.Accept()
			s.note("accept%s", s.because(err))
		}, func() { s.listener.SetDeadline(longPast) })
	},
	want: `
accept: accept tcp -->server: i/o timeout (timeout) (temporary)
`,
}, {
	name: "a client may write and close before it is accepted",
	run: func(s *script) {
		s.listenOnly()
		s.dialOnly()
		s.write(s.client, "early")
		s.did(s.client, "closes", s.client.Close())
		s.acceptOnly()
		s.readAll(s.server)
	},
	want: `
client writes 5
client closes
server reads to the end "early"
`,
}, {
	name:  "a connection is accepted although it was reset",
	linux: true,
	run: func(s *script) {
		s.listenOnly()
		s.dialOnly()
		s.did(s.client, "resets", reset(s.client))
		s.acceptOnly()
		s.read(s.server)
	},
	want: `
client resets
server reads "": read tcp server->client: read: connection reset by peer
`,
}, {
	name:  "closing a listener resets who was not accepted",
	linux: true,
	run: func(s *script) {
		s.listenOnly()
		s.dialOnly()
		s.listener.Close()
		s.read(s.client)
	},
	want: `
client reads "": read tcp client->server: read: connection reset by peer
`,
}}
