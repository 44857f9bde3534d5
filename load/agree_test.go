package load

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/chatd/chat/check"
)

// A story is a right history of a small room: what each client reads of it, in order.
// Client 0 observes: it joins first, says nothing and reads everything.
type story struct {
	run     *Run
	clients []*told
	steps   []step
	order   []string // the lines of the room
}

// A step is what happens next: somebody joins, or a message is said.
type step struct {
	joins *told
	says  message
}

// told is one client of a story. Those with a sender talk.
type told struct {
	*member
	label string
	conn  net.Conn // the other side
	sent  []string
	lines []heard // from its join line on
}

// heard is a line that a client reads; of the room's, at is its place there.
type heard struct {
	text    string
	message bool
}

func newStory(t require.TestingT, senders int) *story {
	r, err := New(Config{Addr: "127.0.0.1:1", Clients: senders + 1, Senders: senders, Rate: 100, Warmup: -1, Seed: 7})
	require.NoError(t, err)
	return &story{run: r}
}

func (s *story) add(sender int) *told {
	m := s.run.newMember(sender, healthy)
	m.dialled = time.Now()
	c := &told{member: m, label: fmt.Sprintf("r%d", m.number)}
	if sender >= 0 {
		c.label = fmt.Sprintf("s%d", sender)
	}
	m.conn, c.conn = net.Pipe()
	s.clients = append(s.clients, c)
	return c
}

func (s *story) end() {
	for _, c := range s.clients {
		_ = c.member.conn.Close()
		_ = c.conn.Close()
	}
}

const stamp = "[2026-01-02 15:04:05]"

// drawStory draws who is there and what is said. Receivers may come late; talkers are
// there from the beginning, as in a run.
func drawStory(t *rapid.T) *story {
	s := newStory(t, rapid.IntRange(1, 3).Draw(t, "senders"))
	s.join(s.add(-1))
	for sender := range s.run.cfg.Senders {
		s.join(s.add(sender))
	}
	seq := make([]uint32, s.run.cfg.Senders)
	for range rapid.IntRange(3, 20).Draw(t, "steps") {
		if rapid.IntRange(0, 5).Draw(t, "joins") == 0 {
			s.join(s.add(-1))
			continue
		}
		sender := rapid.IntRange(0, len(seq)-1).Draw(t, "who")
		seq[sender]++
		s.say(message{sender: sender, seq: seq[sender], run: s.run.ledger.run, due: time.Duration(len(s.steps)) * time.Millisecond})
	}
	return s
}

func (s *story) join(c *told) {
	s.steps = append(s.steps, step{joins: c})
	s.heard(heard{text: stamp + "[SYSTEM]: " + c.name + " has joined our chat..."}, -1, len(s.steps))
}

func (s *story) say(m message) {
	text := string(m.append(nil, s.run.cfg.Seed, s.run.cfg.Size, false))
	by := s.clients[m.sender+1]
	by.sent = append(by.sent, text)
	s.steps = append(s.steps, step{says: m})
	s.heard(heard{text: stamp + "[" + by.name + "]: " + text, message: true}, m.sender, len(s.steps))
}

// heard adds a line to what everybody inside reads, but for who said it (M4).
func (s *story) heard(line heard, sender, _ int) {
	s.order = append(s.order, line.text)
	for _, c := range s.clients {
		if c.sender < 0 || c.sender != sender {
			c.lines = append(c.lines, line)
		}
	}
}

// feed gives a client its next line.
func (s *story) feed(c *told, line heard) {
	var b batch
	_ = c.member.line([]byte(line.text), s.run.now(), &b)
	c.flush(&b)
}

// play plays the story to the engine: everybody joins when it is their turn; then they
// read, the observer first and talkers last.
func (s *story) play() {
	for _, step := range s.steps {
		if c := step.joins; c != nil {
			s.feed(c, c.lines[0])
			continue
		}
		s.run.ledger.senders[step.says.sender].begin(step.says.seq, s.run.now())
	}
	for _, talks := range []bool{false, true} {
		for _, c := range s.clients {
			if (c.sender >= 0) == talks {
				for _, line := range c.lines[1:] {
					s.feed(c, line)
				}
			}
		}
	}
}

// broken says what the engine found.
func (s *story) broken() []string {
	var all []string
	for _, b := range s.run.broken {
		all = append(all, b.Promise+" "+b.Client+": "+b.Sentence)
	}
	for _, c := range s.clients {
		passed, behind := c.judge.missing(s.run.final())
		if lost := passed + behind - min(passed+behind, c.judge.counts.told); lost > 0 {
			all = append(all, fmt.Sprintf("M3 %s: lost %d", c.name, lost))
		}
	}
	return all
}

// observations are the same lines as package check takes them.
func (s *story) observations() (check.Profile, []check.Observation) {
	p := check.Chat()
	p.History = 0
	var all []check.Observation
	for i, c := range s.clients {
		o := check.Observation{Client: c.label, Facts: check.Facts{Observer: i == 0, KeepsUp: true, Processed: true}}
		for _, line := range append([]string{c.name}, c.sent...) {
			o.Sent = append(o.Sent, check.Sent{Line: line})
		}
		o.Bytes = append(o.Bytes, p.Greeting+p.Prompt...)
		for _, line := range c.lines {
			o.Bytes = append(append(o.Bytes, line.text...), '\n')
		}
		o.Reads = []check.Read{{End: len(o.Bytes)}}
		all = append(all, o)
	}
	return p, all
}

