package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the picture in docs anew")

// TestDocsPicture: the picture of a good run in docs is what its schedule draws.
func TestDocsPicture(t *testing.T) {
	const want = "../../docs/sim-good.svg"
	got := want
	if !*update {
		got = filepath.Join(t.TempDir(), "good.svg")
	}
	args := []string{"-replay", "../../testdata/schedules/a-class.txt", "-svg", got}
	require.Equal(t, exitGood, run(args, t.Output(), t.Output()))
	if drawn, kept := read(t, got), read(t, want); drawn != kept {
		t.Errorf("docs/sim-good.svg is out of date: go test ./cmd/chatsim -run %s -update, and look at it", t.Name())
	}
}

func read(t *testing.T, file string) string {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(b)
}
