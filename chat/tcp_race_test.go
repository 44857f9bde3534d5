//go:build unix

package chat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
)

// TestTCPOneOfManyGetsTheName is N3: of 8 to 64 clients that send one name at once,
// in spellings that are the same name or look like it (N1, N2), one comes in.
func TestTCPOneOfManyGetsTheName(t *testing.T) {
	const rounds, most, least = 200, 64, 8
	spellings := []string{"bob", "BOB", "b0b", "Bob"}
	s := startTCP(t, chat.Config{NameAttempts: -1, History: -1})
	racers := make([]*tcpClient, most)
	replace := func(i int) {
		racers[i] = dialTCP(t, s.Addr())
		racers[i].want("L1", "[SYSTEM]: Welcome to TCP Chat!")
	}
	for i := range racers {
		replace(i)
	}
	for round := range rounds {
		n := least + round*7%(most-least+1)
		race(racers[:n], func(i int) string { return spellings[i%len(spellings)] + "\n" })
		winner := -1
		for i, c := range racers[:n] {
			switch line := c.line("N3"); {
			case line == "[SYSTEM]: that name is taken":
			case strings.HasSuffix(line, " has joined our chat...") && winner < 0:
				winner = i
			default:
				require.FailNow(t, "N3: not exactly one", "round %d: client %d reads %q, the winner is %d", round, i, line, winner)
			}
		}
		require.GreaterOrEqual(t, winner, 0, "N3: nobody came in, round %d", round)
		// N4: when its leave line is in the transcript, the name is free.
		racers[winner].send("/quit\n")
		racers[winner].wantEOF("E1")
		racers[winner].conn.Close()
		replace(winner)
	}
	require.EqualValues(t, rounds, s.Stats().Joins)
}

// race lets all clients send at once.
func race(clients []*tcpClient, text func(i int) string) {
	var ready, sent sync.WaitGroup
	gun := make(chan struct{})
	ready.Add(len(clients))
	for i, c := range clients {
		sent.Go(func() {
			ready.Done()
			<-gun
			fmt.Fprint(c.conn, text(i)) // who reads nothing fails the test
		})
	}
	ready.Wait()
	close(gun)
	sent.Wait()
}
