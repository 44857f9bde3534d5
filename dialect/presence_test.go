package dialect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// D2: between the own join line and the answer to /who anything may happen.
func TestArrival(t *testing.T) {
	const greeting = budgetPrompt
	said := func(name, text string) string { return rigTime + "[" + name + "]: " + text + "\n" }
	system := func(text string) string { return rigTime + "[SYSTEM]: " + text + "\n" }
	notice := func(text string) string { return "[SYSTEM]: " + text + "\n" }
	for _, tt := range []struct{ about, server, want string }{
		{"nobody", coreOwnJoin + notice("1 here: own"), "* The room contains: \n"},
		{"others", coreOwnJoin + notice("3 here: al, bo, own"), "* The room contains: al, bo\n"},
		{"a line said meanwhile comes behind the list",
			coreOwnJoin + said("al", "hi") + notice("2 here: al, own") + said("al", "ho"),
			"* The room contains: al\n[al] hi\n[al] ho\n"},
		{"a join meanwhile", coreOwnJoin + system("al has joined our chat...") + notice("2 here: al, own"),
			"* The room contains: \n* al has entered the room\n"},
		{"a leave meanwhile", coreOwnJoin + said("al", "bye") + system("al has left our chat... (idle)") + notice("1 here: own"),
			"* The room contains: al\n[al] bye\n* al has left the room\n"},
		{"a join and a leave", coreOwnJoin + system("al has joined our chat...") + said("al", "hi") +
			system("al has left our chat...") + notice("1 here: own"),
			"* The room contains: \n* al has entered the room\n[al] hi\n* al has left the room\n"},
		{"a leave and a join", coreOwnJoin + system("al has left our chat...") +
			system("al has joined our chat...") + notice("2 here: al, own"),
			"* The room contains: al\n* al has left the room\n* al has entered the room\n"},
		{"a rename", coreOwnJoin + system("al is now known as alma") + notice("2 here: alma, own"),
			"* The room contains: al\n* al is now known as alma\n"},
		{"an answer of two lines, overtaken between them",
			coreOwnJoin + notice("3 here: al, bo") + notice("you missed 4 lines") + notice("own") + said("al", "hi"),
			"* The room contains: al, bo\n* you missed 4 lines\n[al] hi\n"},
		{"overtaken before it read its join line",
			notice("you missed 4 lines") + notice("2 here: al, own"), "* The room contains: al\n* you missed 3 lines\n"},
		{"overtaken by nothing but its join line",
			notice("you missed 1 lines") + said("al", "hi") + notice("2 here: al, own"), "* The room contains: al\n[al] hi\n"},
		{"overtaken behind a line that was held",
			coreOwnJoin + said("al", "hi") + notice("you missed 4 lines") + said("al", "ho") + notice("2 here: al, own") + said("al", "hm"),
			"* The room contains: al\n* you missed 6 lines\n[al] hm\n"},
		{"another notice", coreOwnJoin + notice("slow down: your lines go out one per 1s") + notice("1 here: own"),
			"* The room contains: \n* slow down: your lines go out one per 1s\n"},
		{"the server stops meanwhile", coreOwnJoin + said("al", "hi") + system("Server shutting down..."),
			"* Server shutting down...\n"},
		{"the operator kicks meanwhile", coreOwnJoin + said("al", "hi") + notice("you were kicked, goodbye"),
			"* you were kicked, goodbye\n"},
		{"a list that only looks like one", coreOwnJoin + notice("1 here: own") + notice("3 here: al, bo, own"),
			"* The room contains: \n* 3 here: al, bo, own\n"},
	} {
		assert.Equal(t, greeting+tt.want, spoken(t, Budget, coreGreeting+tt.server), tt.about)
	}
}

