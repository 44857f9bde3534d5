package main

import (
	"context"
	"fmt"
	"time"

	"example.com/chatd/load"
)

// restarts stops the server of -self in the middle of the run and starts it again on the
// same addresses: preset restart. The function it returns waits for that.
func (p *program) restarts(ctx context.Context, own *child, run *load.Run) (wait func()) {
	ctx, cancel := context.WithCancel(ctx)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-time.After(run.Length() / 2):
		case <-ctx.Done():
			return
		}
		run.Note(load.Event{Kind: "restart", Text: "the server is stopped and started again"})
		if err := own.stop(); err != nil {
			fmt.Fprintln(p.stderr, "chatload: stopping the server of -self:", err)
		}
		again, err := startChild(ctx, own.served, p.stderr)
		if err != nil {
			fmt.Fprintln(p.stderr, "chatload:", err)
			return
		}
		*own = *again
	}()
	return func() {
		cancel()
		<-gone
	}
}
