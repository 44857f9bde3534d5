package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A reading is a room with one reader, whose batches are taken by hand.
type reading struct {
	t      tester
	room   *room
	reader *session
	other  *member
}

func newReading(t tester, cfg Config) *reading {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatalf("%v", err)
	}
	r := &reading{t: t, room: s.room, reader: &session{server: s}, other: &member{id: 2}}
	r.reader.member.id, r.reader.hold = 1, openEnd
	r.reader.out = outWriting // these tests are the writer
	r.apply(event{kind: eventJoin, who: r.other, name: mustParseName("other")})
	r.apply(event{kind: eventJoin, who: &r.reader.member, name: mustParseName("reader")})
	r.reader.joined, r.reader.state = true, stateActive
	r.reader.cursor = r.room.log.head // what came before is no matter here
	return r
}

func mustParseName(raw string) name {
	n, err := parseName([]byte(raw))
	if err != nil {
		panic(err)
	}
	return n
}

func (r *reading) apply(e event) {
	r.t.Helper()
	e.at = rigStart
	if err := r.room.apply(e); err != nil {
		r.t.Fatalf("%v", err)
	}
}

func (r *reading) say(text string) {
	r.t.Helper()
	r.apply(event{kind: eventSay, who: r.other, text: []byte(text)})
}

func (r *reading) sayOwn(text string) {
	r.t.Helper()
	r.apply(event{kind: eventSay, who: &r.reader.member, text: []byte(text)})
}

// batch is what the next Write would carry.
func (r *reading) batch() string {
	var b batch
	var scratch []byte
	r.reader.gather(&b)
	text, passed := b.bytes(&scratch)
	r.reader.passed += passed
	return string(text)
}

func said(text string) string { return rigTime + "[other]: " + text + "\n" }

func TestOutflowC3Positions(t *testing.T) {
	r := newReading(t, Config{})
	r.say("one")
	r.reader.push(notice("after one"))
	r.say("two")
	r.say("three")
	r.reader.push(notice("after three"))
	r.reader.push(notice("and another"))
	expect(t, "C3: each notice behind what was said before it", r.batch(),
		said("one")+"[SYSTEM]: after one\n"+said("two")+said("three")+"[SYSTEM]: after three\n[SYSTEM]: and another\n")
	expect(t, "M3: nothing twice", r.batch(), "")
	r.reader.push(notice("at once"))
	expect(t, "C3: at the head a notice goes out without a line", r.batch(), "[SYSTEM]: at once\n")
}

func TestOutflowC3Hold(t *testing.T) {
	r := newReading(t, Config{})
	r.say("before")
	r.reader.beginAnswer()
	r.say("after")
	expect(t, "C2: nobody queues a notice into an answer", r.reader.takes(notice("private")), false)
	expect(t, "C3: up to the answer", r.batch(), said("before"))
	expect(t, "C3: and no further while it is not there", r.batch(), "")
	r.reader.endAnswer(notice("answer"), notice("its second line"))
	expect(t, "C3: then the answer, then what came later", r.batch(), "[SYSTEM]: answer\n[SYSTEM]: its second line\n"+said("after"))
	expect(t, "C2: the hold is over", r.reader.takes(notice("private")), true)
}

func TestOutflowR4QueueBound(t *testing.T) {
	r := newReading(t, Config{})
	text := notice(strings.Repeat("x", 1000))
	for n := 0; r.reader.fits(text); n++ {
		r.reader.push(text)
	}
	if got := r.reader.noticeBytes; got > noticeBytesMax || got+len(text) <= noticeBytesMax {
		t.Fatalf("R4: %d bytes wait in a full queue of %d", got, noticeBytesMax)
	}
	if got := r.batch(); len(got) == 0 {
		t.Fatalf("R4: a full queue is not written")
	}
	expect(t, "R4: then there is room again", r.reader.fits(text), true)
}

