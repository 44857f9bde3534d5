package blackbox

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const docs = "../docs/CHATCHECK.md"

// exampleProfile is the one in the docs that a teacher begins with. A lab server
// speaks as it says.
func exampleProfile(t *testing.T) *Profile {
	t.Helper()
	text, err := os.ReadFile(docs)
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```profile\n")
	require.True(t, found, "%s has no example profile", docs)
	example, _, _ := strings.Cut(rest, "```")
	p, err := ParseProfile(strings.NewReader(example))
	require.NoError(t, err)
	return p
}

// TestDocs: the docs explain every key and every case, and no other.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(docs)
	require.NoError(t, err)
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		explained[m[1]] = true
	}
	known := map[string]bool{}
	for _, key := range knownKeys {
		known[key] = true
	}
	for _, c := range builtinCases {
		known[c.ID] = true
	}
	for name := range known {
		assert.True(t, explained[name], "%s does not explain %s", docs, name)
	}
	for name := range explained {
		assert.True(t, known[name], "%s explains %s, which is no key and no case", docs, name)
	}
}
