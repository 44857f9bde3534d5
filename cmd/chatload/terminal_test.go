package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBlock: what is shown takes the place of what was, line for line.
func TestBlock(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := &block{w: &out}
	b.clear()
	assert.Empty(t, out.String(), "nothing is shown: nothing to clear")
	b.show("one\ntwo\n")
	b.show("three\n")
	b.clear()
	b.clear()
	assert.Equal(t, "one\ntwo\n"+"\x1b[2A\r\x1b[J"+"three\n"+"\x1b[1A\r\x1b[J", out.String())
}

// TestStyle: no colours off a terminal; the locale says whether there is UTF-8.
func TestStyle(t *testing.T) {
	t.Parallel()
	style := func(env map[string]string) (color, ascii bool) {
		p := &program{stdout: &bytes.Buffer{}, env: func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		}}
		s := p.style()
		return s.Color, s.ASCII
	}
	for _, test := range []struct {
		env   map[string]string
		ascii bool
	}{
		{nil, false},
		{map[string]string{"LANG": "en_GB.UTF-8"}, false},
		{map[string]string{"LANG": "C.utf8"}, false},
		{map[string]string{"LANG": "C"}, true},
		{map[string]string{"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, true},
		{map[string]string{"LC_ALL": "", "LC_CTYPE": "C", "LANG": "en_GB.UTF-8"}, true},
	} {
		color, ascii := style(test.env)
		assert.False(t, color)
		assert.Equal(t, test.ascii, ascii, "%v", test.env)
	}
}
