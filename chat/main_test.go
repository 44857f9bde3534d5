package chat

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: E4, whatever a test does, no goroutine of a server outlives it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