// TestOutflowM4OwnLines: own lines do not come back, but where the echo was on when
// they were said.
func TestOutflowM4OwnLines(t *testing.T) {
	r := newReading(t, Config{})
	r.sayOwn("unread")
	r.say("one")
	r.apply(event{kind: eventEcho, who: &r.reader.member, echo: true})
	r.sayOwn("read")
	r.apply(event{kind: eventEcho, who: &r.reader.member})
	r.sayOwn("unread again")
	expect(t, "M4: in its place in the order", r.batch(), said("one")+rigTime+"[reader]: read\n")
	r.sayOwn("nothing else")
	expect(t, "M4: a batch of own lines is empty", r.batch(), "")
	expect(t, "M3: and done with", r.reader.cursor, r.room.log.head)
}

// TestOutflowR4Missed: N is exactly what would have been read, and answers due in
// the gap come behind it.
func TestOutflowR4Missed(t *testing.T) {
	r := newReading(t, Config{MaxMessage: 8, TranscriptBytes: 12 * lineBytesMax(8)})
	r.sayOwn("passed")
	r.say("read")
	expect(t, "R4: a reader that keeps up misses nothing", r.batch(), said("read"))
	from := r.room.log.head
	r.sayOwn("own")
	r.apply(event{kind: eventEcho, who: &r.reader.member, echo: true})
	r.sayOwn("echo")
	r.apply(event{kind: eventEcho, who: &r.reader.member})
	r.reader.push(notice("answer"))
	r.sayOwn("own")
	for r.room.log.tail() < from+10 {
		r.say("missed")
	}
	gap := r.room.log.tail() - from
	text := r.batch()
	want := fmt.Sprintf("[SYSTEM]: you missed %d lines\n[SYSTEM]: answer\n%s", gap-2, said("missed"))
	expect(t, "R4: echo counts, own lines do not, answers follow", text[:len(want)], want)
	held := r.room.log.head - r.room.log.tail()
	for more := r.batch(); more != ""; more = r.batch() {
		text += more
	}
	expect(t, "M3: and all that is held after it", strings.Count(text, said("missed")), int(held))
	expect(t, "O2: missed lines are counted", r.reader.server.stats.Missed, gap-2)

	own := r.room.log.tail()
	for r.room.log.tail() < r.room.log.head-1 && r.room.log.tail() < own+100 {
		r.sayOwn("own")
	}
	expect(t, "M3: who missed nothing but own lines is told nothing", r.batch(), "")
}

// TestOutflowC3OwnGap: a gap of nothing but own lines is passed without a word, and
// what was due in it comes before the next line, not behind a batch of them.
func TestOutflowC3OwnGap(t *testing.T) {
	r := newReading(t, Config{MaxMessage: 8, TranscriptBytes: 12 * lineBytesMax(8)})
	r.sayOwn("own")
	r.reader.push(notice("answer"))
	for len(r.room.log.chunks) == 1 {
		r.sayOwn("own")
	}
	for r.room.log.tail() == 0 {
		r.say("after")
	}
	want := "[SYSTEM]: answer\n" + said("after")
	text := r.batch()
	expect(t, "C3: the answer, then the lines said behind it", text[:min(len(text), len(want))], want)
}

func TestOutflowE1End(t *testing.T) {
	r := newReading(t, Config{})
	r.say("last")
	r.reader.push(notice("answer"))
	r.apply(event{kind: eventLeave, who: &r.reader.member, reason: LeftIdle})
	r.reader.state, r.reader.last = stateDisconnecting, notice("goodbye")
	r.say("after the end")
	expect(t, "E1, E2: all that is due, then the last line, never one's own leave line", r.batch(),
		said("last")+"[SYSTEM]: answer\n[SYSTEM]: goodbye\n")
	expect(t, "E1: then nothing", r.batch(), "")
	expect(t, "E1: and nothing is pending", r.reader.pending(), false)
}

