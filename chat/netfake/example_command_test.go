package netfake_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"

	"example.com/chatd/chat/netfake"
)

// An HTTP server and its client are cut off from each other in the middle of a
// conversation. The request waits on the wire until the partition heals.
func Example_partition() {
	network := netfake.New(netfake.Config{})
	listener, err := network.Listen("10.0.0.1:80")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "you asked for ", r.URL.Path)
	})}
	go server.Serve(listener)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: network.DialContext}}
	defer client.CloseIdleConnections()
	get := func(path string) string {
		response, err := client.Get("http://10.0.0.1" + path)
		if err != nil {
			return err.Error()
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return string(body)
	}
	fmt.Println(get("/before"))

	partition := network.Partition(netfake.TwoWay("127.0.0.1", "10.0.0.1"), netfake.Holding)
	answer := make(chan string, 1)
	go func() { answer <- get("/during") }()
	for network.Ledger().InFlight == 0 {
		runtime.Gosched()
	}
	fmt.Println("waiting:", len(answer) == 0)
	_, err = network.Dial("10.0.0.1:80")
	fmt.Println("a new connection times out:", errors.Is(err, syscall.ETIMEDOUT))
	partition.Heal()
	fmt.Println(<-answer)
	// Output:
	// you asked for /before
	// waiting: true
	// a new connection times out: true
	// you asked for /during
}

// Under command nothing moves until it is told to, and in the pieces it is told.
func ExampleWire() {
	network := netfake.New(netfake.Config{Command: true})
	client, server := network.Pipe()
	client.Hand().Write([]byte("one line\n"))
	client.Hand().Close()

	read := func() {
		p := make([]byte, 100)
		n, err := server.Hand().Read(p)
		fmt.Printf("%q %v\n", p[:n], err)
	}
	wire := client.Out()
	read()
	wire.Pass(3) // three bytes, all the way
	read()
	wire.Send(4) // four more, onto the wire
	wire.Send(2)
	wire.Deliver(5) // five of them, from two segments
	read()
	fmt.Printf("%+v\n", wire.Probe())
	wire.Flush()
	read()
	read()
	fmt.Printf("%+v\n", network.Ledger())
	// Output:
	// "" <nil>
	// "one" <nil>
	// " line" <nil>
	// {Window:0 Room:0 Ending:true InFlight:1 Segments:1 Next:{Kind:data Bytes:1} Unread:0 Barrier:open Idle:false}
	// "\n" <nil>
	// "" EOF
	// {Written:9 Window:0 InFlight:0 Unread:0 Delivered:9 Discarded:none}
}

// A machine loses power and comes back without memory of its connections.
func ExampleConn_Reboot() {
	client, server := netfake.New(netfake.Config{}).Pipe()
	client.Vanish()
	n, err := server.Write([]byte("are you there?"))
	fmt.Println(n, err, "- nobody has noticed")
	client.Reboot()
	fmt.Println(server.Probe().Sent.Discarded)
	_, err = server.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, syscall.ECONNRESET))
	// Output:
	// 14 <nil> - nobody has noticed
	// vanish:14
	// true
}
