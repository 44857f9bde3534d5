package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionText is what -version prints (O4): version, commit and Go version, as the
// build recorded them.
func versionText(info *debug.BuildInfo) string {
	if info == nil {
		info = &debug.BuildInfo{}
	}
	version, goVersion := info.Main.Version, info.GoVersion
	if version == "" {
		version = "(devel)"
	}
	if goVersion == "" {
		goVersion = runtime.Version()
	}
	return fmt.Sprintf("chatd %s, commit %s, %s %s/%s\n",
		version, commit(info.Settings), goVersion, runtime.GOOS, runtime.GOARCH)
}

// commit is the revision the binary was built from, and whether files had changed.
func commit(settings []debug.BuildSetting) string {
	recorded := map[string]string{}
	for _, s := range settings {
		recorded[s.Key] = s.Value
	}
	revision := recorded["vcs.revision"]
	switch {
	case revision == "":
		return "unknown"
	case recorded["vcs.modified"] == "true":
		return revision + " (modified)"
	default:
		return revision
	}
}
