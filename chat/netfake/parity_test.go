//go:build unix

package netfake

import (
	"net"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestParity plays every case on netfake and on loopback TCP. Both must give the
// transcript of the table, error shapes included.
func TestParity(t *testing.T) {
	for _, table := range [][]parityCase{endCases, resetCases, deadlineCases, blockedCases, listenerCases} {
		for _, c := range table {
			t.Run(c.name, func(t *testing.T) {
				t.Run("fake", func(t *testing.T) { c.play(t, onFake()) })
				if !c.linux || runtime.GOOS == "linux" {
					t.Run("tcp", func(t *testing.T) { c.play(t, onTCP()) })
				}
			})
		}
	}
}

// parityCase is one behaviour: a script and its transcript.
type parityCase struct {
	name  string
	linux bool // others differ: netfake copies Linux, and only there TCP is asked
	run   func(*script)
	want  string
}

func (c parityCase) play(t *testing.T, s *script) {
	s.t = t
	s.names = make(map[string]string)
	c.run(s)
	assert.Equal(t, c.want, "\n"+s.transcript()+"\n")
}

func onFake() *script {
	n := New(Config{})
	return &script{
		listen: func(addr string) (tcpListener, error) {
			l, err := n.Listen(addr)
			if err != nil {
				return nil, err
			}
			return l, nil
		},
		dial: func(addr string) (tcpConn, error) {
			c, err := n.Dial(addr)
			if err != nil {
				return nil, err
			}
			return c, nil
		},
	}
}

func onTCP() *script {
	return &script{
		listen: func(addr string) (tcpListener, error) {
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return nil, err
			}
			return l.(*net.TCPListener), nil
		},
		dial: func(addr string) (tcpConn, error) {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				return nil, err
			}
			return c.(*net.TCPConn), nil
		},
	}
}
