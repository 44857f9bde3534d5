package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// isTerminal says whether a person reads w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// bannerText tells the person at the terminal how to join and how to stop. local is
// what net.InterfaceAddrs knows of this machine.
func bannerText(addr net.Addr, secure bool, local []net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return ""
	}
	var b strings.Builder
	where := tcp.String()
	if tcp.IP.IsUnspecified() || tcp.IP == nil {
		where = "port " + strconv.Itoa(tcp.Port)
	}
	fmt.Fprintf(&b, "\n  The room is open on %s\n\n", where)
	row := func(label, command string) { fmt.Fprintf(&b, "  %-26s%s\n", label, command) }
	here, elsewhere := joinHosts(tcp, local)
	if here != "" {
		row("join from this machine", joinCommand(here, tcp.Port, secure))
	}
	if elsewhere != "" {
		row("join from the network", joinCommand(elsewhere, tcp.Port, secure))
	}
	row("stop", "Ctrl-C")
	b.WriteByte('\n')
	return b.String()
}

func joinCommand(host string, port int, secure bool) string {
	if secure {
		return "openssl s_client -quiet -connect " + net.JoinHostPort(host, strconv.Itoa(port))
	}
	return "nc " + host + " " + strconv.Itoa(port)
}

// joinHosts names the host to dial from this machine and from another one; "" where
// there is none.
func joinHosts(listening *net.TCPAddr, local []net.Addr) (here, elsewhere string) {
	switch {
	case listening.IP.IsLoopback():
		return listening.IP.String(), ""
	case listening.IP.IsUnspecified() || listening.IP == nil:
		return "localhost", lanHost(listening.IP.To4() == nil, local)
	default:
		host := listening.IP.String()
		if listening.Zone != "" {
			host += "%" + listening.Zone
		}
		return "", host
	}
}

// lanHost is the address that others on the network most likely reach this machine
// by: the first private IPv4 one, else the first global one that is listened on.
func lanHost(six bool, local []net.Addr) string {
	best := ""
	for _, a := range local {
		n, ok := a.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() {
			continue
		}
		four := n.IP.To4() != nil
		if four && n.IP.IsPrivate() {
			return n.IP.String()
		}
		if best == "" && (four || six) {
			best = n.IP.String()
		}
	}
	return best
}
