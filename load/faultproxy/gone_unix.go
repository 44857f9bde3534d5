//go:build unix

package faultproxy

import (
	"net"
	"syscall"
)

// gone says whether a socket is no longer connected, which after an end of input
// without one of our own means that it was reset.
func gone(conn net.Conn) bool {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	lost := false
	err = raw.Control(func(fd uintptr) {
		_, err := syscall.Getpeername(int(fd))
		lost = err != nil
	})
	return lost || err != nil
}
