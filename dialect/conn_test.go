package dialect

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A scriptConn is the connection below: its reads come from a list, its writes are
// short as often as a test wants, and it remembers what it was asked.
type scriptConn struct {
	net.Conn        // nil: nothing else may be called
	reads    []read // what Read returns, one after another
	shorts   []short
	got      bytes.Buffer
	writes   int // in all
	empty    int // of nothing
	asked    []string
}

type read struct {
	text string
	err  error
}

// A short is a write that takes so many bytes and fails.
type short struct {
	take int
	err  error
}

func (c *scriptConn) Read(p []byte) (int, error) {
	if len(c.reads) == 0 {
		return 0, io.EOF
	}
	r := &c.reads[0]
	n := copy(p, r.text)
	if r.text = r.text[n:]; r.text != "" {
		return n, nil
	}
	err := r.err
	c.reads = c.reads[1:]
	return n, err
}

func (c *scriptConn) Write(p []byte) (int, error) {
	c.writes++
	if len(p) == 0 {
		c.empty++
	}
	if len(c.shorts) == 0 || len(p) == 0 {
		return c.got.Write(p)
	}
	s := c.shorts[0]
	c.shorts = c.shorts[1:]
	n, _ := c.got.Write(p[:min(s.take, len(p))])
	if n == len(p) {
		return n, nil
	}
	return n, s.err
}

func (c *scriptConn) SetReadDeadline(t time.Time) error {
	c.asked = append(c.asked, "read deadline "+t.UTC().Format(time.DateTime))
	return nil
}

func (c *scriptConn) SetWriteDeadline(t time.Time) error {
	c.asked = append(c.asked, "write deadline "+t.UTC().Format(time.DateTime))
	return nil
}

func (c *scriptConn) Close() error {
	c.asked = append(c.asked, "close")
	return nil
}

func (c *scriptConn) RemoteAddr() net.Addr { return &net.TCPAddr{Port: 7} }

// A halfConn can end its output, as TCP and TLS can.
type halfConn struct{ *scriptConn }

func (c halfConn) CloseWrite() error {
	c.asked = append(c.asked, "close write")
	return nil
}

// A secretConn is like one of TLS: the network's is below it.
type secretConn struct {
	halfConn
	below net.Conn
}

func (c secretConn) NetConn() net.Conn { return c.below }

// The core gets at all it asks a connection for.
func TestConnPassesOn(t *testing.T) {
	below := &scriptConn{}
	c := newConn(halfConn{below}, manners[Netcat])
	require.NoError(t, c.SetReadDeadline(time.Unix(1, 0)))
	require.NoError(t, c.SetWriteDeadline(time.Unix(2, 0)))
	half, ok := net.Conn(c).(interface{ CloseWrite() error })
	require.True(t, ok)
	require.NoError(t, half.CloseWrite())
	require.NoError(t, c.Close())
	assert.Equal(t, []string{
		"read deadline 1970-01-01 00:00:01", "write deadline 1970-01-01 00:00:02", "close write", "close",
	}, below.asked)
	assert.Equal(t, 7, c.RemoteAddr().(*net.TCPAddr).Port)

	_, isTCP := net.Conn(c).(interface{ NetConn() net.Conn })
	require.True(t, isTCP)
	assert.Equal(t, halfConn{below}, c.NetConn(), "without TLS the one below")
	n, err := c.Write(nil)
	assert.Equal(t, 0, n)
	require.NoError(t, err)
	assert.Equal(t, 1, below.empty, "an empty write is a question, and goes through")

	assert.ErrorIs(t, newConn(&scriptConn{}, manners[Netcat]).CloseWrite(), errors.ErrUnsupported)

	tls, tcp := &scriptConn{}, &scriptConn{}
	c = newConn(secretConn{halfConn{tls}, tcp}, manners[Netcat])
	assert.Same(t, tcp, c.NetConn(), "with TLS the one below that")
	_, err = c.Write(nil)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1}, []int{tls.empty, tcp.empty}, "TLS makes nothing of an empty write")
}

// An idle connection holds nothing.
func TestConnIdle(t *testing.T) {
	for _, d := range []Dialect{Netcat, Budget} {
		c := newConn(&scriptConn{reads: []read{{text: "/own\n/me x\n"}}}, manners[d])
		_, err := io.ReadAll(c)
		require.NoError(t, err)
		_, err = c.Write([]byte(coreGreeting + coreOwnJoin + "[SYSTEM]: 1 here: own\n"))
		require.NoError(t, err)
		assert.Nil(t, c.unread, d)
		assert.Nil(t, c.unsent, d)
		assert.Nil(t, c.scratch, d)
		assert.Nil(t, c.out.partial, d)
	}
}

