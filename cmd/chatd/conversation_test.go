package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/chatd/chat/conversation"
)

// conversationPatience is how long a conversation waits for what must come.
const conversationPatience = 30 * time.Second

// TestConversations plays the conversations that need no lab against chatd itself,
// over TCP. Times are not compared: they are those of the day.
func TestConversations(t *testing.T) { playAll(t, "../../testdata/conversations") }

// TestDialectConversations does the same with those in the other dialects.
func TestDialectConversations(t *testing.T) { playAll(t, "../../dialect/testdata/conversations") }

func playAll(t *testing.T, dir string) {
	all, err := conversation.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.NeedsLab() {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(c.Path), ".txt"), func(t *testing.T) {
			t.Parallel()
			playOverTCP(t, c)
		})
	}
}

func playOverTCP(t *testing.T, c conversation.Conversation) {
	w := startWorld(t, c)
	want := c.Masked()
	played, err := conversation.Play(want, w)
	if err != nil {
		t.Error(err)
	} else if diff := conversation.Diff(want, played); diff != "" {
		t.Error(diff)
	}
	w.end(t)
}

// A tcpWorld is a conversation.World: chatd, and clients that come over TCP.
type tcpWorld struct {
	addr    string
	signals chan os.Signal
	status  chan int
	exited  bool
	clients []*tcpClient
}

// startWorld starts chatd as the conversation says.
func startWorld(t *testing.T, c conversation.Conversation) *tcpWorld {
	w := &tcpWorld{signals: make(chan os.Signal, 1), status: make(chan int, 1)}
	args := []string{"-addr", "127.0.0.1:0"}
	for _, f := range c.Flags {
		args = append(args, "-"+f.Name, f.Value)
	}
	if c.MOTD != "" {
		file := filepath.Join(t.TempDir(), "motd.txt")
		if err := os.WriteFile(file, []byte(c.MOTD), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-motd", file)
	}
	log := addressReader{address: make(chan string, 1)}
	go func() {
		w.status <- run(t.Context(), args, noEnv, io.Discard, log, func() <-chan os.Signal { return w.signals })
	}()
	select {
	case w.addr = <-log.address:
	case status := <-w.status:
		t.Fatalf("chatd %q: status %d", args, status)
	}
	return w
}

// An addressReader is a log that is read for the address chatd listens on.
type addressReader struct{ address chan string }

func (a addressReader) Write(p []byte) (int, error) {
	if m := listeningRE.FindSubmatch(p); m != nil {
		a.address <- string(m[1])
	}
	return len(p), nil
}

func (w *tcpWorld) Dial(string) (conversation.Client, error) {
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		return nil, err
	}
	c := &tcpClient{TCPConn: conn.(*net.TCPConn), changed: make(chan struct{}, 1)}
	w.clients = append(w.clients, c)
	go c.read()
	return c, nil
}

// Settle does nothing: nobody can know. Receive waits.
func (w *tcpWorld) Settle() {}

func (w *tcpWorld) Stop() { w.signals <- syscall.SIGTERM }

func (w *tcpWorld) Stopped(want bool) bool {
	patience := time.NewTimer(0)
	if want {
		patience.Reset(conversationPatience)
	}
	select {
	case status := <-w.status:
		w.exited = true
		return status == exitClean
	case <-patience.C:
		return false
	}
}

// end stops chatd where the conversation has not, and looks whether anybody read
// more than the conversation says: whoever is still connected reads that chatd
// stops (E3) and then the end, the others nothing.
func (w *tcpWorld) end(t *testing.T) {
	if !w.exited {
		w.Stop()
	}
	for _, c := range w.clients {
		if c.left {
			continue
		}
		if err := c.awaitEnd(); err != nil {
			t.Errorf("after the conversation: %v", err)
		}
		c.Close()
	}
	if !w.exited && !w.Stopped(true) {
		t.Error("chatd did not exit with status 0")
	}
}

// A tcpClient is a conversation.Client.
type tcpClient struct {
	*net.TCPConn
	left bool // by itself
	told conversation.End

	mu      sync.Mutex // guards what follows
	got     conversation.Output
	changed chan struct{} // has a value when got may have changed
}

// read takes what comes until the end.
func (c *tcpClient) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		c.took(string(buf[:n]), endOf(err))
		if err != nil {
			return
		}
	}
}

func endOf(err error) conversation.End {
	switch err {
	case nil:
		return conversation.Open
	case io.EOF:
		return conversation.Closed
	}
	return conversation.Reset
}

func (c *tcpClient) took(text string, end conversation.End) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got.Text += text
	c.got.End = max(c.got.End, end)
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// peek returns what has come since the last Receive.
func (c *tcpClient) peek() conversation.Output {
	c.mu.Lock()
	defer c.mu.Unlock()
	return conversation.Output{Text: conversation.Mask(c.got.Text), End: c.got.End}
}

func (c *tcpClient) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = conversation.Output{}
}

// Close leaves.
func (c *tcpClient) Close() error {
	c.left = true
	return c.TCPConn.Close()
}

// Reset breaks the connection.
func (c *tcpClient) Reset() error {
	return errors.Join(c.SetLinger(0), c.Close())
}

// Receive waits for want, or for anything else.
func (c *tcpClient) Receive(want conversation.Output) (conversation.Output, error) {
	got, err := c.await(func(got conversation.Output) bool {
		return got == want || !strings.HasPrefix(want.Text, got.Text) || got.End > want.End
	})
	c.forget()
	c.told = max(c.told, got.End)
	if err != nil {
		return got, fmt.Errorf("%w for %q, got %q", err, want.Text, got.Text)
	}
	return got, nil
}

var errImpatient = errors.New("waited in vain")

func (c *tcpClient) await(enough func(conversation.Output) bool) (conversation.Output, error) {
	patience := time.NewTimer(conversationPatience)
	defer patience.Stop()
	for {
		if got := c.peek(); enough(got) {
			return got, nil
		}
		select {
		case <-c.changed:
		case <-patience.C:
			return c.peek(), errImpatient
		}
	}
}

// awaitEnd waits for the end of a client's input; what comes before can only be the
// line that says that chatd stops.
func (c *tcpClient) awaitEnd() error {
	if c.told != conversation.Open {
		if got := c.peek(); got.Text != "" {
			return fmt.Errorf("%q came after the end", got.Text)
		}
		return nil
	}
	got, err := c.await(func(got conversation.Output) bool { return got.End != conversation.Open })
	if err != nil || got.End != conversation.Closed {
		return fmt.Errorf("no clean end (%v) after %q", err, got.Text)
	}
	switch got.Text {
	case "[" + conversation.Mask("2006-01-02 15:04:05") + "][SYSTEM]: Server shutting down...\n",
		"[SYSTEM]: Server shutting down...\n",
		"Server shutting down...\n", "* Server shutting down...\n": // in the other dialects
		return nil
	}
	return fmt.Errorf("%q came, which the conversation does not have", got.Text)
}
