package chat

import (
	"strings"

	"github.com/google/go-cmp/cmp"
)

// A tester is a *testing.T, a *testing.B or a *rapid.T.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// expect fails the test for reason, which names the promise, unless got is what was
// wanted.
func expect[T any](t tester, reason string, got, wanted T) {
	t.Helper()
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", reason, diff)
	}
}

// expectIn fails the test for reason unless text contains all parts.
func expectIn(t tester, reason, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Fatalf("%s: no %q in:\n%s", reason, part, text)
		}
	}
}
