//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach gives the child a process group of its own: a terminal sends Ctrl-C to the
// foreground group.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
