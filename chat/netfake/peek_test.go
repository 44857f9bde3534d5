//go:build unix

package netfake

import (
	"net"
	"syscall"
)

// peekTCP waits until n bytes have arrived at c and leaves them there.
func peekTCP(c *net.TCPConn, n int) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	p := make([]byte, n)
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		got, _, err := syscall.Recvfrom(int(fd), p, syscall.MSG_PEEK)
		if err == syscall.EAGAIN || err == syscall.EINTR || err == nil && 0 < got && got < n {
			return false
		}
		failed = err
		return true
	})
	if err != nil {
		return err
	}
	return failed
}
