package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// O4: version, commit and Go version.
func TestVersionText(t *testing.T) {
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.modified", Value: modified}}
	}
	platform := " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"released", &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.3"}, Settings: vcs("false")},
			"chatd v1.2.3, commit 0123abc, go1.26.8" + platform},
		{"from a changed tree", &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "(devel)"}, Settings: vcs("true")},
			"chatd (devel), commit 0123abc (modified), go1.26.8" + platform},
		{"without version control", &debug.BuildInfo{GoVersion: "go1.26.8"},
			"chatd (devel), commit unknown, go1.26.8" + platform},
		{"without build info", nil,
			"chatd (devel), commit unknown, " + runtime.Version() + platform},
	} {
		if got := versionText(tt.info); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
