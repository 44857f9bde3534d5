package netfake

import (
	"io"
	"net"
	"os"
	"syscall"
)

// network is the name that errors and addresses carry, as on the real thing.
const network = "tcp"

// errno wraps err the way package net wraps the result of a failed system call.
func errno(call string, err syscall.Errno) error { return os.NewSyscallError(call, err) }

// sysError wraps err as the result of a system call if it is an errno.
func sysError(call string, err error) error {
	if e, ok := err.(syscall.Errno); ok {
		return errno(call, e)
	}
	return err
}

// opError wraps err like the methods of *net.TCPConn: nil and io.EOF stay bare.
func (c *Conn) opError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: network, Source: c.local, Addr: c.remote, Err: err}
}

// setError wraps an error of SetDeadline, which names the local address only.
func (c *Conn) setError(err error) error {
	return &net.OpError{Op: "set", Net: network, Addr: c.local, Err: err}
}

// addrError wraps an error of a dial, a listen or a listener; addr may be nil.
func addrError(op string, addr *net.TCPAddr, err error) error {
	e := &net.OpError{Op: op, Net: network, Err: err}
	if addr != nil {
		e.Addr = addr
	}
	return e
}
