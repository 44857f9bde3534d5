package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/chatd/chat/check"
)

// found is where a schedule goes that found something. A soak's goes to the others,
// where every go test carries it out from then on; seeds that were counted off are
// carried out again anyhow, and a bug planted on purpose is not to leave traces.
func found() string {
	if *flagTime > 0 {
		return schedules
	}
	return ""
}

// keep writes a schedule that found something to a directory, or, where that cannot be
// or is none, among the artifacts (-artifacts). It returns the path.
func keep(t *testing.T, dir string, r *Result, s *Schedule) string {
	t.Helper()
	name := fmt.Sprintf("found-%d.txt", r.Schedule.Options.Seed)
	if len(r.Violations) > 0 {
		name = fmt.Sprintf("found-%d-%d.txt", r.Violations[0].Oracle, r.Schedule.Options.Seed)
	}
	if dir != "" {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(s.String()), 0o666); err == nil {
			return path
		}
	}
	path := filepath.Join(t.ArtifactDir(), name)
	if err := os.WriteFile(path, []byte(s.String()), 0o666); err != nil {
		t.Error(err)
	}
	return path
}

// TestKeep: what finds something is kept beside the others, under the name of its
// oracle and its seed, and reads back as it was; where that cannot be, it is not lost.
func TestKeep(t *testing.T) {
	require.Equal(t, *flagTime > 0, found() != "")
	s := Generate(9, 3)
	s.Comment = "L4 (oracle 8) c1: it reads too little\n"
	r := &Result{Schedule: s, Violations: []check.Violation{{Promise: "L4", Oracle: 8}}}
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "there is none"), ""} {
		path := keep(t, dir, r, s)
		require.Equal(t, "found-8-9.txt", filepath.Base(path))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		again, err := Parse(string(text))
		require.NoError(t, err)
		require.Equal(t, s, again)
	}
}
