//go:build unix

package netfake

import (
	"bytes"
	"io"
	"sync"
)

// blockedCases wake a blocked call. Where the call has not blocked yet when the
// waking comes, the outcome is the same.
var blockedCases = []parityCase{
	wakeRead("Close", func(s *script) { s.client.Close() },
		`read tcp client->server: use of closed network connection`),
	wakeRead("CloseRead", func(s *script) { s.client.CloseRead() }, `EOF`),
	wakeRead("a past deadline", func(s *script) { s.client.SetReadDeadline(longPast) },
		`read tcp client->server: i/o timeout (timeout) (temporary)`),
	wakeRead("the peer's FIN", func(s *script) { s.server.CloseWrite() }, `EOF`),
	wakeRead("the peer's reset", func(s *script) { reset(s.server) },
		`read tcp client->server: read: connection reset by peer`),

	wakeWrite("Close", func(s *script) { s.client.Close() },
		`write tcp client->server: use of closed network connection`),
	wakeWrite("CloseWrite", func(s *script) { s.client.CloseWrite() },
		`write tcp client->server: write: broken pipe`),
	wakeWrite("a past deadline", func(s *script) { s.client.SetWriteDeadline(longPast) },
		`write tcp client->server: i/o timeout (timeout) (temporary)`),
	wakeWrite("the peer's close with unread input", func(s *script) { s.server.Close() },
		`write tcp client->server: write: connection reset by peer`),
	{
		name: "a blocked Write goes on when the peer reads",
		run: func(s *script) {
			s.connect()
			size := len(bulk)
			s.during(func() {
				n, err := s.client.Write(bulk)
				s.note("client writes all: %t%s", n == size, s.because(err))
				s.client.CloseWrite()
			}, func() {
				if n, err := drain(s.server); n != size || err != nil {
					s.t.Error(n, err)
				}
			})
		},
		want: `
client writes all: true
`,
	}, {
		name: "concurrent Writes do not mix",
		run:  func(s *script) { s.connect(); writeTogether(s) },
		want: `
server reads 8 blocks, mixed: 0
`,
	},
}

// wakeRead blocks the client in Read until wake.
func wakeRead(by string, wake func(*script), want string) parityCase {
	return parityCase{
		name:  by + " wakes a blocked Read",
		linux: by == "CloseRead",
		run: func(s *script) {
			s.connect()
			s.during(func() { s.read(s.client) }, func() { wake(s) })
		},
		want: "\nclient reads \"\": " + want + "\n",
	}
}

// wakeWrite blocks the client in Write until wake.
func wakeWrite(by string, wake func(*script), want string) parityCase {
	return parityCase{
		name:  by + " wakes a blocked Write",
		linux: true,
		run: func(s *script) {
			s.connect()
			size := len(bulk)
			s.during(func() {
				n, err := s.client.Write(bulk)
				s.note("client writes a part: %t%s", 0 < n && n < size, s.because(err))
			}, func() {
				s.arrived(s.server, 1)
				wake(s)
			})
		},
		want: "\nclient writes a part: true: " + want + "\n",
	}
}

// writeTogether has eight tasks write a block each, too large to pass at once.
func writeTogether(s *script) {
	const blocks, size = 8, 1 << 20
	var wg sync.WaitGroup
	for i := range blocks {
		wg.Go(func() { s.client.Write(bytes.Repeat([]byte{byte(i)}, size)) })
	}
	mixed := 0
	for range blocks {
		p := make([]byte, size)
		if _, err := io.ReadFull(s.server, p); err != nil {
			s.t.Error(err)
		}
		if bytes.Count(p, p[:1]) != size {
			mixed++
		}
	}
	wg.Wait()
	s.note("server reads %d blocks, mixed: %d", blocks, mixed)
}
