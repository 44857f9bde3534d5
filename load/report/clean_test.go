package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	assert.Equal(t, "a\uFFFD[2Jb c\uFFFDd", clean("a\x1b[2Jb\nc\u202ed"))
	assert.Equal(t, "é日本 🙂", clean("é日本 🙂"))
}

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "█▁": 2} {
		assert.Equal(t, want, columns(s), "%q", s)
	}
}

func TestCut(t *testing.T) {
	assert.Equal(t, "abc", cut("abc", 3))
	assert.Equal(t, "ab…", cut("abcd", 3))
	assert.Equal(t, "日…", cut("日本語", 4))
}

// Wrapping loses nothing but spaces, and no line is too wide.
func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := anyText.Draw(t, "s"), rapid.IntRange(2, 40).Draw(t, "n")
		lines := wrap(s, n)
		for _, line := range lines {
			assert.LessOrEqual(t, columns(line), n, "%q", line)
		}
		assert.Equal(t, strings.Join(strings.Fields(s), ""), strings.ReplaceAll(strings.Join(lines, ""), " ", ""))
	})
}
