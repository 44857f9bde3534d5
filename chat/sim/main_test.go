package sim

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage lie longer: a world is small and soon gone.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