// D2: what is held while the list is awaited is bounded, and what does not fit is
// counted.
func TestArrivalBound(t *testing.T) {
	line := rigTime + "[al]: " + strings.Repeat("x", 1000) + "\n"
	fits := arrivalBytesMax / len(line)
	for _, n := range []int{fits, fits + 1, 10 * fits} {
		got := spoken(t, Budget, coreGreeting+coreOwnJoin+strings.Repeat(line, n)+
			rigTime+"[SYSTEM]: bo has left our chat...\n"+"[SYSTEM]: 2 here: al, own\n"+rigTime+"[al]: hi\n")
		if n == fits {
			assert.Contains(t, got, "* The room contains: al, bo\n[al] x")
			assert.Equal(t, n, strings.Count(got, "[al] x"))
			continue
		}
		want := fmt.Sprintf("* The room contains: al\n* you missed %d lines\n[al] hi\n", n+1)
		assert.Equal(t, budgetPrompt+want, got)
	}
}

// A hall is a model of the room: who is in it, and the transcript of what happened,
// as the server writes it and as budget clients are to read it.
type hall struct {
	inside []string
	server []string
	budget []string
}

// act lets something happen.
func (h *hall) act(t *rapid.T) {
	names := []string{"al", "bo", "cy", "di", "has", "you2", "Al9"}
	name := rapid.SampledFrom(names).Draw(t, "name")
	at := slices.Index(h.inside, name)
	switch {
	case at < 0:
		h.inside = append(h.inside, name)
		h.add(rigTime+"[SYSTEM]: "+name+" has joined our chat...", "* "+name+" has entered the room")
	case rapid.IntRange(0, 2).Draw(t, "act") == 0:
		h.inside = slices.Delete(h.inside, at, at+1)
		h.add(rigTime+"[SYSTEM]: "+name+" has left our chat... (idle)", "* "+name+" has left the room")
	default:
		text := rapid.SampledFrom([]string{"hi", "* al has left the room", "own has joined our chat...", "2 here: al, own"}).Draw(t, "text")
		h.add(rigTime+"["+name+"]: "+text, "["+name+"] "+text)
	}
}

func (h *hall) add(server, budget string) {
	h.server, h.budget = append(h.server, server+"\n"), append(h.budget, budget+"\n")
}

// D2: wherever the answer to /who comes, the newcomer reads who was inside when it
// came in, and then every line from there on, as all others do.
func TestArrivalModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &hall{}
		for range rapid.IntRange(0, 12).Draw(t, "before") {
			h.act(t)
		}
		joined, there := len(h.server), slices.Sorted(slices.Values(h.inside))
		for range rapid.IntRange(0, 12).Draw(t, "meanwhile") {
			h.act(t)
		}
		answered := len(h.server)
		now := append(slices.Clone(h.inside), "own")
		slices.Sort(now)
		for range rapid.IntRange(0, 5).Draw(t, "behind") {
			h.act(t)
		}

		perLine := rapid.IntRange(1, 4).Draw(t, "names on a line")
		answer := fmt.Sprintf("[SYSTEM]: %d here: ", len(now))
		for i := range slices.Chunk(now, perLine) {
			answer += strings.Join(i, ", ") + "\n[SYSTEM]: "
		}
		answer = strings.TrimSuffix(answer, "[SYSTEM]: ")
		server := coreGreeting + coreOwnJoin + strings.Join(h.server[joined:answered], "") +
			answer + strings.Join(h.server[answered:], "")
		got := strings.SplitAfter(strings.TrimPrefix(spoken(t, Budget, server), budgetPrompt), "\n")

		list, ok := strings.CutPrefix(got[0], "* The room contains: ")
		require.True(t, ok, "first comes the list, not %q", got[0])
		var told []string
		if list != "\n" {
			told = strings.Split(strings.TrimSuffix(list, "\n"), ", ")
		}
		slices.Sort(told)
		require.Equal(t, strings.Join(there, " "), strings.Join(told, " "), "who was inside at the join")
		require.Equal(t, strings.Join(h.budget[joined:], ""), strings.Join(got[1:], ""), "every line from there on")
	})
}
