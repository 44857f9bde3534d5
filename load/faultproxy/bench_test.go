package faultproxy

import (
	"io"
	"net"
	"sync"
	"testing"
)

// What the proxy costs while nothing is broken: beside no proxy at all, and beside the
// simplest one, which copies through a 64 KiB buffer. "faulted" is one through the
// queue: a rate far above what the machine does.
var roads = []struct {
	name string
	dial func(b *testing.B, target string) net.Conn
}{
	{"direct", func(b *testing.B, target string) net.Conn { return dialed(b, target) }},
	{"copy", func(b *testing.B, target string) net.Conn { return dialed(b, copier(b, target)) }},
	{"proxy", func(b *testing.B, target string) net.Conn { return proxied(b, target) }},
	{"faulted", func(b *testing.B, target string) net.Conn {
		return proxied(b, target, Fault{For: 1 << 60, Kind: Bandwidth, Percent: 100, Rate: 1 << 50})
	}},
}

// BenchmarkStream is bytes one way, in 16 KiB writes.
func BenchmarkStream(b *testing.B) {
	for _, road := range roads {
		b.Run(road.name, func(b *testing.B) {
			conn, server := open(b, road.dial)
			block := make([]byte, 16<<10)
			var tasks sync.WaitGroup
			tasks.Go(func() { io.Copy(onlyWriter{io.Discard}, server) })
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				if _, err := conn.Write(block); err != nil {
					b.Fatal(err)
				}
			}
			conn.(*net.TCPConn).CloseWrite()
			tasks.Wait()
		})
	}
}

// BenchmarkPingPong is one line there and back: four system calls more, and two
// goroutines to wake.
func BenchmarkPingPong(b *testing.B) {
	for _, road := range roads {
		b.Run(road.name, func(b *testing.B) {
			conn, server := open(b, road.dial)
			var tasks sync.WaitGroup
			tasks.Go(func() { plainCopy(server, server) })
			line := make([]byte, 100)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(line); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(conn, line); err != nil {
					b.Fatal(err)
				}
			}
			conn.(*net.TCPConn).CloseWrite()
			tasks.Wait()
		})
	}
}

func open(b *testing.B, dial func(*testing.B, string) net.Conn) (client, server net.Conn) {
	ln, err := net.Listen("tcp", loopback)
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	client = dial(b, ln.Addr().String())
	if server, err = ln.Accept(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client, server
}

func dialed(b *testing.B, addr string) net.Conn {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	return conn
}

func proxied(b *testing.B, target string, faults ...Fault) net.Conn {
	p, err := New(Config{Target: target, Faults: faults})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close() })
	p.Start()
	conn, err := p.Dial(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return conn
}

// copier is the simplest proxy, for one connection.
func copier(b *testing.B, target string) string {
	ln, err := net.Listen("tcp", loopback)
	if err != nil {
		b.Fatal(err)
	}
	var tasks sync.WaitGroup
	tasks.Go(func() {
		defer ln.Close()
		client, err := ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", target)
		if err != nil {
			client.Close()
			return
		}
		tasks.Go(func() { plainCopy(server, client) })
		plainCopy(client, server)
	})
	b.Cleanup(tasks.Wait)
	return ln.Addr().String()
}

// plainCopy copies through user space, as a proxy that looks at bytes must.
func plainCopy(to, from net.Conn) {
	io.CopyBuffer(onlyWriter{to}, onlyReader{from}, make([]byte, 64<<10))
	to.(*net.TCPConn).CloseWrite()
}

type onlyWriter struct{ io.Writer }

type onlyReader struct{ io.Reader }
