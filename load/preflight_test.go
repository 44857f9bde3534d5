package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/load/badserver"
)

// A limit that would be measured instead of the server ends the run before it begins,
// with the server's words and what lifts it.
func TestPreflightNamesTheRate(t *testing.T) {
	t.Parallel()
	sc := lifted()
	sc.RateInterval, sc.RateBurst = 0, 0 // the defaults
	c := short(chatServer(t, sc).Addr().String())
	c.Self = false
	res := do(t, c)
	require.Equal(t, codeInvalid, res.Verdict.Code, res.Verdict.Text)
	require.True(t, res.Verdict.Partial)
	require.Contains(t, res.Verdict.Text, "slow down: your lines go out one per 1s")
	require.Contains(t, res.Verdict.Text, "-rate-interval 0")
	require.Zero(t, res.Totals.Sent)
}

func TestPreflightNamesTheClients(t *testing.T) {
	t.Parallel()
	sc := lifted()
	sc.MaxClients = 5
	c := short(chatServer(t, sc).Addr().String())
	c.Stall = 1
	res := do(t, c)
	require.Equal(t, codeInvalid, res.Verdict.Code, res.Verdict.Text)
	require.Contains(t, res.Verdict.Text, "4 of 9 clients were not let in")
	require.Contains(t, res.Verdict.Text, "the chat is full (5 clients)")
	require.Contains(t, res.Verdict.Text, "-max-clients")
}

// A server without limits is let pass, also one that answers no /who.
func TestPreflightPasses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{
		chatServer(t, lifted()).Addr().String(),
		badServer(t, badserver.Config{}).Addr().String(),
	} {
		c := short(addr)
		c.Self, c.Stages = false, []Stage{{Span: 500 * time.Millisecond}}
		res := do(t, c)
		whole(t, res)
		assert.Positive(t, res.Totals.Delivered)
	}
}
