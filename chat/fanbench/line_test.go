//go:build linux

package fanbench

import (
	"bytes"
	"fmt"
)

// The texts of the wire format that the load depends on (CONTRACT W2, L1, L4, M1).
const (
	prompt   = "Enter your name: "
	greeting = "[SYSTEM]: Welcome to TCP Chat!\n" + prompt
	joined   = " has joined our chat..."

	timeBytes = len("[2006-01-02 15:04:05]")
	nameBytes = len("r0001")
	headBytes = timeBytes + len("[]: ") + nameBytes
	lineBytes = 96 // of every line of chat, as its receivers read it
	textBytes = lineBytes - headBytes - len("\n")

	history   = 100 // lines a newcomer reads: chatd's default, and naive's
	joinBytes = timeBytes + len("[SYSTEM]: ") + nameBytes + len(joined) + len("\n")
)

// Every client is named by what it does and its number: s0001.
const (
	receives = 'r'
	sends    = 's'
	talks    = 't' // both
	namesMax = 9999
)

func clientName(role byte, number int) string { return fmt.Sprintf("%c%04d", role, number) }

func role(name string) byte { return name[0] }

// padding fills texts; starting at another letter for each message, so that a line
// swapped for its neighbour or shifted by a byte does not compare equal.
var padding = bytes.Repeat([]byte("the quick brown fox jumps over a lazy dog "), 4)

const paddingPeriod = len("the quick brown fox jumps over a lazy dog ")

// appendText appends the text of a sender's message: its number and padding that ends
// in no space, since a server may trim it.
func appendText(to []byte, message int64) []byte {
	const digits = "0123456789"
	var number [10]byte
	for i, n := len(number)-1, message; i >= 0; i, n = i-1, n/10 {
		number[i] = digits[n%10]
	}
	to = append(to, number[:]...)
	start := int(message) % paddingPeriod
	to = append(to, padding[start:start+textBytes-len(number)-1]...)
	return append(to, '.')
}

// appendLine appends what a client sends to say its message: the text, or for the
// raw server, which makes no lines, the line.
func appendLine(to []byte, name string, message int64, whole bool) []byte {
	if whole {
		to = append(to, "[2026-11-23 00:00:00]["...)
		to = append(to, name...)
		to = append(to, "]: "...)
	}
	return append(appendText(to, message), '\n')
}