// damage changes what one receiver reads. What is restricted is what the engine does not
// judge, for it knows only messages and only their texts:
//
//   - only messages are damaged: join lines and notices have no number of their own, nor
//     are the time and the name in front of a text under its checksum; a text that does
//     not begin with # may be anybody's;
//   - what "you missed N lines" stands for are messages alone: which of the N were join
//     lines the engine cannot know, and takes the server's side;
//   - N is not too great, for the same reason;
//   - talkers and those who came late read behind the observer (see play): who is the
//     first to read two senders' messages in another order is not the one who notices.
func damage(t *rapid.T, c *told) {
	if rapid.Bool().Draw(t, "announced") {
		leaveOut(t, c)
	}
	for range rapid.IntRange(0, 3).Draw(t, "damages") {
		var at []int
		for i, line := range c.lines {
			if line.message {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return
		}
		i := rapid.SampledFrom(at).Draw(t, "at")
		switch rapid.SampledFrom([]string{"drop", "repeat", "swap", "byte"}).Draw(t, "damage") {
		case "drop":
			c.lines = slices.Delete(c.lines, i, i+1)
		case "repeat":
			c.lines = slices.Insert(c.lines, i, c.lines[i])
		case "swap":
			if i+1 < len(c.lines) && c.lines[i+1].message {
				c.lines[i], c.lines[i+1] = c.lines[i+1], c.lines[i]
			}
		case "byte":
			text := []byte(c.lines[i].text)
			from := strings.Index(c.lines[i].text, "]: #") + 4
			k := rapid.IntRange(from, len(text)-1).Draw(t, "byte")
			b := rapid.ByteRange(' ', '~').Draw(t, "to")
			if text[k] == b {
				b ^= 1
			}
			text[k] = b
			// A message that is none any more is still damaged as a whole line.
			c.lines[i].text = string(text)
		}
	}
}

// leaveOut leaves messages out and says so, mostly with the right number.
func leaveOut(t *rapid.T, c *told) {
	from := rapid.IntRange(1, len(c.lines)).Draw(t, "from")
	to := from
	for most := from + rapid.IntRange(1, 5).Draw(t, "most"); to < min(most, len(c.lines)) && c.lines[to].message; {
		to++
	}
	n := to - from
	if n == 0 {
		return
	}
	if n > 1 && rapid.IntRange(0, 3).Draw(t, "fewer") == 0 {
		n--
	}
	c.lines = slices.Replace(c.lines, from, to, heard{text: fmt.Sprintf("[SYSTEM]: you missed %d lines", n)})
}

// The engine's judge and the oracles of package check agree, line for line the same, on
// whether something is broken.
func TestJudgeAgreesWithOracles(t *testing.T) {
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		defer s.end()
		damage(t, s.clients[rapid.IntRange(1, len(s.clients)-1).Draw(t, "victim")])
		s.play()
		found := check.All(s.observations())
		broken := s.broken()
		seen[len(found) > 0]++
		if (len(found) > 0) != (len(broken) > 0) {
			for _, c := range s.clients {
				for _, line := range c.lines {
					t.Logf("%s %.60s", c.label, line.text)
				}
			}
			t.Fatalf("check: %v\nengine: %q", found, broken)
		}
	})
	require.Positive(t, seen[true], "no story was broken")
	require.Positive(t, seen[false], "every story was broken")
}

// However the reading of a right history interleaves, and however late a newcomer reads
// its join line or where its history begins, nothing is found.
func TestJudgeFindsNothingInARightStory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		defer s.end()
		for _, c := range s.clients[1:] {
			if c.sender < 0 {
				s.remember(c, rapid.IntRange(0, 4).Draw(t, "history"))
			}
			if rapid.IntRange(0, 3).Draw(t, "announced") == 0 {
				leaveOutRightly(t, c)
			}
		}
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 0))
		room := 0 // lines of the room so far
		at := make([]int, len(s.clients))
		for _, step := range s.steps {
			if step.joins == nil {
				s.run.ledger.senders[step.says.sender].begin(step.says.seq, s.run.now())
			}
			room++
			for range chance.IntN(4) {
				s.catchUp(chance.IntN(len(s.clients)), at, s.order[:room], chance.IntN(5))
			}
		}
		for _, i := range chance.Perm(len(s.clients)) {
			s.catchUp(i, at, s.order, len(s.order)+10)
		}
		require.Empty(t, s.broken())
	})
}

// remember gives a newcomer the last n lines before its join line.
func (s *story) remember(c *told, n int) {
	at := slices.Index(s.order, c.lines[0].text)
	for i := at - 1; i >= max(at-n, 0); i-- {
		c.lines = slices.Insert(c.lines, 0, heard{text: s.order[i], message: strings.Contains(s.order[i], "]: #")})
	}
}

func leaveOutRightly(t *rapid.T, c *told) {
	own := slices.IndexFunc(c.lines, func(l heard) bool { return strings.Contains(l.text, ": "+c.name+" has joined") })
	if own+1 >= len(c.lines) {
		return
	}
	from := rapid.IntRange(own+1, len(c.lines)-1).Draw(t, "from")
	to := rapid.IntRange(from+1, len(c.lines)).Draw(t, "to")
	c.lines = slices.Replace(c.lines, from, to, heard{text: fmt.Sprintf("[SYSTEM]: you missed %d lines", to-from)})
}

// catchUp lets a client read up to n lines of what it has coming, as far as the room has
// said them.
func (s *story) catchUp(i int, at []int, room []string, n int) {
	c := s.clients[i]
	for ; n > 0 && at[i] < len(c.lines); n-- {
		line := c.lines[at[i]]
		if !slices.Contains(room, line.text) && (len(room) < len(s.order) || strings.HasPrefix(line.text, stamp)) {
			return
		}
		s.feed(c, line)
		at[i]++
	}
}
