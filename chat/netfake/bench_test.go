package netfake

import "testing"

func BenchmarkPingPong(b *testing.B) {
	client, server := New(Config{}).Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		p := make([]byte, 64)
		for {
			n, err := server.Read(p)
			if err != nil {
				return
			}
			server.Write(p[:n])
		}
	}()
	p := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		client.Write(p)
		client.Read(p)
	}
}

func BenchmarkWriteRead(b *testing.B) {
	client, server := New(Config{}).Pipe()
	p := make([]byte, 1024)
	b.SetBytes(1024)
	b.ReportAllocs()
	for b.Loop() {
		client.Write(p)
		server.Read(p)
	}
}

func BenchmarkConnect(b *testing.B) {
	n := New(Config{})
	l, _ := n.Listen(":0")
	b.ReportAllocs()
	for b.Loop() {
		c, _ := n.Dial("127.0.0.1:30001")
		s, _ := l.Accept()
		c.Close()
		s.Close()
	}
}

// BenchmarkSchedule is the network's share of one simulated schedule: 10 clients
// connect, 60 lines pass to and fro in pieces, everybody leaves.
func BenchmarkSchedule(b *testing.B) {
	line, p := []byte("a line of ordinary length\n"), make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		n := New(Config{Command: true})
		l, _ := n.Listen("10.0.0.1:7")
		var clients [10]*Conn
		for i := range clients {
			clients[i], _ = n.Dial("10.0.0.1:7")
			l.Accept()
		}
		for i := range 60 {
			c := clients[i%10]
			c.Hand().Write(line)
			c.Out().Pass(7)
			c.Out().Pass(-1)
			c.Peer().Read(p)
			c.Peer().Write(line)
			c.In().Flush()
			c.Hand().Read(p)
		}
		for _, c := range clients {
			c.Hand().Close()
			c.Out().Flush()
			c.Peer().Close()
		}
		if len(n.Conns()) > 0 {
			b.Fatal("left open")
		}
	}
}

// BenchmarkCommand is a write, its way in two pieces, and a read.
func BenchmarkCommand(b *testing.B) {
	c, s := New(Config{Command: true}).Pipe()
	line, p := []byte("a line of ordinary length\n"), make([]byte, 512)
	b.ReportAllocs()
	for b.Loop() {
		c.Hand().Write(line)
		c.Out().Pass(7)
		c.Out().Pass(-1)
		s.Read(p)
	}
}
