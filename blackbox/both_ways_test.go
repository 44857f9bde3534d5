package blackbox

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/chatd/blackbox/internal/lab"
	"example.com/chatd/chat"
)

// TestRightServers: nothing is broken about a right server, every case that its
// profile promises holds, and afterwards nobody is left in it.
func TestRightServers(t *testing.T) {
	for _, dialect := range []string{"netcat", "budget"} {
		t.Run(dialect, func(t *testing.T) {
			s := startLab(t, dialect, lab.Right)
			allHold(t, checkAll(t, s.Addr(), builtin(t, dialect), patience, floodBytes))
			assert.Eventually(t, s.Empty, patience, pollEvery, "connections are left")
		})
	}
	t.Run("guide", func(t *testing.T) {
		s := startLab(t, "guide", lab.Right)
		allHold(t, checkAll(t, s.Addr(), exampleProfile(t), patience, floodBytes))
		assert.Eventually(t, s.Empty, patience, pollEvery, "connections are left")
	})
	t.Run("chatd", func(t *testing.T) {
		addr, s := startChat(t, chat.Config{MaxClients: 10}, nil)
		p := builtin(t, "chatd")
		assert.NoError(t, p.Set("clients", "10"))
		allHold(t, checkAll(t, addr, p, patience, floodBytes))
		left := func() bool { st := s.Stats(); return st.Active+st.Pending == 0 }
		assert.Eventually(t, left, patience, pollEvery, "connections are left")
	})
	t.Run("chatd with its default limits", func(t *testing.T) {
		addr, _ := startChat(t, chat.Config{}, nil)
		r := checkAll(t, addr, builtin(t, "chatd"), patience, floodBytes)
		for _, res := range r.Results {
			if strings.HasPrefix(res.Case, "full") || res.Case == "place" {
				assert.Equal(t, NotApplicable, res.Verdict, res.Case)
			}
		}
		assert.Empty(t, brokenCases(r))
	})
}

func allHold(t *testing.T, r *Report) {
	t.Helper()
	for _, res := range r.Results {
		if res.Severity != "" {
			assert.Equal(t, Holds, res.Verdict, "%s: %s\n%s", res.Case, res.Finding, res.Lanes)
		}
	}
}

// anyCase stands for all cases: two lines that one sends may always come in one packet.
const anyCase = "any"

// A knob is one server with one fault, and the cases that it breaks: those always,
// and where the fault depends on how packets fall, perhaps others too.
type knob struct {
	dialect string
	fault   lab.Fault
	breaks  string
	may     string
}

var knobs = []knob{
	{"netcat", lab.NoGreeting, "greeting", ""},
	{"netcat", lab.NoJoinNotice, "join", ""},
	{"budget", lab.NoJoinNotice, "join", ""},
	{"netcat", lab.Squeezes, "talk", ""},
	{"budget", lab.Echoes, "echo", ""},
	{"netcat", lab.LeavesTwice, "leave", ""},
	{"netcat", lab.ResetIsSilent, "reset", ""},
	{"netcat", lab.SendsEmpty, "empty", ""},
	{"netcat", lab.SendsBlank, "blank", ""},
	{"netcat", lab.NoOrder, "order", "joiner half-close stalled catch-up"},
	{"netcat", lab.Backwards, "history joiner", ""},
	{"budget", lab.OldNews, "history joiner", ""},
	{"netcat", lab.Gap, "joiner", ""},
	{"netcat", lab.Repeat, "joiner", ""},
	{"budget", lab.ListsSelf, "presence", ""},
	{"netcat", lab.TellsUnnamed, "unjoined", "joiner"},
	{"netcat", lab.AcceptWaits, "silent", ""},
	{"budget", lab.ShortNames, "name-good", ""},
	{"netcat", lab.AnyName, "name-bad", ""},
	{"netcat", lab.Twins, "name-taken", ""},
	{"netcat", lab.CheckThenClaim, "name-race", ""},
	{"netcat", lab.CaseMatters, "name-case", ""},
	{"netcat", lab.System, "name-reserved", ""},
	{"netcat", lab.NameKept, "name-free", ""},
	{"netcat", lab.OneRead, "packet split early pipe", anyCase},
	{"netcat", lab.FirstOfRead, "packet early pipe", anyCase},
	{"netcat", lab.EndOfRead, "split", anyCase},
	{"netcat", lab.TwoReaders, "early pipe", ""},
	{"netcat", lab.KeepsCR, "crlf", ""},
	{"netcat", lab.EOFResets, "half-close pipe", ""},
	{"netcat", lab.ASCIIOnly, "unicode", ""},
	{"netcat", lab.CutsLong, "long", "endless"},
	{"netcat", lab.Crashes, "endless", ""},
	{"netcat", lab.RawEscapes, "escapes", ""},
	{"netcat", lab.RawCR, "carriage", ""},
	{"netcat", lab.WritesInLock, "stalled", ""},
	{"netcat", lab.Drops, "catch-up", ""},
	{"netcat", lab.NoLimit, "full full-told", ""},
	{"netcat", lab.FullResets, "full-told", ""},
	{"netcat", lab.PlaceLost, "full-told place", ""},
	{"netcat", lab.Chatters, "reset", "stalled catch-up"},
}

