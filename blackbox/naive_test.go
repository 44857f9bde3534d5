package blackbox

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startNaive builds a server of testdata/naive and runs it until the test ends.
func startNaive(t *testing.T, name string) (addr string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), name)
	build := exec.Command("go", "build", "-o", binary, "./testdata/naive/"+name)
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.Command(binary, "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(strings.TrimPrefix(line, "Listening on "))
}

// TestNaiveMutex: a server that passes the audit, with the bugs it really has named.
func TestNaiveMutex(t *testing.T) {
	t.Parallel()
	r := checkAll(t, startNaive(t, "mutex"), builtin(t, "netcat"), impatience, floodBytes)
	verdicts(t, r, Holds, "greeting join talk leave reset empty blank history unjoined silent name-good name-bad name-taken name-free crlf full")
	verdicts(t, r, Broken, "packet"+ // one Read is taken for one message
		" split early pipe"+ //            and again, in the other direction
		" escapes carriage"+ //            text is sent on as it came
		" name-case name-reserved"+ //     names are compared byte for byte
		" stalled") //                     the lock is held while writing
	// Not seen every time: the gap between history and joining (joiner), the name
	// that is looked up and put in later (name-race), Close with unread input
	// (full-told).
}

// TestNaiveHub: the channels of a book's chapter, and what they do not give.
func TestNaiveHub(t *testing.T) {
	t.Parallel()
	r := checkAll(t, startNaive(t, "hub"), builtin(t, "budget"), impatience, floodBytes)
	verdicts(t, r, Holds, "greeting talk leave order history presence silent name-good packet split early half-close long pipe")
	verdicts(t, r, Broken, "join echo"+ // who enters or speaks is told of itself
		" unjoined"+ //                    one that never entered leaves
		" name-bad"+ //                    only the empty name is refused
		" stalled") //                     the hub waits for each client
}

func verdicts(t *testing.T, r *Report, v Verdict, ids string) {
	t.Helper()
	for _, id := range strings.Fields(ids) {
		for _, res := range r.Results {
			if res.Case == id {
				assert.Equal(t, v, res.Verdict, "%s: %s\n%s", id, res.Finding, res.Lanes)
			}
		}
	}
}
