package chat

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A ban is something the core's source must not contain, and why.
type ban struct {
	what   string
	reason string
	except string // the one file that may
	in     func(ast.Node) bool
}

var bans = []ban{
	{
		what:   "a go statement",
		reason: "tasks start through Config.Runtime, or a simulation cannot choose who runs next",
		except: "runtime.go",
		in:     is[*ast.GoStmt],
	},
	{
		what:   "a channel type",
		reason: "the core waits in Lock and Cond.Wait alone: what waits on a channel, only Go's scheduler can wake",
		in:     is[*ast.ChanType],
	},
	{
		what:   "a channel send",
		reason: "the core waits in Lock and Cond.Wait alone: what waits on a channel, only Go's scheduler can wake",
		in:     is[*ast.SendStmt],
	},
	{
		what:   "a channel receive",
		reason: "the core waits in Lock and Cond.Wait alone: what waits on a channel, only Go's scheduler can wake",
		in: func(n ast.Node) bool {
			u, ok := n.(*ast.UnaryExpr)
			return ok && u.Op == token.ARROW
		},
	},
	{
		what:   "a select",
		reason: "with two cases ready, Go picks one by chance, and no seed replays that",
		in:     is[*ast.SelectStmt],
	},
	{
		what:   "a value of package sync",
		reason: "locks and condition variables come from Config.Runtime, or a simulation does not see them",
		except: "runtime.go",
		in:     selector("sync", allBut("Locker")),
	},
	{
		what:   "a time of the machine's",
		reason: "time comes from Config.Clock, or no test and no simulation can stop it",
		except: "clock.go",
		in: selector("time", oneOf("Now", "Sleep", "After", "AfterFunc", "Since", "Until",
			"Tick", "NewTimer", "NewTicker")),
	},
	{
		what:   "a context that counts time",
		reason: "its timer is the machine's and not Config.Clock's",
		in:     selector("context", oneOf("WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause")),
	},
}

// TestSeams: the core takes its tasks, locks and time from Config and blocks in
// Accept, Read, Write, Lock and Cond.Wait alone.
func TestSeams(t *testing.T) {
	for _, found := range bannedIn(t, coreFiles(t)) {
		t.Error(found)
	}
}

// TestSeamsSees proves the test above on source that breaks every ban.
func TestSeamsSees(t *testing.T) {
	fset := token.NewFileSet()
	const source = `package chat
		import ("context"; "sync"; "time")
		var mu sync.Mutex
		func f(c chan int) {
			go f(c)
			c <- 1
			<-c
			select {}
			time.Sleep(1)
			context.WithTimeout(nil, 1)
			var fine sync.Locker
		}`
	file, err := parser.ParseFile(fset, "bad.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := bannedIn(t, parsed{fset, map[string]*ast.File{"bad.go": file}})
	for _, b := range bans {
		seen := slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, " "+b.what+": ") })
		if !seen {
			t.Errorf("%s was not found", b.what)
		}
	}
	if len(found) != len(bans) {
		t.Errorf("found %d places, want one for each of %d bans:\n%s", len(found), len(bans), strings.Join(found, "\n"))
	}
}

type parsed struct {
	fset  *token.FileSet
	files map[string]*ast.File
}

// coreFiles parses the package without its tests.
func coreFiles(t *testing.T) parsed {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	p := parsed{token.NewFileSet(), map[string]*ast.File{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if p.files[name], err = parser.ParseFile(p.fset, name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.files) < 20 {
		t.Fatalf("found %d source files: is this the package's directory?", len(p.files))
	}
	return p
}

func bannedIn(t *testing.T, p parsed) (found []string) {
	for name, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			for _, b := range bans {
				if n != nil && name != b.except && b.in(n) {
					found = append(found, fmt.Sprintf("%s: %s: %s", p.fset.Position(n.Pos()), b.what, b.reason))
				}
			}
			return true
		})
	}
	slices.Sort(found)
	return found
}

func is[N ast.Node](n ast.Node) bool {
	_, ok := n.(N)
	return ok
}

// selector finds uses of a package's names.
func selector(pkg string, banned func(name string) bool) func(ast.Node) bool {
	return func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		x, ok := sel.X.(*ast.Ident)
		return ok && x.Name == pkg && banned(sel.Sel.Name)
	}
}

func oneOf(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

func allBut(names ...string) func(string) bool {
	return func(name string) bool { return !slices.Contains(names, name) }
}