var errFake = errors.New("a fault")

// A write that fails says so, and keeps what was not taken for the next one.
func TestWriteErrors(t *testing.T) {
	below := &scriptConn{shorts: []short{{3, os.ErrDeadlineExceeded}, {2, errFake}}}
	c := newConn(halfConn{below}, manners[Netcat])
	hello := []byte(rigTime + "[bob]: hello\n")
	want := rigTime + "[bob]:hello\n"

	n, err := c.Write(hello)
	assert.Equal(t, len(hello), n, "all of it was taken")
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "but not sent")
	assert.Equal(t, want[:3], below.got.String())
	assert.ErrorIs(t, c.CloseWrite(), errUnsent, "a clean end would pass for all there was")

	n, err = c.Write([]byte(rigTime + "[bob]: more\n"))
	assert.Equal(t, 0, n, "what is left comes first")
	assert.ErrorIs(t, err, errFake)
	assert.Equal(t, want[:5], below.got.String())

	n, err = c.Write(nil)
	assert.Equal(t, 0, n)
	require.NoError(t, err)
	assert.Equal(t, want, below.got.String())

	below.shorts = []short{{take: 0}}
	_, err = c.Write(hello)
	assert.ErrorIs(t, err, io.ErrShortWrite, "a connection that takes nothing is not asked for ever")
}

// serverText draws what a server may write.
func serverText(t *rapid.T) string {
	h := &hall{}
	text := coreGreeting
	for range rapid.IntRange(0, 2).Draw(t, "refused") {
		text += "[SYSTEM]: that name is taken\n" + prompt
	}
	text += coreOwnJoin
	answer := rapid.IntRange(0, 8).Draw(t, "answer behind")
	for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
		if i == answer {
			text += "[SYSTEM]: 2 here: al, own\n"
		}
		if rapid.IntRange(0, 9).Draw(t, "garbage") == 0 {
			text += rapid.SampledFrom([]string{"", "[SYSTEM]: ", "[SYSTEM]: 0 here: ", "[SYSTEM]: you missed -1 lines", "Enter your name", "[", rigTime, rigTime + " * "}).Draw(t, "what") + "\n"
		}
		n := len(h.server)
		h.act(t)
		text += strings.Join(h.server[n:], "")
	}
	return text
}

// chop cuts text into pieces; the last may be empty.
func chop(t *rapid.T, text string) (pieces []string) {
	for text != "" {
		n := rapid.IntRange(1, min(len(text), rapid.SampledFrom([]int{1, 3, 20, 500}).Draw(t, "size"))).Draw(t, "piece")
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

// W4, the other way: however the server's writes are cut, and however little the
// connection takes at a time, the client reads the same bytes.
func TestWriteChopped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]Dialect{Netcat, Budget}).Draw(t, "dialect")
		text := serverText(t)
		want := spoken(t, d, text)
		below := &scriptConn{}
		for range rapid.IntRange(0, 40).Draw(t, "shorts") {
			below.shorts = append(below.shorts, short{rapid.IntRange(0, 30).Draw(t, "taken"), os.ErrDeadlineExceeded})
		}
		c := newConn(below, manners[d])
		c.in.hear(nil, []byte("own\n"))
		for _, p := range chop(t, text) {
			for rest := []byte(p); ; {
				n, err := c.Write(rest)
				if rest = rest[n:]; err == nil {
					require.Empty(t, rest)
					break
				}
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			}
		}
		require.Equal(t, want, below.got.String())
	})
}

// clientText draws what a client may send.
func clientText(t *rapid.T) string {
	words := []string{"own", "\n", "\r\n", "\r\x00", "\r", "/", "//", "x", "\xff\xfb\x01", "\xff\xf1", "\xff\xff", "\xff\xfa/\n\xff\xf0", "\x00", "/me x\n"}
	return rapid.SampledFrom([]string{"own\n", "own\r\n", "", "\xff\xfd\x01own\r\x00"}).Draw(t, "name") +
		strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 20).Draw(t, "words"), "")
}

func heard(d Dialect, client string) string {
	h := manners[d].newHearer(&login{})
	return string(h.end(h.hear(nil, []byte(client))))
}

