package main

import (
	"bytes"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBannerText(t *testing.T) {
	network := func(cidr string) net.Addr {
		ip, n, err := net.ParseCIDR(cidr)
		if err != nil {
			t.Fatal(err)
		}
		return &net.IPNet{IP: ip, Mask: n.Mask}
	}
	machine := []net.Addr{
		network("127.0.0.1/8"), network("::1/128"), network("fe80::1/64"),
		network("2001:db8::7/64"), network("203.0.113.7/24"), network("192.168.1.20/24"),
	}
	for _, tt := range []struct {
		name   string
		addr   net.Addr
		secure bool
		local  []net.Addr
		want   string
	}{
		{"everywhere", &net.TCPAddr{IP: net.IPv6zero, Port: 8989}, false, machine, `
  The room is open on port 8989

  join from this machine    nc localhost 8989
  join from the network     nc 192.168.1.20 8989
  stop                      Ctrl-C

`},
		{"everywhere, without a network", &net.TCPAddr{IP: net.IPv4zero, Port: 8989}, false, machine[:3], `
  The room is open on port 8989

  join from this machine    nc localhost 8989
  stop                      Ctrl-C

`},
		{"everywhere, IPv6 only", &net.TCPAddr{IP: net.IPv6zero, Port: 8989}, false, machine[:4], `
  The room is open on port 8989

  join from this machine    nc localhost 8989
  join from the network     nc 2001:db8::7 8989
  stop                      Ctrl-C

`},
		{"loopback", &net.TCPAddr{IP: net.IPv6loopback, Port: 7000}, false, machine, `
  The room is open on [::1]:7000

  join from this machine    nc ::1 7000
  stop                      Ctrl-C

`},
		{"one address, TLS", &net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 7000}, true, machine, `
  The room is open on [fe80::1%eth0]:7000

  join from the network     openssl s_client -quiet -connect [fe80::1%eth0]:7000
  stop                      Ctrl-C

`},
		{"no TCP", &net.UnixAddr{Name: "socket"}, false, machine, ""},
	} {
		if diff := cmp.Diff(tt.want, bannerText(tt.addr, tt.secure, tt.local)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestIsTerminal(t *testing.T) {
	if isTerminal(new(bytes.Buffer)) {
		t.Error("a buffer is a terminal")
	}
}
