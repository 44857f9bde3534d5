//go:build linux

package chat_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

// TestTCPNothingIsLeft is E4: after Stop no descriptor of the server is open and no
// task of it runs, whatever state its clients were in.
func TestTCPNothingIsLeft(t *testing.T) {
	warm, err := net.Listen("tcp", "127.0.0.1:0") // opens what the runtime keeps open
	require.NoError(t, err)
	require.NoError(t, warm.Close())
	before := openFiles(t)

	s := startTCP(t, chat.Config{Listen: listenSmall, RateInterval: patience, RateBurst: 3})
	alice := joinTCP(t, s.Addr(), "alice")
	var clients []*tcpClient
	for i := range 10 {
		silent, asking, gone, vanished := dialTCP(t, s.Addr()), dialTCP(t, s.Addr()), dialTCP(t, s.Addr()), dialTCP(t, s.Addr())
		asking.send("half a na")
		gone.join(fmt.Sprint("gone", i))
		require.NoError(t, gone.conn.CloseWrite())
		vanished.join(fmt.Sprint("vanished", i))
		vanished.vanish()
		over := joinTCP(t, s.Addr(), fmt.Sprint("over", i))
		over.send(strings.Repeat("hello\n", 10))
		clients = append(clients, silent, asking, gone, vanished, over)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	alice.until("E3", "[time][SYSTEM]: Server shutting down...")
	for _, c := range append(clients, alice) {
		c.conn.Close()
	}
	require.NoError(t, awaitStop(t, stopped))
	require.Equal(t, before, openFiles(t), "E4: descriptors")
	// A task says that it ends just before it does.
	eventually(t, "E4: goroutines", func() bool { return !strings.Contains(stacks(), "chatd/chat.(") })
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(files) - 1 // the directory itself
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// filesLeft is how many connections the server of TestTCPFilesRunOut has room for.
const filesLeft = 10

// TestTCPFilesRunOut is E6: a server without descriptors goes on serving those who
// are inside, says so once, does not spin, and takes newcomers again when
// descriptors are free. The server is a child process: the limit is a process's.
func TestTCPFilesRunOut(t *testing.T) {
	if os.Getenv(childEnv) != "" {
		serveWithFewFiles(t)
		return
	}
	p := startChild(t)
	alice, bob := joinTCP(t, p.addr, "alice"), joinTCP(t, p.addr, "bob")
	alice.want("L4", "[time][SYSTEM]: bob has joined our chat...")

	for spell := 1; spell <= 2; spell++ {
		var extra []*tcpClient
		for range filesLeft {
			extra = append(extra, dialTCP(t, p.addr)) // in the backlog, if no further
		}
		before := p.fails()
		eventually(t, "E6: trying again", func() bool { return p.fails() >= before+3 })
		alice.send("still here?\n")
		bob.want("E6: those inside chat on", "[time][alice]: still here?")
		bob.send("still here\n")
		alice.want("E6: those inside chat on", "[time][bob]: still here")
		if spell == 1 {
			require.Equal(t, 1, p.logged("accept failed"), "E6: one log line per spell")
		}
		require.GreaterOrEqual(t, p.logged("accept failed"), spell, "E6: one log line per spell")
		require.Less(t, p.fails(), 200, "E6: no spin")

		for _, c := range extra {
			c.conn.Close()
		}
		carol := joinTCP(t, p.addr, "carol")
		alice.want("E6: recovered", "[time][SYSTEM]: carol has joined our chat...")
		bob.want("E6: recovered", "[time][SYSTEM]: carol has joined our chat...")
		carol.send("/quit\n")
		carol.rest("E1")
		carol.conn.Close()
		alice.want("E1", "[time][SYSTEM]: carol has left our chat...")
		bob.want("E1", "[time][SYSTEM]: carol has left our chat...")
		p.settled() // or what is left of this spell counts for the next
	}
	alice.conn.Close()
	bob.conn.Close()
	p.stop()
}

const childEnv = "CHAT_TEST_FEW_FILES"

// A child is the test binary, run again as a server. It answers a line on its
// input with a line of counters, and stops at the end of input.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr net.Addr

	mu  sync.Mutex
	log bytes.Buffer
}

func startChild(t *testing.T) *child {
	t.Helper()
	p := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")}
	p.cmd.Env = append(os.Environ(), childEnv+"=1")
	p.cmd.Stderr = p
	var err error
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.out = bufio.NewReader(out)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { p.in.Close(); p.cmd.Wait() })
	p.addr, err = net.ResolveTCPAddr("tcp", p.read())
	require.NoError(t, err)
	return p
}

// Write takes the child's log.
func (p *child) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(text)
}

func (p *child) logged(text string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Count(p.log.String(), text)
}

func (p *child) read() string {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	require.NoError(p.t, err)
	return strings.TrimSpace(line)
}

// counters are AcceptFails and how many connections are not inside.
func (p *child) counters() (fails, outside int) {
	p.t.Helper()
	_, err := io.WriteString(p.in, "counters\n")
	require.NoError(p.t, err)
	_, err = fmt.Sscan(p.read(), &fails, &outside)
	require.NoError(p.t, err)
	return fails, outside
}

func (p *child) fails() int {
	fails, _ := p.counters()
	return fails
}

func (p *child) settled() {
	p.t.Helper()
	eventually(p.t, "nobody is at the prompt or closing", func() bool {
		_, outside := p.counters()
		return outside == 0
	})
}

func (p *child) stop() {
	p.t.Helper()
	require.NoError(p.t, p.in.Close())
	_, err := io.Copy(io.Discard, p.out)
	require.NoError(p.t, err)
	require.NoError(p.t, p.cmd.Wait(), "the child says:\n%s", p.log.String())
}

// serveWithFewFiles is the child.
func serveWithFewFiles(t *testing.T) {
	s := startTCP(t, chat.Config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	require.NoError(t, limitFiles(filesLeft))
	fmt.Println(s.Addr())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		st := s.Stats()
		fmt.Println(st.AcceptFails, st.Pending+st.Closing)
	}
	require.NoError(t, s.Stop())
}

// limitFiles leaves room for n more descriptors: for the n lowest free numbers.
func limitFiles(n int) error {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	taken := make(map[int]bool, len(files))
	for _, f := range files {
		fd, err := strconv.Atoi(f.Name())
		if err != nil {
			return err
		}
		taken[fd] = true
	}
	// The directory's own descriptor was among them, and is free again.
	n--
	limit := 0
	for free := 0; free < n || taken[limit]; limit++ {
		if !taken[limit] {
			free++
		}
	}
	if limit < 3 {
		return errors.New("no descriptors at all")
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(limit), Max: uint64(limit)})
}