// W4: however the client's bytes are cut, and however little the server reads at a
// time, it reads the same; an error of the connection comes behind what came with it.
func TestReadChopped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]Dialect{Netcat, Budget}).Draw(t, "dialect")
		text := clientText(t)
		below := &scriptConn{}
		for _, p := range chop(t, text) {
			r := read{text: p}
			if rapid.IntRange(0, 5).Draw(t, "late") == 0 {
				r.err = os.ErrDeadlineExceeded
			}
			below.reads = append(below.reads, r)
		}
		if n := len(below.reads); n > 0 && rapid.Bool().Draw(t, "EOF with the last bytes") {
			below.reads[n-1].err = io.EOF
		}
		late := 0
		for _, r := range below.reads {
			if r.err == os.ErrDeadlineExceeded {
				late++
			}
		}
		c := newConn(below, manners[d])
		var got []byte
		for {
			p := make([]byte, rapid.SampledFrom([]int{1, 2, 7, 376}).Draw(t, "buffer"))
			n, err := c.Read(p)
			got = append(got, p[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				late--
				continue
			}
			require.NotZero(t, n)
		}
		require.Zero(t, late, "every error is told once")
		require.Equal(t, heard(d, text), string(got))
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "it stays the end")
	})
}

// What a client sends, as the server reads it.
func TestHearers(t *testing.T) {
	long := strings.Repeat("y", 100_000)
	for _, tt := range []struct{ about, client, netcat, budget string }{
		{"a name and a line", "own\nhello\n", "own\nhello\n", "own\n/who\nhello\n"},
		{"slashes", "own\n/who\n//x\n / \n/", "own\n//who\n///x\n / \n//", "own\n/who\n//who\n///x\n / \n//"},
		{"CR LF, CR NUL, CR", "own\r\n/a\r\x00/b\r/c\n/d", "own\r\n//a\r\x00//b\r/c\n//d", "own\n/who\n//a\r\x00//b\r/c\n//d"},
		{"empty lines before a slash", "own\n\n\r\n/a", "own\n\n\r\n//a", "own\n/who\n\n\r\n//a"},
		{"NUL is no line end by itself", "own\nx\x00/a\n", "own\nx\x00/a\n", "own\n/who\nx\x00/a\n"},
		{"telnet before a slash", "own\n\xff\xfb\x01/a\xff\xf1/", "own\n\xff\xfb\x01//a\xff\xf1/", "own\n/who\n\xff\xfb\x01//a\xff\xf1/"},
		{"a slash and an LF within telnet", "own\n\xff\xfa/\n/\xff\xf0/a", "own\n\xff\xfa/\n/\xff\xf0//a", "own\n/who\n\xff\xfa/\n/\xff\xf0//a"},
		{"telnet options that look like commands", "own\n\xff\xfb\xfa/a\n\xff\xfd\xff/b\n\xff\xfe\xf4/c",
			"own\n\xff\xfb\xfa//a\n\xff\xfd\xff//b\n\xff\xfe\xf4//c", "own\n/who\n\xff\xfb\xfa//a\n\xff\xfd\xff//b\n\xff\xfe\xf4//c"},
		{"telnet between CR and LF", "own\n\r\xff\xf1\n/a", "own\n\r\xff\xf1\n//a", "own\n/who\n\r\xff\xf1\n//a"},
		{"a doubled IAC is a byte of text", "own\n\xff\xff/a", "own\n\xff\xff/a", "own\n/who\n\xff\xff/a"},
		{"a long line", "own\n/" + long + "/\n", "own\n//" + long + "/\n", "own\n/who\n//" + long + "/\n"},
		{"a name at the end of input", "own", "own", "own\n/who\n"},
		{"a name and a CR there", "own\r", "own\r", "own\n/who\n"},
		{"telnet in a name", "o\xff\xfb\x01wn\r\xff\xf1\n", "o\xff\xfb\x01wn\r\xff\xf1\n", "own\n/who\n"},
		{"Ctrl-C in a name", "ow\xff\xf4", "ow\xff\xf4", "\xff\xf4"},
		{"nothing", "", "", ""},
		{"a slash first", "/who\n", "//who\n", "\nwho\n"},
		{"a bad name", "a b\n/x\n", "a b\n//x\n", "\nb\n//x\n"},
		{"no name", "\nx", "\nx", "\nx"},
		{"a CR within", "a\rb\n", "a\rb\n", "\n\n"},
		{"16", "1234567890123456\n", "1234567890123456\n", "1234567890123456\n/who\n"},
		{"17", "12345678901234567\n", "12345678901234567\n", "\n\n"},
	} {
		assert.Equal(t, tt.netcat, heard(Netcat, tt.client), "netcat: %s", tt.about)
		assert.Equal(t, tt.budget, heard(Budget, tt.client), "budget: %s", tt.about)
	}
}
