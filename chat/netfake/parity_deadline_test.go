//go:build unix

package netfake

import (
	"errors"
	"io"
	"os"
	"time"
)

// deadlineCases need no clock: their deadlines are long past, or their order does
// not depend on when they come.
var deadlineCases = []parityCase{{
	name: "an expired deadline comes before data that waits",
	run: func(s *script) {
		s.connect()
		s.write(s.server, "waiting")
		s.arrived(s.client, 7)
		s.did(s.client, "sets a deadline", s.client.SetReadDeadline(longPast))
		s.read(s.client)
		s.did(s.client, "clears it", s.client.SetReadDeadline(time.Time{}))
		s.read(s.client)
	},
	want: `
server writes 7
client sets a deadline
client reads "": read tcp client->server: i/o timeout (timeout) (temporary)
client clears it
client reads "waiting"
`,
}, {
	name: "an expired deadline comes before EOF and before a reset",
	run: func(s *script) {
		s.connect()
		s.did(s.server, "resets", reset(s.server))
		s.did(s.client, "sets deadlines", s.client.SetDeadline(longPast))
		s.read(s.client)
		s.write(s.client, "x")
	},
	want: `
server resets
client sets deadlines
client reads "": read tcp client->server: i/o timeout (timeout) (temporary)
client writes 0: write tcp client->server: i/o timeout (timeout) (temporary)
`,
}, {
	name: "an expired deadline fails an empty write, not an empty read",
	run: func(s *script) {
		s.connect()
		s.did(s.client, "sets deadlines", s.client.SetDeadline(longPast))
		_, err := s.client.Read(nil)
		s.did(s.client, "reads nothing", err)
		s.write(s.client, "")
	},
	want: `
client sets deadlines
client reads nothing
client writes 0: write tcp client->server: i/o timeout (timeout) (temporary)
`,
}, {
	name: "a full write times out short and what it took arrives",
	run: func(s *script) {
		s.connect()
		written := 0
		s.during(func() {
			n, err := s.client.Write(bulk)
			written = n
			s.note("client writes a part: %t%s", 0 < n && n < len(bulk), s.because(err))
		}, func() {
			s.arrived(s.server, 1)
			s.client.SetWriteDeadline(longPast)
		})
		s.did(s.client, "closes", s.client.Close())
		n, err := drain(s.server)
		s.note("server reads what was taken: %t%s", n == written, s.because(err))
	},
	want: `
client writes a part: true: write tcp client->server: i/o timeout (timeout) (temporary)
client closes
server reads what was taken: true
`,
}}

// bulk is more than the buffers of any network here hold.
var bulk = make([]byte, 16<<20)

// fill writes to c, whose peer does not read, until a deadline cuts it short, and
// returns how many bytes were taken. Only real time tells that a buffer of the
// kernel is full.
func fill(c tcpConn) int {
	defer c.SetWriteDeadline(time.Time{})
	for {
		c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := c.Write(bulk)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			panic(err)
		}
		if n > 0 {
			return n
		}
	}
}

// drain reads c to its end.
func drain(c tcpConn) (int, error) {
	n, err := io.Copy(io.Discard, struct{ io.Reader }{c})
	return int(n), err
}
