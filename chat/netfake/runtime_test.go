package netfake

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watchfulRuntime is for one task: it fails if two of its locks are held at once
// or if anything waits.
type watchfulRuntime struct {
	t     *testing.T
	tasks int
	locks int
	held  int
}

func (r *watchfulRuntime) Go(_ string, f func())    { r.tasks++; f() }
func (r *watchfulRuntime) NewMutex() sync.Locker    { r.locks++; return (*watchfulLock)(r) }
func (r *watchfulRuntime) NewCond(sync.Locker) Cond { return (*watchfulCond)(r) }

type watchfulLock watchfulRuntime

func (l *watchfulLock) Lock() {
	l.held++
	assert.Equal(l.t, 1, l.held, "two locks at once")
}

func (l *watchfulLock) Unlock() { l.held-- }

type watchfulCond watchfulRuntime

func (c *watchfulCond) Wait()      { c.t.Fatal("a wait in a test that should need none") }
func (c *watchfulCond) Signal()    { assert.Equal(c.t, 1, c.held, "a signal without the lock") }
func (c *watchfulCond) Broadcast() { assert.Equal(c.t, 1, c.held, "a broadcast without the lock") }

func TestOneLockAtATime(t *testing.T) {
	rt := &watchfulRuntime{t: t}
	clock := NewManualClockOn(noon, rt)
	n := New(Config{Clock: clock, Runtime: rt, Latency: time.Second})
	l, err := n.Listen(":0")
	require.NoError(t, err)
	client, err := n.Dial(l.Addr().String())
	require.NoError(t, err)
	server, err := l.Accept()
	require.NoError(t, err)
	_, err = n.Dial(l.Addr().String())
	require.NoError(t, err)

	client.SetDeadline(clock.Now().Add(time.Minute))
	l.SetDeadline(clock.Now().Add(time.Minute))
	client.Write([]byte("question"))
	clock.Advance(time.Second)
	server.Read(make([]byte, 100))
	server.Write([]byte("answer"))
	clock.Advance(time.Minute)
	client.Close()
	server.Close()
	l.Close()
	clock.Advance(time.Minute)
	assert.Equal(t, 3, rt.locks, "listener, two connections")
	assert.Zero(t, clock.Pending())
	assert.Zero(t, rt.held)
}

// What a test calls to command and to break takes one lock at a time too.
func TestOneLockAtATimeUnderCommand(t *testing.T) {
	rt := &watchfulRuntime{t: t}
	n := New(Config{Clock: NewManualClockOn(noon, rt), Runtime: rt, Command: true})
	l, err := n.Listen(":0")
	require.NoError(t, err)
	l.BreakAccepted(1)
	for range 4 {
		c, err := n.Dial(l.Addr().String())
		require.NoError(t, err)
		c.Hand().Write([]byte("question"))
		c.Out().Pass(3)
		_, err = l.Accept()
		require.NoError(t, err)
	}
	n.Partition(TwoWay("", ""), Dropping).Heal()
	n.Flush()
	conns := n.Conns()
	conns[1].Vanish()
	conns[1].Reboot()
	conns[2].Clog(time.Second)
	conns[2].Out().Drop()
	conns[3].Peer().Hand().Close()
	n.Heal()
	n.Flush()
	for _, c := range n.OpenEnds() {
		c.Hand().Close()
	}
	n.Flush()
	assert.Empty(t, n.Conns())
	assert.True(t, n.Ledger().Balanced())
	assert.Zero(t, rt.held)
}

// Why something is banned.
const (
	whyRuntime = "netfake blocks only through Config.Runtime, which may run one task at a time"
	whyImports = "netfake is useful on its own: standard library only"
)

// TestBans reads the package's source for what would escape the Runtime.
func TestBans(t *testing.T) {
	files := token.NewFileSet()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, e.Name(), nil, 0)
		require.NoError(t, err)
		checkImports(t, e.Name(), file)
		if e.Name() != "runtime.go" {
			checkBlocking(t, files, file)
		}
	}
}

func checkImports(t *testing.T, name string, file *ast.File) {
	for _, i := range file.Imports {
		first, _, _ := strings.Cut(strings.Trim(i.Path.Value, `"`), "/")
		assert.NotContains(t, first, ".", "%s imports %s: %s", name, i.Path.Value, whyImports)
	}
}

func checkBlocking(t *testing.T, files *token.FileSet, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		banned := ""
		switch n := n.(type) {
		case *ast.ChanType:
			banned = "a channel"
		case *ast.SelectStmt:
			banned = "select"
		case *ast.GoStmt:
			banned = "a go statement"
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "sync" && n.Sel.Name != "Locker" {
				banned = "sync." + n.Sel.Name
			}
		}
		if banned != "" {
			t.Errorf("%v: %s: %s", files.Position(n.Pos()), banned, whyRuntime)
		}
		return true
	})
}
