package load

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: no goroutine of a run outlives its Do.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