// TestOutflowR4Batch: whatever is due goes out in batches of at most 64 KiB, whole
// and in order.
func TestOutflowR4Batch(t *testing.T) {
	r := newReading(t, Config{MaxMessage: 16 << 10, TranscriptBytes: 64 << 20})
	var want strings.Builder
	for n := range 200 {
		text := strings.Repeat("x", 37*n%5000)
		r.say(text)
		want.WriteString(said(text))
		if n%3 == 0 {
			r.reader.pushAt(r.room.log.head, notice(text))
			want.Write(notice(text))
		}
	}
	var got strings.Builder
	batches := 0
	for text := r.batch(); text != ""; text = r.batch() {
		if len(text) > batchBytesMax {
			t.Fatalf("R4: a write of %d bytes", len(text))
		}
		got.WriteString(text)
		batches++
	}
	expect(t, "M3: whole and in order", got.String() == want.String(), true)
	if least := got.Len() / batchBytesMax; batches < least {
		t.Fatalf("R4: %d batches for %d bytes", batches, got.Len())
	}
}

// TestOutflowModel: C3, M3, M4: whatever is queued and read when, the stream is what
// was said and answered, in that order, without one's own lines.
func TestOutflowModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newReading(t, Config{})
		var want, got strings.Builder
		text := rapid.StringMatching(`[a-z]{0,4}`)
		t.Repeat(map[string]func(*rapid.T){
			"others say": func(t *rapid.T) {
				s := text.Draw(t, "text")
				r.say(s)
				want.WriteString(said(s))
			},
			"reader says": func(t *rapid.T) { r.sayOwn(text.Draw(t, "text")) },
			"answer": func(t *rapid.T) {
				s := notice(text.Draw(t, "text"))
				r.reader.push(s)
				want.Write(s)
			},
			"long answer": func(t *rapid.T) {
				s := text.Draw(t, "text")
				r.reader.beginAnswer()
				r.say(s)
				got.WriteString(r.batch())
				r.reader.endAnswer(notice("1"), notice("2"))
				want.WriteString("[SYSTEM]: 1\n[SYSTEM]: 2\n" + said(s))
			},
			"read": func(t *rapid.T) { got.WriteString(r.batch()) },
		})
		for more := r.batch(); more != ""; more = r.batch() {
			got.WriteString(more)
		}
		expect(t, "C3, M3, M4: the stream", got.String(), want.String())
	})
}

// TestOutflowR4Skip and TestOutflowR4Kick: a reader that falls off the tail, over a
// connection.
func TestOutflowR4Skip(t *testing.T) {
	inRig(t, laggard(SlowSkip), func(t *testing.T, r *rig) {
		alice, bob, carol := r.join("alice"), r.join("bob"), r.join("carol")
		alice.read()
		bob.read()
		alice.stall()
		const lines = 500
		for n := range lines {
			bob.send(fmt.Sprintf("%d\n", n))
		}
		expect(t, "R4: nobody else misses anything", strings.Count(carol.read(), "[bob]: "), lines)
		alice.resume()
		text := alice.read()
		var missed int
		for line := range strings.Lines(text) {
			_, _ = fmt.Sscanf(line, "[SYSTEM]: you missed %d lines", &missed)
		}
		expect(t, "R4: N is exact", missed+strings.Count(text, "[bob]: "), lines)
		expect(t, "R4: told once", strings.Count(text, "you missed"), 1)
		expectIn(t, "R4: and reads on to the end", text, fmt.Sprintf("[bob]: %d\n", lines-1))
	})
}

func TestOutflowR4Kick(t *testing.T) {
	inRig(t, laggard(SlowKick), func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		alice.stall()
		bob.read()
		for n := 0; r.srv.Stats().Ended[LeftSlow] == 0; n++ {
			if n == 500 {
				t.Fatalf("R4: a laggard is not disconnected")
			}
			bob.send(fmt.Sprintf("%d\n", n))
		}
		bob.want("E1: the others read why", rigTime+"[SYSTEM]: alice has left our chat... (too slow)\n")
		r.join("alice")
	})
}

func laggard(policy SlowPolicy) Config {
	return Config{RateInterval: -1, MaxMessage: 8, TranscriptBytes: 12 * lineBytesMax(8), Slow: policy, WriteTimeout: time.Hour}
}
