package netfake_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"time"

	"example.com/chatd/chat/netfake"
)

// An HTTP server and its client meet in memory.
func Example() {
	network := netfake.New(netfake.Config{})
	listener, err := network.Listen("localhost:80")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello, %s", r.RemoteAddr)
	})}
	go server.Serve(listener)
	defer server.Close()

	client := &http.Client{Transport: &http.Transport{DialContext: network.DialContext}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://localhost/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.Status, string(body), err)
	// Output: 200 OK hello, 127.0.0.1:40001 <nil>
}

// A reader that does not read makes the server's Write time out.
func Example_slowReader() {
	network := netfake.New(netfake.Config{ReadBuffer: 6, WriteBuffer: 4})
	reader, server := network.Pipe()
	defer reader.Close()
	defer server.Close()

	n, err := server.Write([]byte("0123456789")) // exactly what fits
	fmt.Println(n, err)
	fmt.Printf("%+v\n", server.Probe().Sent)

	server.SetWriteDeadline(time.Unix(1, 0)) // long past
	n, err = server.Write([]byte("more"))
	fmt.Println(n, err)

	server.Close()
	text, err := io.ReadAll(reader)
	fmt.Println(string(text), err)
	// Output:
	// 10 <nil>
	// {Written:10 Window:4 InFlight:0 Unread:6 Delivered:0 Discarded:none}
	// 0 write tcp 127.0.0.1:30001->127.0.0.1:40001: i/o timeout
	// 0123456789 <nil>
}

// A server runs out of file descriptors and recovers.
func ExampleListener_InjectAcceptError() {
	network := netfake.New(netfake.Config{})
	listener, _ := network.Listen("localhost:7000")
	defer listener.Close()
	listener.InjectAcceptError(syscall.EMFILE)
	client, _ := network.Dial("localhost:7000")
	defer client.Close()

	_, err := listener.Accept()
	fmt.Println(err, errors.Is(err, syscall.EMFILE))
	conn, err := listener.Accept()
	fmt.Println(conn.RemoteAddr(), err)
	// Output:
	// accept tcp 127.0.0.1:7000: accept4: too many open files true
	// 127.0.0.1:40001 <nil>
}

// A deadline passes when the clock is moved, not before.
func ExampleManualClock() {
	clock := netfake.NewManualClock(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	done := make(chan struct{})
	clock.Settle = func() { // in a testing/synctest bubble: synctest.Wait
		if clock.Pending() == 0 {
			<-done
		}
	}
	network := netfake.New(netfake.Config{Clock: clock})
	client, server := network.Pipe()
	defer server.Close()
	client.SetReadDeadline(clock.Now().Add(time.Minute))
	go func() {
		defer close(done)
		_, err := client.Read(make([]byte, 1))
		fmt.Println(clock.Now().Format(time.TimeOnly), err)
	}()
	clock.Advance(59 * time.Second)
	clock.Advance(time.Second)
	// Output: 12:01:00 read tcp 127.0.0.1:40001->127.0.0.1:30001: i/o timeout
}
