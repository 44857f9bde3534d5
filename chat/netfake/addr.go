package netfake

import (
	"net"
	"net/netip"
	"strconv"
)

// Ports are counted up, so that a run names its connections like the last one.
const (
	listenPortMin = 30001
	listenPortMax = 40000
	dialPortMin   = 40001
	dialPortMax   = 65535
)

// ports hands out port numbers, starting over after the last.
type ports struct{ listen, dial uint16 }

func newPorts() ports { return ports{listen: listenPortMin, dial: dialPortMin} }

func (p *ports) nextListen() uint16 { return next(&p.listen, listenPortMin, listenPortMax) }
func (p *ports) nextDial() uint16   { return next(&p.dial, dialPortMin, dialPortMax) }

func next(counter *uint16, lowest, highest uint16) uint16 {
	port := *counter
	*counter = lowest
	if port < highest {
		*counter = port + 1
	}
	return port
}

// parseAddr reads "host:port"; an empty host is [::], as in package net.
func parseAddr(addr string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "invalid port", Addr: addr}
	}
	ip, err := parseHost(host)
	return netip.AddrPortFrom(ip, uint16(port)), err
}

func parseHost(host string) (netip.Addr, error) {
	switch host {
	case "":
		return netip.IPv6Unspecified(), nil
	case "localhost":
		return loopback(netip.Addr{}), nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return ip, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ip.Unmap(), nil
}

// parseSource reads "ip:port" or "ip"; empty means the loopback address that fits
// the destination.
func parseSource(source string, to netip.AddrPort) (netip.AddrPort, error) {
	if source == "" {
		return netip.AddrPortFrom(loopback(to.Addr()), 0), nil
	}
	if ip, err := netip.ParseAddr(source); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), 0), nil
	}
	from, err := netip.ParseAddrPort(source)
	if err != nil {
		return from, &net.AddrError{Err: "invalid source address", Addr: source}
	}
	return netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), nil
}

// loopback returns the loopback address of ip's family; IPv4's if it has none.
func loopback(ip netip.Addr) netip.Addr {
	if ip.Is6() && !ip.IsUnspecified() {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// addr is a *net.TCPAddr and the bytes it points to.
type addr struct {
	tcp net.TCPAddr
	ip  [16]byte
}

func (a *addr) set(at netip.AddrPort) *net.TCPAddr {
	ip := a.ip[:]
	if at.Addr().Is4() {
		ip = ip[:4]
		four := at.Addr().As4()
		copy(ip, four[:])
	} else {
		a.ip = at.Addr().As16()
	}
	a.tcp = net.TCPAddr{IP: ip, Port: int(at.Port()), Zone: at.Addr().Zone()}
	return &a.tcp
}

func tcpAddr(a netip.AddrPort) *net.TCPAddr { return net.TCPAddrFromAddrPort(a) }
