package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadMOTD(t *testing.T) {
	file := filepath.Join(t.TempDir(), "motd")
	for _, tt := range []struct{ name, text, want string }{
		{"as it is", "hello\n  world", "hello\n  world"},
		{"the last line end is none of it", "hello\n\n", "hello"},
		{"from another system", "\ufeffhello\r\nworld\r\n", "hello\nworld"},
		{"empty", "", ""},
		{"too long for anybody", strings.Repeat("x", 2*motdReadMax), strings.Repeat("x", motdReadMax)},
	} {
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readMOTD(file); got != tt.want || err != nil {
			t.Errorf("%s: %q (%v), want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := readMOTD(file + ".missing"); err == nil || !strings.Contains(err.Error(), "motd.missing") {
		t.Errorf("the error does not name the file: %v", err)
	}
}
