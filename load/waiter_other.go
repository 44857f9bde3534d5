//go:build !unix

package load

// A waiter reads a socket without a buffer while it waits; elsewhere than on Unix there
// is none.
type waiter struct{}

func newWaiter(*member) *waiter { return nil }

func (*waiter) read() error { return nil }
