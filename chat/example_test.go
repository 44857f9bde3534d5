package chat_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/netfake"
)

// A server on a listener of one's own: here a network in memory, elsewhere TCP, TLS
// or anything that has connections.
func ExampleServer_Serve() {
	network := netfake.New(netfake.Config{})
	listener, _ := network.ListenNetwork("tcp", "127.0.0.1:0")
	server, err := chat.New(chat.Config{
		MOTD:  "Be kind.",
		Clock: netfake.NewManualClock(time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	go server.Serve(listener)

	conn, _ := network.Dial(listener.Addr().String())
	fmt.Fprint(conn, "alice\n/who\n/quit\n")
	io.Copy(os.Stdout, conn)
	conn.Close()

	server.Stop()
	// Output:
	// [SYSTEM]: Welcome to TCP Chat!
	// [SYSTEM]: Be kind.
	// Enter your name: [2006-01-02 15:04:05][SYSTEM]: alice has joined our chat...
	// [SYSTEM]: 1 here: alice
}

// A clock of one's own stands still until it is told: no test of a timeout has to
// wait for it.
func ExampleConfig_clock() {
	clock := netfake.NewManualClock(time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC))
	network := netfake.New(netfake.Config{Clock: clock})
	server, _ := chat.New(chat.Config{
		Addr:         "127.0.0.1:8989",
		Listen:       network.ListenNetwork,
		Clock:        clock,
		LoginTimeout: 30 * time.Second,
	})
	server.Start()

	conn, _ := network.Dial("127.0.0.1:8989")
	defer conn.Close()
	in := bufio.NewReader(conn)
	expectLine(in) // the welcome: the server knows of the connection

	clock.Advance(30 * time.Second)
	expectLine(in)
	fmt.Println("after", clock.Elapsed())

	server.Close()
	// Output:
	// [SYSTEM]: Welcome to TCP Chat!
	// Enter your name: [SYSTEM]: login timed out, goodbye
	// after 30s
}

func expectLine(in *bufio.Reader) {
	line, err := in.ReadString('\n')
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(line)
}

// Stop returns when everybody has read what is theirs, or after DrainTimeout.
func ExampleServer_Stop() {
	network := netfake.New(netfake.Config{})
	server, _ := chat.New(chat.Config{
		Addr:   "127.0.0.1:8989",
		Listen: network.ListenNetwork,
		Clock:  netfake.NewManualClock(time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)),
	})
	if err := server.Start(); err != nil {
		fmt.Println(err)
		return
	}
	conn, _ := network.Dial("127.0.0.1:8989")
	in := bufio.NewReader(conn)
	fmt.Fprintln(conn, "alice")
	expectLine(in)
	expectLine(in)

	go func() {
		expectLine(in)
		conn.Close()
	}()
	fmt.Println("stopped:", server.Stop())
	fmt.Println("again:", server.Serve(noListener{}))
	// Output:
	// [SYSTEM]: Welcome to TCP Chat!
	// Enter your name: [2006-01-02 15:04:05][SYSTEM]: alice has joined our chat...
	// [2006-01-02 15:04:05][SYSTEM]: Server shutting down...
	// stopped: <nil>
	// again: chat: server closed
}

type noListener struct{ net.Listener }

func (noListener) Close() error { return nil }
