package blackbox

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// narrow makes what a connection can hold between the two ends small, so that a
// client that stops reading is felt after tens of kilobytes and not after megabytes:
// the least buffer here (1 stands for the kernel's minimum), and segments so small
// that the server's send buffer starts small, whatever the server sets. It still
// grows while much is read; measured 30 kB before, 100 to 450 kB behind 20 kB read.
func narrow(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1)
		if err == nil {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1460)
		}
	}); e != nil {
		return e
	}
	return err
}
