package main

import (
	"io"
	"os"
	"strings"
)

// motdReadMax is where reading stops: enough for the room to say that a file is too
// long, not enough for /dev/zero to fill the memory.
const motdReadMax = 64 << 10

// readMOTD reads the message of the day; how long it may be is the room's to say.
// A byte order mark and the line ends of other systems are no part of it.
func readMOTD(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, motdReadMax))
	if err != nil {
		return "", err
	}
	lines := strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n")
	return strings.TrimRight(lines, "\n"), nil
}
