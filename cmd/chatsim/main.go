// Chatsim runs the chat server in simulated worlds, one seed after the other, and
// holds what its clients saw against every promise.
//
//	chatsim -time 1h            soak: seeds until the time is up or one fails
//	chatsim -replay FILE        carry out one schedule again
//	chatsim -explain 7 -steps 8 tell one world as a chat log with lanes
//
// With -html or -svg it draws the failure, or the one world, as a space-time
// diagram. It is the serial runner of package sim: no test binary, no network, no
// clock but the simulated one, and the same worlds on every machine.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"example.com/chatd/chat/sim"
)

// The exit codes.
const (
	exitGood    = 0 // every promise was kept, also when a soak was ended by Ctrl-C
	exitFailure = 1 // one was broken, or a file could not be written
	exitUsage   = 2 // a flag or a schedule that cannot be meant
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is all of chatsim.
func run(args []string, stdout, stderr io.Writer) int {
	serial := sim.NewSerial()
	defer serial.Close()
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)
	defer signal.Stop(interrupt)
	p := &program{
		run: serial.Run, record: serial.Record,
		stdout: stdout, stderr: stderr, interrupt: interrupt,
	}
	return p.main(args)
}

// A program is chatsim with what its tests put in the place of the real thing.
type program struct {
	options
	run            func(*sim.Schedule) *sim.Result
	record         func(*sim.Schedule) *sim.Recording
	stdout, stderr io.Writer
	interrupt      <-chan os.Signal // Ctrl-C, which ends a soak
}

func (p *program) main(args []string) int {
	var said strings.Builder
	switch err := p.parse(args, &said); {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(p.stdout, said.String())
		return exitGood
	case err != nil:
		io.WriteString(p.stderr, said.String())
		return exitUsage
	}
	switch {
	case p.replay != "":
		return p.replayFile()
	case p.explain.set:
		return p.explainSeed()
	}
	return p.soak()
}

// complain says what is wrong, and returns the exit code it is given.
func (p *program) complain(code int, err error) int {
	fmt.Fprintf(p.stderr, "chatsim: %v\n", err)
	return code
}
