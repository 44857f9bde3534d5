package chat

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

const helpText = `[SYSTEM]: /help              this list
[SYSTEM]: /who               who is here
[SYSTEM]: /name NEW          change your name (also /nick)
[SYSTEM]: /msg NAME TEXT     say TEXT to NAME alone
[SYSTEM]: /me TEXT           say what you are doing
[SYSTEM]: /echo on|off       read your own lines, or not
[SYSTEM]: /quit [REASON]     leave
[SYSTEM]: //TEXT             say a line that starts with a slash
`

// whoLineNames is how many names fit a line of /who (C1).
const whoLineNames = 50

// obey carries out one line of a client inside.
func (c *session) obey(line []byte) {
	if len(line) == 0 || line[0] != '/' {
		c.say(eventSay, line)
		return
	}
	if len(line) > 1 && line[1] == '/' {
		c.say(eventSay, line[1:])
		return
	}
	word, arg := line, []byte(nil)
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		word, arg = line[:i], bytes.TrimSpace(line[i:])
	}
	switch string(word) {
	case "/help":
		if c.alone("/help", arg) {
			c.answer([]byte(helpText))
		}
	case "/who":
		if c.alone("/who", arg) {
			c.who()
		}
	case "/name", "/nick":
		c.rename(arg)
	case "/msg":
		c.msg(arg)
	case "/me":
		if len(arg) == 0 {
			c.answer(notice("usage: /me TEXT"))
			return
		}
		c.say(eventMe, arg)
	case "/echo":
		c.echo(string(arg))
	case "/quit":
		c.quit(arg)
	default:
		c.answer(noticef("unknown command %s: /help lists them", quoteShort(word)))
	}
}

// alone refuses an argument to a command that takes none (C2).
func (c *session) alone(word string, arg []byte) bool {
	if len(arg) > 0 {
		c.answer(noticef("usage: %s, with nothing behind it", word))
	}
	return len(arg) == 0
}

// quoteShort is a client's own bytes, safe and short enough to be told back.
func quoteShort(b []byte) string {
	most := 32
	if len(b) <= most {
		return string(appendClean(nil, b))
	}
	for most > 0 && !utf8.RuneStart(b[most]) {
		most--
	}
	return string(appendClean(nil, b[:most])) + "..."
}

// say appends text to the room, as a line or an action (M1). The room's order is
// the order of commits (M2).
func (c *session) say(kind eventKind, text []byte) {
	if isBlank(text) {
		return // M5
	}
	if c.tooLong(text) {
		return
	}
	text = clean(text)
	at := c.server.clock.Now()
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateActive {
		return
	}
	_ = s.commit(event{kind: kind, at: at, who: &c.member, text: text})
	s.stats.Messages++
	// Others are woken before this task waits for anything, with all the lines
	// it has read until then: see readBuffer.
}

// tooLong refuses a text over MaxMessage to its sender (M5).
func (c *session) tooLong(text []byte) bool {
	most := c.server.cfg.MaxMessage
	if len(text) <= most {
		return false
	}
	c.answer(noticef("text too long: %d bytes, at most %d are allowed", len(text), most))
	return true
}

// clean returns text made safe; text itself where it is safe already.
func clean(text []byte) []byte {
	if asciiPrefix(text) == len(text) {
		return text
	}
	return appendClean(make([]byte, 0, len(text)+len(text)/8), text)
}

// who answers with the names inside at this moment (C1). The list is shared and the
// lines are made as they fit: who does not read holds one line of its own (R5).
func (c *session) who() {
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateActive {
		return
	}
	c.beginAnswer()
	names := s.room.who()
	head := fmt.Sprintf("%d here: ", len(names))
	for begin := 0; begin < len(names); begin += whoLineNames {
		end := min(begin+whoLineNames, len(names))
		if !c.addAnswer(notice(head + strings.Join(names[begin:end], ", "))) {
			return
		}
		head = ""
	}
	c.endAnswer()
}

func (c *session) rename(arg []byte) {
	if len(arg) == 0 {
		c.answer(notice("usage: /name NEW"))
		return
	}
	n, err := parseName(arg)
	s := c.server
	at := s.clock.Now()
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateActive {
		return
	}
	old := c.member.name.shown
	if err == nil {
		err = s.commit(event{kind: eventRename, at: at, who: &c.member, name: n})
	}
	if err != nil {
		s.stats.NamesRefused++
		c.answerLocked(notice(err.Error()))
		return
	}
	s.stats.Renames++
	s.log(slog.LevelInfo, "renamed", at, slog.String("name", n.shown), slog.String("old", old), c.addrAttr())
}

// msg delivers a private line (C1, C2): a notice to both, no part of the
// transcript, at the head's position in either's stream.
func (c *session) msg(arg []byte) {
	i := bytes.IndexAny(arg, " \t")
	if i < 0 || isBlank(arg[i:]) {
		c.answer(notice("usage: /msg NAME TEXT"))
		return
	}
	to, text := arg[:i], bytes.TrimSpace(arg[i:])
	if c.tooLong(text) {
		return
	}
	text = clean(text)
	n, err := parseName(to)
	s := c.server
	at := s.clock.Now()
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateActive {
		return
	}
	var m *member
	if err == nil {
		m = s.room.byKey[n.key]
	}
	c.answerLocked(c.msgLocked(m, to, text, at))
}

// msgLocked hands text to m and returns what the sender reads.
func (c *session) msgLocked(m *member, to, text []byte, at time.Time) []byte {
	s := c.server
	switch m {
	case nil:
		return noticef("nobody here is called %s: /who lists who is", quoteShort(to))
	case &c.member:
		return notice("that is you: a private message needs somebody else")
	}
	peer := s.byMember[m]
	stamp := string(s.room.stamp.append(nil, at))
	line := fmt.Appendf(nil, "%s[%s -> you]: %s\n", stamp, c.member.name.shown, text)
	// R4: a client that does not read cannot be made to hold others' lines.
	if !peer.takes(line) {
		return noticef("%s is not reading, message not delivered", m.name.shown)
	}
	peer.push(line)
	s.stats.Privates++
	return fmt.Appendf(nil, "%s[you -> %s]: %s\n", stamp, m.name.shown, text)
}

// echo switches one's own lines on or off (M4). It counts from here on, for lines
// said later, wherever the writer is.
func (c *session) echo(arg string) {
	if arg != "on" && arg != "off" {
		c.answer(notice("usage: /echo on|off"))
		return
	}
	s := c.server
	s.lock.Lock()
	defer s.lock.Unlock()
	if c.state != stateActive {
		return
	}
	_ = s.commit(event{kind: eventEcho, who: &c.member, echo: arg == "on"})
	c.answerLocked(notice("echo is " + arg))
}

func (c *session) quit(reason []byte) {
	if c.tooLong(reason) {
		return
	}
	at := c.server.clock.Now()
	c.server.lock.Lock()
	defer c.server.lock.Unlock()
	if !isBlank(reason) {
		c.quitText = clean(reason)
	}
	c.finishLocked(LeftQuit, at, nil)
}
