package sim

import (
	"bytes"
	"fmt"
	"strings"

	"example.com/chatd/chat/check"
)

// A pipe is one direction of a connection: what was written, and how much of it
// has been read.
type pipe struct {
	written, read int64
	spans         []span // written and not read to the end
}

// A span is bytes that were written together.
type span struct {
	a, b int64
	row  int
	said []string
	task string
}

// write notes that all that was written is now n bytes.
func (p *pipe) write(n int64, row int) {
	p.spans = append(p.spans, span{a: p.written, b: n, row: row})
	p.written = n
}

func (p *pipe) last() *span {
	if len(p.spans) == 0 {
		return nil
	}
	return &p.spans[len(p.spans)-1]
}

// say notes which line the last bytes ended.
func (p *pipe) say(sent *check.Sent) {
	if s := p.last(); s != nil {
		text := fmt.Sprintf("%q", sent.Line)
		if sent.Lost {
			text = "a line that is too long"
		}
		s.said = append(s.said, text)
	}
}

func (p *pipe) by(task string) {
	if s := p.last(); s != nil {
		s.task = task
	}
}

// take notes that all that was read is now n bytes, and returns them as packets.
func (p *pipe) take(n int64, row, lane int, up bool, task string) (all []packet) {
	for p.read < n && len(p.spans) > 0 {
		s := &p.spans[0]
		k := s.packet(lane, up, row)
		k.a, k.b = p.read, min(n, s.b)
		if task != "" {
			k.task = task
		}
		all = append(all, k)
		s.said = nil
		if p.read = k.b; p.read == s.b {
			p.spans = p.spans[1:]
		}
	}
	p.read = n
	return all
}

// rest are the packets that nobody read.
func (p *pipe) rest(lane int, up bool) (all []packet) {
	for i := range p.spans {
		k := p.spans[i].packet(lane, up, -1)
		k.a = max(k.a, p.read)
		all = append(all, k)
	}
	return all
}

func (s *span) packet(lane int, up bool, to int) packet {
	k := packet{lane: lane, up: up, from: s.row, to: to, a: s.a, b: s.b, task: s.task}
	if up {
		k.label = strings.Join(s.said, " ")
		k.title = strings.Join(s.said, "\n")
	}
	return k
}

// spell gives each packet its label and what hovering tells.
func (rec *Recording) spell(p *check.Profile) {
	lines := make([][]int, len(rec.Clients))
	for i := range rec.Clients {
		lines[i] = cutLines(p, rec.Clients[i].Bytes)
	}
	for i := range rec.packets {
		k := &rec.packets[i]
		if !k.up {
			k.spellDown(rec.Clients[k.lane].Bytes, lines[k.lane])
		}
		k.title = strings.TrimSpace(k.heading(rec) + "\n" + k.title)
	}
}

// heading says whose bytes these are, how many, and when.
func (k *packet) heading(rec *Recording) string {
	who := rec.Clients[k.lane].Client
	way := who + " → server"
	if !k.up {
		way = "server → " + who
	}
	text := fmt.Sprintf("%s: %d bytes, written at %v", way, k.b-k.a, rec.rows[k.from].at)
	if k.task != "" {
		text += " (task " + k.task + ")"
	}
	if k.to < 0 {
		return text + ", never read"
	}
	return fmt.Sprintf("%s, read at %v", text, rec.rows[k.to].at)
}

func (k *packet) spellDown(read []byte, lines []int) {
	if k.to < 0 || k.a >= int64(len(read)) {
		return
	}
	k.title = quoteLines(read[k.a:k.b])
	for i, end := range lines {
		if k.a < int64(end) && int64(end) <= k.b {
			k.label = lineText(read, lines, i) // the last is what they lead to
			k.lines++
		}
	}
}

// titleMax bounds what hovering tells.
const titleMax = 2000

// quoteLines quotes bytes, a line of text for each line in them.
func quoteLines(p []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(p[:min(len(p), titleMax)]) {
		fmt.Fprintf(&b, "%q\n", line)
	}
	if len(p) > titleMax {
		fmt.Fprintf(&b, "and %d bytes more\n", len(p)-titleMax)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// cutLines returns where each line ends, counted as package check counts lines:
// until the client is inside a prompt is one too.
func cutLines(p *check.Profile, read []byte) (ends []int) {
	inside := false
	for at := 0; at < len(read); {
		rest := read[at:]
		if !inside && bytes.HasPrefix(rest, []byte(p.Prompt)) {
			at += len(p.Prompt)
			ends = append(ends, at)
			continue
		}
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			break
		}
		kind := p.Parse(string(rest[:n-1])).Kind
		inside = inside || kind.Ordered() || kind == check.Missed
		at += n
		ends = append(ends, at)
	}
	return ends
}

const stampLen = len("[2006-01-02 15:04:05]")

// lineText is the i-th line without its time, printable, with a star for the
// server's name.
func lineText(read []byte, lines []int, i int) string {
	from := 0
	if i > 0 {
		from = lines[i-1]
	}
	text := strings.TrimSuffix(string(read[from:lines[i]]), "\n")
	if len(text) > stampLen && text[0] == '[' && text[1] >= '0' && text[1] <= '9' {
		text = strings.TrimSpace(text[stampLen:])
	}
	if rest, ok := strings.CutPrefix(text, "[SYSTEM]: "); ok {
		text = "* " + rest
	}
	text = fmt.Sprintf("%q", text)
	return text[1 : len(text)-1]
}
