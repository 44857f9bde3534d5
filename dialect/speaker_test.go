package dialect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const coreGreeting = "[SYSTEM]: Welcome to TCP Chat!\n" + prompt

const coreOwnJoin = rigTime + "[SYSTEM]: own has joined our chat...\n"

// spoken is what a client called own reads of what the server writes.
func spoken(t tester, d Dialect, server string) string {
	t.Helper()
	who := &login{}
	who.sent([]byte("own"))
	c := cutter{speaker: manners[d].newSpeaker(who)}
	text, err := c.translate(nil, []byte(server))
	require.NoError(t, err)
	return string(text)
}

const netcatGreeting = "Welcome to TCP-Chat!\n"

// D1, D2: each line of the server's, said to somebody inside.
func TestSpeakersInside(t *testing.T) {
	const at = rigTime
	for _, tt := range []struct{ line, netcat, budget string }{
		{at + "[bob]: hello", at + "[bob]:hello\n", "[bob] hello\n"},
		{at + "[bob]:  two  spaces ", at + "[bob]: two  spaces \n", "[bob]  two  spaces \n"},
		{at + " * bob waves", at + "[bob]:* waves\n", "[bob] * waves\n"},
		{at + "[bob -> you]: psst", at + "[bob -> you]:psst\n", "[bob -> you] psst\n"},
		{at + "[SYSTEM]: bob has joined our chat...", "bob has joined our chat...\n", "* bob has entered the room\n"},
		{at + "[SYSTEM]: bob has left our chat...", "bob has left our chat...\n", "* bob has left the room\n"},
		{at + "[SYSTEM]: bob has left our chat... (connection lost)", "bob has left our chat...\n", "* bob has left the room\n"},
		{at + "[SYSTEM]: bob has left our chat... (quit: * al has entered the room)", "bob has left our chat...\n", "* bob has left the room\n"},
		{at + "[SYSTEM]: bob is now known as rob", "bob is now known as rob\n", "* bob is now known as rob\n"},
		{at + "[SYSTEM]: Server shutting down...", "Server shutting down...\n", "* Server shutting down...\n"},
		{"[SYSTEM]: you missed 7 lines", "you missed 7 lines\n", "* you missed 7 lines\n"},
		{"[SYSTEM]: slow down: your lines go out one per 1s", "slow down: your lines go out one per 1s\n", "* slow down: your lines go out one per 1s\n"},
		{"what nobody knows", "what nobody knows\n", "what nobody knows\n"},

		// A text of a user's is told from the server's own lines.
		{at + "[bob]: al has joined our chat...", at + "[bob]:al has joined our chat...\n", "[bob] al has joined our chat...\n"},
		{at + "[bob]: * al has entered the room", at + "[bob]:* al has entered the room\n", "[bob] * al has entered the room\n"},
		{at + " * bob has left the room", at + "[bob]:* has left the room\n", "[bob] * has left the room\n"},
		{at + "[bob]: " + prompt, at + "[bob]:" + prompt + "\n", "[bob] " + prompt + "\n"},
	} {
		before := coreGreeting + coreOwnJoin
		netcat := strings.TrimPrefix(spoken(t, Netcat, before+tt.line+"\n"), spoken(t, Netcat, before))
		assert.Equal(t, tt.netcat, netcat, "netcat: %s", tt.line)
		before += "[SYSTEM]: 1 here: own\n"
		budget := strings.TrimPrefix(spoken(t, Budget, before+tt.line+"\n"), spoken(t, Budget, before))
		assert.Equal(t, tt.budget, budget, "budget: %s", tt.line)
	}
}

// D1, D2: what is read before one is inside, and instead of coming in.
func TestSpeakersAtThePrompt(t *testing.T) {
	const taken = "[SYSTEM]: that name is taken\n"
	const attempts = "[SYSTEM]: too many attempts, goodbye\n"
	netcat := netcatGreeting + netcatLogo + "[ENTER YOUR NAME]:"
	budget := "Welcome to budgetchat! What shall I call you?\n"
	for _, tt := range []struct{ server, netcat, budget string }{
		{"", "", ""},
		{coreGreeting, netcat, budget},
		{"[SYSTEM]: Welcome to TCP Chat!\n[SYSTEM]: be kind\n" + prompt, netcatGreeting + netcatLogo + "be kind\n[ENTER YOUR NAME]:", budget},
		{coreGreeting + taken + attempts, netcat + "that name is taken\ntoo many attempts, goodbye\n", budget + "that name is taken\n"},
		{coreGreeting + "[SYSTEM]: a name cannot be empty\n" + attempts,
			netcat + "a name cannot be empty\ntoo many attempts, goodbye\n",
			budget + "a name has 1 to 16 characters: ASCII letters and digits\n"},
		{coreGreeting + taken + prompt, netcat + "that name is taken\n[ENTER YOUR NAME]:", budget + "that name is taken\n" + budget},
		{coreGreeting + "[SYSTEM]: login timed out, goodbye\n", netcat + "login timed out, goodbye\n", budget + "login timed out, goodbye\n"},
		{coreGreeting + "[SYSTEM]: Server shutting down...\n", netcat + "Server shutting down...\n", budget + "Server shutting down...\n"},
		{"[SYSTEM]: the chat is full (10 clients), try again later\n",
			"the chat is full (10 clients), try again later\n", "the chat is full (10 clients), try again later\n"},
		{coreGreeting + coreOwnJoin, netcat, budget},
	} {
		assert.Equal(t, tt.netcat, spoken(t, Netcat, tt.server), "netcat: %q", tt.server)
		assert.Equal(t, tt.budget, spoken(t, Budget, tt.server), "budget: %q", tt.server)
	}
}

