//go:build linux

package fanbench

import (
	"fmt"
	"net"
	"os"
	"time"

	"example.com/chatd/chat"
)

// startChatd serves the core as chatd runs it, with the limits lifted that would
// refuse or slow the load. The timeouts stay on, so that what they cost is in the
// figures; the write timeout is only made longer than the stalled reader's run.
func startChatd(ln net.Listener) error {
	server, err := chat.New(chat.Config{
		MaxClients:   -1,
		MaxPending:   -1,
		RateInterval: -1,
		RateBurst:    -1,
		WriteTimeout: 10 * time.Minute,
	})
	if err != nil {
		return err
	}
	go func() {
		if err := server.Serve(ln); err != nil {
			fmt.Fprintln(os.Stderr, "chatd:", err)
			os.Exit(1)
		}
	}()
	return nil
}