// TestKnobs: each fault breaks the cases made for it, and no other.
func TestKnobs(t *testing.T) {
	atOnce(t, len(knobs),
		func(i int) string { return knobs[i].dialect + ": " + string(knobs[i].fault) },
		func(i int) *Report {
			s := startLab(t, knobs[i].dialect, knobs[i].fault)
			return checkAll(t, s.Addr(), builtin(t, knobs[i].dialect), impatience, floodOf(knobs[i].breaks))
		},
		func(t *testing.T, i int, r *Report) { judgeKnob(t, r, knobs[i].breaks, knobs[i].may) })
}

// floodOf is how much is said while one does not read: enough where that is to go
// wrong, and little where it must not.
func floodOf(breaks string) int {
	const little = 16 << 10
	if strings.Contains(breaks, stalledCase.ID) || strings.Contains(breaks, catchUpCase.ID) {
		return floodBytes
	}
	return little
}

func judgeKnob(t *testing.T, r *Report, breaks, may string) {
	t.Helper()
	got := map[string]bool{}
	for _, res := range r.Results {
		if res.Verdict != Broken {
			continue
		}
		got[res.Case] = true
		assert.NotEmpty(t, res.Promise, res.Case)
		assert.NotEmpty(t, res.Finding, res.Case)
		assert.NotEmpty(t, res.Advice, res.Case)
		assert.Contains(t, res.Lanes, "=> ", "%s: no line is marked: %s", res.Case, res.Finding)
		if may != anyCase && !strings.Contains(" "+breaks+" "+may+" ", " "+res.Case+" ") {
			t.Errorf("%s is broken too: %s\n%s", res.Case, res.Finding, res.Lanes)
		}
	}
	for _, id := range strings.Fields(breaks) {
		assert.True(t, got[id], "%s is not broken", id)
	}
}

// atOnce makes n reports, several at a time whatever the number of processors, as
// they mostly wait, and judges each in a subtest.
func atOnce(t *testing.T, n int, name func(i int) string, report func(i int) *Report, verdict func(t *testing.T, i int, r *Report)) {
	const most = 32
	slots := make(chan struct{}, most)
	reports := make([]chan *Report, n)
	for i := range reports {
		reports[i] = make(chan *Report, 1)
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			reports[i] <- report(i)
		}()
	}
	for i, done := range reports {
		r := <-done
		t.Run(name(i), func(t *testing.T) { verdict(t, i, r) })
	}
}

// A bend is the real room with a limit of its own or with its bytes bent on the way,
// for what the small servers do not do.
type bend struct {
	what   string
	cfg    chat.Config
	set    string // key=value of the profile
	in     [2]string
	out    [2]string
	breaks string
}

