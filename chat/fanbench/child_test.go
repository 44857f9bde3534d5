//go:build linux

package fanbench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	childEnv        = "FANBENCH_SERVER"  // which server this process is
	childClientsEnv = "FANBENCH_CLIENTS" // how many clients it will have (raw)

	// answerTime bounds every answer of a child, and its end.
	answerTime = 20 * time.Second
)

// A child is one server in a process of its own, which ends when its standard
// input does: whatever becomes of the benchmark, no server outlives it.
type child struct {
	kind    string
	port    int
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// memory is what a child says of its memory, in bytes.
type memory struct{ resident, heap, stacks int64 }

func startChild(tb testing.TB, kind string, clients int) *child {
	tb.Helper()
	exe, err := os.Executable()
	must(tb, "finding the test binary", err)
	command := exec.Command(exe)
	command.Env = append(os.Environ(), childEnv+"="+kind, childClientsEnv+"="+strconv.Itoa(clients),
		// Under the race detector a process sleeps for a second before it ends.
		"GORACE=atexit_sleep_ms=0")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(tb, "piping to the child", err)
	out, err := command.StdoutPipe()
	must(tb, "piping from the child", err)
	must(tb, "starting the child", command.Start())
	c := &child{kind: kind, command: command, in: in, out: bufio.NewReader(out)}
	tb.Cleanup(c.stop)
	words, err := c.answer()
	must(tb, kind+": listening", err)
	c.port, err = strconv.Atoi(words[0])
	must(tb, kind+": reading its port", err)
	return c
}

// stop ends the child; calling it again does nothing.
func (c *child) stop() {
	if c.command.ProcessState != nil {
		return
	}
	c.in.Close()
	watchdog := time.AfterFunc(answerTime, func() { _ = c.command.Process.Kill() })
	defer watchdog.Stop()
	// How it ended is of no interest: it had nothing left to do.
	_ = c.command.Wait()
}

// ask sends one command and returns the words of its answer.
func (c *child) ask(command string) ([]string, error) {
	if _, err := io.WriteString(c.in, command+"\n"); err != nil {
		return nil, fmt.Errorf("%s: %w", c.kind, err)
	}
	return c.answer()
}

func (c *child) answer() ([]string, error) {
	watchdog := time.AfterFunc(answerTime, func() { _ = c.command.Process.Kill() })
	defer watchdog.Stop()
	line, err := c.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s: no answer: %w", c.kind, err)
	}
	words := strings.Fields(line)
	if len(words) == 0 || words[0] == "error" {
		return nil, fmt.Errorf("%s: answered %q", c.kind, line)
	}
	return words, nil
}

// cpu is what the child has used, user and system.
func (c *child) cpu() (time.Duration, error) {
	words, err := c.ask("cpu")
	if err != nil {
		return 0, err
	}
	ns, err := strconv.ParseInt(words[0], 10, 64)
	return time.Duration(ns), err
}

func (c *child) memory() (m memory, err error) {
	words, err := c.ask("memory")
	if err != nil {
		return memory{}, err
	}
	_, err = fmt.Sscan(strings.Join(words, " "), &m.resident, &m.heap, &m.stacks)
	return m, err
}

// childMain serves until standard input ends and returns the exit status.
func childMain(kind string) int {
	port, err := listenAndServe(kind)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println(port)
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		fmt.Println(obey(commands.Text()))
	}
	return 0
}

func listenAndServe(kind string) (port int, err error) {
	if kind == "raw" {
		clients, err := strconv.Atoi(os.Getenv(childClientsEnv))
		if err != nil {
			return 0, err
		}
		return startRaw(clients)
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port = ln.Addr().(*net.TCPAddr).Port
	ln = tunedListener{ln}
	switch kind {
	case "chatd":
		return port, startChatd(ln)
	case "naive":
		go newNaive().serve(ln)
		return port, nil
	}
	return 0, fmt.Errorf("no server is called %q", kind)
}

// obey carries out one command of the parent and returns the answer.
func obey(command string) string {
	word, argument, _ := strings.Cut(command, " ")
	var err error
	switch word {
	case "cpu":
		return strconv.FormatInt(cpuOf(syscall.RUSAGE_SELF).Nanoseconds(), 10)
	case "memory":
		return ownMemory()
	case "trim":
		debug.FreeOSMemory()
	case "profile":
		err = startProfile(argument)
	case "endprofile":
		pprof.StopCPUProfile()
	case "heapprofile":
		err = writeHeapProfile(argument)
	default:
		err = errors.New("unknown command " + word)
	}
	if err != nil {
		return "error " + err.Error()
	}
	return "ok"
}

// startProfile leaves the file open: StopCPUProfile writes it and the process ends
// soon after.
func startProfile(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(file)
}

func writeHeapProfile(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(file), file.Close())
}

func ownMemory() string {
	rss, err := ownRSS()
	if err != nil {
		return "error " + err.Error()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return fmt.Sprint(rss, m.HeapInuse, m.StackInuse)
}

// ownRSS reads VmRSS, the memory that is there now; rusage only knows the peak.
func ownRSS() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(words[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmRSS in /proc/self/status")
}

// sendBuffer is the send buffer of every server's sockets, as chatd sets it.
const sendBuffer = 64 << 10

// A tunedListener sets what chatd's own listener sets where it touches speed or
// memory. It hands out plain *net.TCPConn, as a server sees them in life.
type tunedListener struct{ net.Listener }

func (l tunedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	// A connection that died in the queue fails here and again at its first
	// read, where the server deals with it.
	tcp := conn.(*net.TCPConn)
	_ = tcp.SetWriteBuffer(sendBuffer)
	_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	})
	return conn, nil
}
