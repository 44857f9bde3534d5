package dialect

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: a dialect starts nothing, so nothing may be left.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