var bends = []bend{
	{what: "names may be tried for ever", cfg: chat.Config{NameAttempts: -1}, breaks: "attempts"},
	{what: "no history", cfg: chat.Config{History: -1}, breaks: "history joiner"},
	{what: "longer texts", cfg: chat.Config{MaxMessage: 4096}, breaks: "over"},
	{what: "shorter texts", cfg: chat.Config{MaxMessage: 900}, breaks: "long"},
	{what: "no rate", cfg: chat.Config{RateInterval: -1}, breaks: "rate"},
	{what: "more places", cfg: chat.Config{MaxClients: -1}, set: "clients=10", breaks: "full full-told"},
	{what: "another greeting", out: [2]string{"Welcome", "Hello"}, breaks: "greeting"},
	{what: "telnet is text", in: [2]string{"\xff", "?"}, breaks: "telnet"},
	{what: "no eye for browsers", in: [2]string{"GET / HTTP/1.1", "GET me"}, breaks: "http"},
	{what: "a command less in the help", out: [2]string{"/who  ", "/wo  "}, breaks: "help"},
	{what: "who in other words", out: [2]string{" here: ", " are here: "}, breaks: "who in-place"},
	{what: "msg without direction", out: [2]string{" -> you]", "]"}, breaks: "msg"},
	{what: "me in other words", out: [2]string{"] * ", "] + "}, breaks: "me echo-on"},
	{what: "two slashes are one", in: [2]string{"//", "/"}, breaks: "slashes"},
	{what: "rename in other words", out: [2]string{"is now known as", "is known as"}, breaks: "rename"},
	{what: "rename-taken in other words", in: [2]string{"/name ", "/name x"}, breaks: "rename-taken rename"},
	{what: "echo in other words", out: [2]string{"echo is on", "echo on"}, breaks: "echo-on in-place"},
	{what: "unknown in other words", out: [2]string{"unknown command", "no such"}, breaks: "unknown"},
	{what: "a line too many behind a script", out: [2]string{"/who lists who is\n", "\n[SYSTEM]: surplus\n"}, breaks: "usage"},
	{what: "quit in other words", out: [2]string{"(quit: ", "(quits: "}, breaks: "quit"},
}

// slowCases take long and are left out where they are not what is bent: the knobs
// prove them.
var slowCases = []string{rateCase.ID, stalledCase.ID, catchUpCase.ID}

// TestBends: what only the real room does is found missing where it is bent.
func TestBends(t *testing.T) {
	atOnce(t, len(bends),
		func(i int) string { return bends[i].what },
		func(i int) *Report {
			b := bends[i]
			addr, _ := startChat(t, b.cfg, func(ln net.Listener) net.Listener { return &bentListener{ln, b} })
			p := builtin(t, "chatd")
			if key, value, ok := strings.Cut(b.set, "="); ok {
				assert.NoError(t, p.Set(key, value))
			}
			return checkSome(t, addr, p, impatience, floodOf(b.breaks), func(id string) bool {
				return !slices.Contains(slowCases, id) || strings.Contains(b.breaks, id)
			})
		},
		func(t *testing.T, i int, r *Report) { judgeKnob(t, r, bends[i].breaks, "") })
}

// TestEveryCaseIsProven: each case is broken by a knob or a bend.
func TestEveryCaseIsProven(t *testing.T) {
	proven := map[string]bool{}
	for _, k := range knobs {
		for _, id := range strings.Fields(k.breaks) {
			proven[id] = true
		}
	}
	for _, b := range bends {
		for _, id := range strings.Fields(b.breaks) {
			proven[id] = true
		}
	}
	for _, name := range BuiltinNames() {
		for _, c := range Cases(builtin(t, name)) {
			assert.True(t, proven[c.ID], "nothing breaks %s", c.ID)
			assert.NotEmpty(t, c.Advice, c.ID)
		}
	}
}