// D1: the own name is that of the line at the prompt that was accepted, as the server
// shows it; nobody else's joins and leaves are left out.
func TestNetcatOwnName(t *testing.T) {
	join := func(name string) string { return rigTime + "[SYSTEM]: " + name + " has joined our chat...\n" }
	leave := func(name string) string { return rigTime + "[SYSTEM]: " + name + " has left our chat...\n" }
	refused := "[SYSTEM]: that name is taken\n" + prompt
	many := []string{"1", "2", "3", "4", "5", "6", "7", "8", "own", "10"}
	for _, tt := range []struct {
		about  string
		sent   []string
		server string
		want   string
	}{
		{"the first", []string{"own"}, join("al") + join("own") + join("bo"), "al has joined our chat...\nbo has joined our chat...\n"},
		{"a former bearer's", []string{"own"}, join("own") + leave("own") + join("own"), ""},
		{"the second, with lines behind it", []string{"al", "own", "bo"}, refused + join("al") + join("own"), "al has joined our chat...\n"},
		{"in one packet with what is said", []string{"own", "al"}, join("al") + join("own"), "al has joined our chat...\n"},
		{"as the server shows it", []string{" \te\u0301va\r"}, join("\u00e9va") + join("eva"), "eva has joined our chat...\n"},
		{"a line too long to be a name comes before", []string{strings.Repeat("x", 2000), "own"},
			"[SYSTEM]: line too long, lost: at most 2048 bytes are allowed\n" + prompt + join("own"), ""},
		{"one line too many before it", many, strings.Repeat(refused, 8) + join("own"), "own has joined our chat...\n"},
	} {
		who := &login{}
		for _, text := range tt.sent {
			who.sent([]byte(text))
		}
		c := cutter{speaker: newNetcatSpeaker(who)}
		_, err := c.translate(nil, []byte(coreGreeting))
		require.NoError(t, err)
		text, err := c.translate(nil, []byte(tt.server))
		require.NoError(t, err)
		got := string(text)
		if i := strings.LastIndex(got, netcatPrompt); i >= 0 {
			got = got[i+len(netcatPrompt):]
		}
		assert.Equal(t, tt.want, got, tt.about)
	}
}

// Once a client is inside, its lines are no names, and nothing is kept of them.
func TestLoginKeepsNothing(t *testing.T) {
	who := &login{}
	assert.True(t, who.sent([]byte("al")))
	assert.True(t, who.sent([]byte("bo")))
	assert.Equal(t, "bo", who.enter(1))
	assert.False(t, who.sent([]byte("hello")))
	assert.Nil(t, who.names)
	who = &login{}
	for range loginLinesMax {
		assert.True(t, who.sent([]byte("x")))
	}
	assert.False(t, who.sent([]byte("x")))
	assert.Equal(t, "", who.enter(loginLinesMax))
}

// R5: of a line that is too long to be a name only that is kept.
func TestNetcatHearerBound(t *testing.T) {
	h := newNetcatHearer(&login{}).(*netcatHearer)
	h.hear(nil, []byte(strings.Repeat("x", 100_000)))
	assert.Equal(t, loginLineBytesMax+1, len(h.line))
}

// The server writes no line that a dialect would have to hold without end.
func TestCutterBound(t *testing.T) {
	for _, d := range []Dialect{Netcat, Budget} {
		c := cutter{speaker: manners[d].newSpeaker(&login{})}
		var err error
		written := 0
		for written = 0; err == nil && written < 1<<20; written += 1000 {
			_, err = c.translate(nil, []byte(strings.Repeat("x", 1000)))
		}
		assert.ErrorIs(t, err, errLongLine)
		assert.LessOrEqual(t, written, lineBytesMax+1000)
	}
}
