package badserver

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: no goroutine of a server outlives its Close.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
