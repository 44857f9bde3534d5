package blackbox

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const smallest = "name = x\nprompt = \"who? \"\nline = <{name}> {text}\n"

// TestBuiltinProfiles: the three are there, and name only cases that exist.
func TestBuiltinProfiles(t *testing.T) {
	assert.Equal(t, []string{"budget", "chatd", "netcat"}, BuiltinNames())
	for _, name := range BuiltinNames() {
		p := builtin(t, name)
		assert.Equal(t, name, p.Name)
		assert.NotEmpty(t, p.About)
		assert.NotEmpty(t, p.Port)
		for _, id := range []string{"greeting", "talk", "stalled"} {
			assert.NotEmpty(t, p.Severity(id), "%s: %s", name, id)
		}
	}
	_, err := Builtin("irc")
	assert.ErrorContains(t, err, "budget, chatd, netcat")
}

// TestProfileErrors: what cannot be meant is refused, and the error says where.
func TestProfileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                              "the key name is missing",
		"name = x\nline = {text}\n":                     "one of prompt and prompt-line",
		smallest + "prompt-line = {any}\n":              "one of prompt and prompt-line",
		"name = x\nprompt = y\n":                        "the key line is missing",
		smallest + "colour = red\n":                     `line 4: there is no key "colour"`,
		smallest + "nonsense\n":                         `line 4: "nonsense" is no key = value`,
		smallest + `joined = "half` + "\n":              "is no string in double quotes",
		smallest + "joined = {nobody}\n":                "joined: \"{nobody}\": there is no placeholder {nobody}",
		smallest + "joined = {name\n":                   "a { without its }",
		smallest + "left = {time} {name}\n":             "needs the key time",
		smallest + "echo = maybe\n":                     `echo: "maybe" is none of any, no, yes`,
		smallest + "clients = many\n":                   `clients: "many" is no number`,
		smallest + "rate = 5\n":                         "is no rate like 5/1s",
		smallest + "rate = 0/1s\n":                      "is no rate like 5/1s",
		smallest + "must = greeting sing\n":             `there is no case "sing"`,
		smallest + "note sing = x\n":                    `note: there is no case "sing"`,
		smallest + "ack = joined\n":                     "ack names a form that the profile has not",
		smallest + "script a M1\n":                      "a script has a name, a promise and a title",
		smallest + "script a M1 t\n":                    "the script a has no end",
		smallest + "script a M1 t\nend\n":               "script a: it has no steps",
		smallest + "script a M1 t\nhello\n":             "is no step like",
		smallest + "script talk M1 t\nann> x\nend\n":    "there are two cases called talk",
		smallest + "script a M1 t\nann< {bob} x\nend\n": "there is no placeholder {bob}",
	} {
		_, err := ParseProfile(strings.NewReader(text))
		assert.ErrorContains(t, err, want, text)
	}
	_, err := ParseProfile(strings.NewReader(smallest))
	assert.NoError(t, err)
}

// TestProfileSet: a key changed afterwards replaces what the file said.
func TestProfileSet(t *testing.T) {
	p := builtin(t, "netcat")
	require.NoError(t, p.Set("clients", "3"))
	require.NoError(t, p.Set("rate", "2/500ms"))
	require.NoError(t, p.Set("bad-name", `"a b"`))
	require.NoError(t, p.Set("must", "escapes"))
	require.NoError(t, p.Set("skip", "history"))
	require.NoError(t, p.Set("joined", "{name} is here"))
	assert.Equal(t, 3, p.clients)
	assert.Equal(t, 2, p.burst)
	assert.Equal(t, 500*time.Millisecond, p.interval)
	assert.Equal(t, []string{"a b"}, p.badNames)
	assert.Equal(t, Must, p.Severity("escapes"))
	assert.Equal(t, Severity(""), p.Severity("history"))
	assert.Equal(t, joined, p.parse("ann is here").kind)
	assert.Error(t, p.Set("colour", "red"))
	assert.Error(t, p.Set("clients", "many"))
	assert.Error(t, p.Set("must", "sing"))
}

// TestParseLine: what a line is, in each dialect.
func TestParseLine(t *testing.T) {
	for _, c := range []struct {
		profile, raw string
		want         line
	}{
		{"chatd", "[2026-01-02 15:04:05][ann]: hi: you", line{kind: say, time: "2026-01-02 15:04:05", from: "ann", text: "hi: you"}},
		{"chatd", "[2026-01-02 15:04:05][SYSTEM]: ann has joined our chat...", line{kind: joined, time: "2026-01-02 15:04:05", from: "ann"}},
		{"chatd", "[2026-01-02 15:04:05][SYSTEM]: ann has left our chat... (idle)", line{kind: left, time: "2026-01-02 15:04:05", from: "ann"}},
		{"chatd", "[SYSTEM]: you missed 7 lines", line{kind: missed, n: 7}},
		{"chatd", "[SYSTEM]: that name is taken", line{kind: notice, text: "that name is taken"}},
		{"chatd", "[2026-01-02 15:04:05] * ann waves", line{kind: also, time: "2026-01-02 15:04:05", from: "ann", text: "waves"}},
		{"chatd", "[2026-01-02 15:04:05][ann]: [2026-01-02 15:04:05][SYSTEM]: bob has left our chat...",
			line{kind: say, time: "2026-01-02 15:04:05", from: "ann", text: "[2026-01-02 15:04:05][SYSTEM]: bob has left our chat..."}},
		{"chatd", "hello", line{kind: unknown}},
		{"chatd", "[2026-01-02 15:04:05][ann] hi", line{kind: unknown}},
		{"netcat", "[2026-01-02 15:04:05][ann]:hi", line{kind: say, time: "2026-01-02 15:04:05", from: "ann", text: "hi"}},
		{"netcat", "[2026-01-02 15:04:05][ann]:bob has left our chat...", line{kind: say, time: "2026-01-02 15:04:05", from: "ann", text: "bob has left our chat..."}},
		{"netcat", "ann has left our chat...", line{kind: left, from: "ann"}},
		{"budget", "[ann] * bob has left the room", line{kind: say, from: "ann", text: "* bob has left the room"}},
		{"budget", "* ann has entered the room", line{kind: joined, from: "ann"}},
		{"budget", "* The room contains: ann, bob", line{kind: presence, names: []string{"ann", "bob"}}},
		{"budget", "* The room contains:", line{kind: presence}},
	} {
		c.want.raw = c.raw
		got := builtin(t, c.profile).parse(c.raw)
		if len(got.names) == 0 {
			got.names = nil
		}
		assert.Equal(t, c.want, got, c.raw)
	}
}

// TestStrip: prompts that show one's own empty line are not part of what comes
// behind them.
func TestStrip(t *testing.T) {
	p := builtin(t, "netcat")
	const own, other = "[2026-01-02 15:04:05][ann]:", "[2026-01-02 15:04:05][bob]:hi"
	for raw, want := range map[string]string{
		own:                     "",
		own + own:               "",
		own + other:             other,
		own + own + other:       other,
		own + "hello":           own + "hello", // her own line, sent back
		own + own + "hello":     own + own + "hello",
		other:                   other,
		"bob has left our chat": "bob has left our chat",
	} {
		assert.Equal(t, want, p.strip(raw, "ann"), raw)
	}
	assert.Equal(t, own, p.strip(own, ""), "nobody's prompt")
}
