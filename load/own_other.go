//go:build !unix

package load

import "time"

// Without getrusage chatload does not know what it uses: it says 0.
func processCPU() time.Duration { return 0 }
func residentMax() int64        { return 0 }
