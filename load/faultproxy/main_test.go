package faultproxy

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: no goroutine of a proxy outlives its Close.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
