// Package chatd_test looks at the module as a whole.
package chatd_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "example.com/chatd"

// An importing is one import declaration of the module.
type importing struct {
	dir  string // of the importing package, "." for the module's root
	file string // base name
	test bool   // in a _test.go file
	path string // what is imported; the module's own packages without the module's name, as "/chat"
}

// A rule bans imports, for a reason.
type rule struct {
	what   string
	reason string
	bans   func(importing) bool
}

// The import rules of docs/DESIGN.md.
var rules = []rule{
	{
		"chat imports no netfake and no sim",
		"the core must not know whether its network is a fake one",
		func(i importing) bool {
			return core(i) && (within(i.path, "/chat/netfake") || within(i.path, "/chat/sim"))
		},
	},
	{
		"chat imports no net/http",
		"health, metrics and other protocols are the binary's business; the core knows listeners only",
		func(i importing) bool { return core(i) && within(i.path, "net/http") },
	},
	{
		"chat imports no os",
		"the core has no files, no environment and no exit; what it needs comes in with Config",
		func(i importing) bool { return core(i) && within(i.path, "os") },
	},
	{
		"chat imports no flag",
		"flags are the binary's; the core has one plain Config",
		func(i importing) bool { return core(i) && i.path == "flag" },
	},
	{
		"chat imports no math/rand",
		"nothing in the core is left to chance, or a seed would not replay it",
		func(i importing) bool { return core(i) && (within(i.path, "math/rand") || i.path == "crypto/rand") },
	},
	{
		"chat imports syscall in accept.go only",
		"the core is portable; only Accept's errors have to be told apart by number (E6)",
		func(i importing) bool {
			return core(i) && (within(i.path, "syscall") || within(i.path, "golang.org/x/sys")) && i.file != "accept.go"
		},
	},
	{
		"chat imports golang.org/x/text, golang.org/x/time and go.mau.fi/util/confusable, nothing else from elsewhere",
		"every dependency of the core is one of everybody who uses it; these three are tables and arithmetic",
		func(i importing) bool {
			return core(i) && foreign(i.path) && !within(i.path, "golang.org/x/text") &&
				!within(i.path, "golang.org/x/time") && i.path != "go.mau.fi/util/confusable"
		},
	},
	{
		"netfake imports the standard library only",
		"it is for anybody who tests a network server, and must cost them no dependency",
		func(i importing) bool {
			return i.dir == "chat/netfake" && !i.test && (foreign(i.path) || own(i.path))
		},
	},
	{
		"netfake imports no chat, in its tests neither",
		"it takes Clock and Runtime structurally; tests of the core import it, and it must not depend on them",
		func(i importing) bool { return within("/"+i.dir, "/chat/netfake") && i.path == "/chat" },
	},
	{
		"check imports no network",
		"the oracles judge what was sent and read, wherever that happened",
		func(i importing) bool { return i.dir == "chat/check" && !i.test && within(i.path, "net") },
	},
	{
		"nothing imports cmd",
		"the binaries are ends: what two of them need belongs to a package",
		func(i importing) bool { return within(i.path, "/cmd") && !within("/"+i.dir, i.path[:cmdLen(i.path)]) },
	},
	{
		"only cmd/chatsim and tests import sim",
		"a simulation has no place in a server that serves",
		func(i importing) bool {
			return within(i.path, "/chat/sim") && !i.test && i.dir != "cmd/chatsim" && !within("/"+i.dir, "/chat/sim")
		},
	},
	{
		"only cmd/chatd and tests import dialect",
		"to the core and to all others there is one way to speak",
		func(i importing) bool {
			return within(i.path, "/dialect") && !i.test && i.dir != "cmd/chatd" && !within("/"+i.dir, "/dialect")
		},
	},
	{
		"load and blackbox import no chat",
		"they judge any server by its bytes, and must not know ours better than the others",
		func(i importing) bool {
			return (within("/"+i.dir, "/load") || i.dir == "blackbox") && !i.test && (i.path == "/chat" || within(i.path, "/chat/sim"))
		},
	},
}

// core says whether the import is one of package chat's own, not of its tests.
func core(i importing) bool { return i.dir == "chat" && !i.test }

// own says whether path is a package of this module.
func own(path string) bool { return strings.HasPrefix(path, "/") }

// foreign says whether path is neither ours nor the standard library's, whose
// paths have no dot in the first part.
func foreign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !own(path) && strings.Contains(first, ".")
}

// within says whether path is dir or below it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// cmdLen is the length of "/cmd/name" at the start of path: a binary may have
// packages of its own below it.
func cmdLen(path string) int {
	const cmd = "/cmd/"
	if !strings.HasPrefix(path, cmd) {
		return len(path)
	}
	name, _, _ := strings.Cut(path[len(cmd):], "/")
	return len(cmd) + len(name)
}

// TestImports: the import rules of docs/DESIGN.md, each with its reason.
func TestImports(t *testing.T) {
	all := moduleImports(t)
	if len(all) < 100 {
		t.Fatalf("found %d imports: is this the module's root?", len(all))
	}
	for _, r := range rules {
		for _, i := range all {
			if r.bans(i) {
				t.Errorf("%s/%s imports %s: %s: %s", i.dir, i.file, i.path, r.what, r.reason)
			}
		}
	}
}

// TestImportsSees proves the test above: each rule finds the import made to break
// it, and lets the ones made to pass it pass.
func TestImportsSees(t *testing.T) {
	breaks := []importing{
		{"chat", "room.go", false, "/chat/netfake"},
		{"chat", "room.go", false, "net/http/pprof"},
		{"chat", "room.go", false, "os/signal"},
		{"chat", "room.go", false, "flag"},
		{"chat", "room.go", false, "math/rand/v2"},
		{"chat", "room.go", false, "syscall"},
		{"chat", "room.go", false, "go.mau.fi/util/random"},
		{"chat/netfake", "conn.go", false, "golang.org/x/net/nettest"},
		{"chat/netfake", "conn_test.go", true, "/chat"},
		{"chat/check", "lines.go", false, "net"},
		{"chat", "room.go", false, "/cmd/chatd"},
		{"cmd/chatd", "main.go", false, "/chat/sim"},
	}
	passes := []importing{
		{"chat", "room_test.go", true, "/chat/netfake"},
		{"chat", "room_test.go", true, "os"},
		{"chat", "accept.go", false, "syscall"},
		{"chat", "name.go", false, "golang.org/x/text/secure/precis"},
		{"chat/netfake", "conn_test.go", true, "golang.org/x/net/nettest"},
		{"cmd/chatd", "main.go", false, "/cmd/chatd/internal"},
		{"cmd/chatsim", "main.go", false, "/chat/sim"},
		{"chat/sim", "world_test.go", true, "/chat/sim"},
	}
	for n, i := range breaks {
		if !rules[n].bans(i) {
			t.Errorf("%q lets %v pass", rules[n].what, i)
		}
	}
	for _, i := range passes {
		for _, r := range rules {
			if r.bans(i) {
				t.Errorf("%q refuses %v", r.what, i)
			}
		}
	}
}

// moduleImports reads every import in the module, whatever its build constraints.
func moduleImports(t *testing.T) (all []importing) {
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		of, err := fileImports(filepath.ToSlash(name))
		all = append(all, of...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func fileImports(name string) (all []importing, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if within(imported, module) {
			imported = "/" + strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
		}
		all = append(all, importing{
			dir:  path.Dir(name),
			file: path.Base(name),
			test: strings.HasSuffix(name, "_test.go"),
			path: imported,
		})
	}
	return all, nil
}
