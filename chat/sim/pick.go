package sim

import (
	"bytes"
	"strconv"
	"strings"

	"example.com/chatd/chat/check"
)

// pick returns the n-th, modulo how many there are, of the clients that fit; nil
// if none does. The observer is nobody's to command.
func (w *world) pick(n int, fits func(*client) bool) *client {
	count := 0
	for _, c := range w.clients[1:] {
		if fits(c) {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	n = modulo(n, count)
	for _, c := range w.clients[1:] {
		if fits(c) {
			if n == 0 {
				return c
			}
			n--
		}
	}
	return nil
}

func modulo(n, m int) int { return ((n % m) + m) % m }

// sends is true for those whose lines may still reach the server.
func (c *client) sends() bool { return !c.gone && !c.shut }

// prompted is true for those that are asked for a name and have not answered yet.
func (c *client) prompted() bool {
	return c.sends() && !c.inside() && c.prompts > len(c.obs.Sent)+len(c.typed)
}

// talks is true for those that have given a name, as far as they know.
func (c *client) talks() bool { return c.sends() && c.inside() }

// inside says whether the client has read a line with a time, which only those in
// the room do.
func (c *client) inside() bool {
	if c.isIn {
		return true
	}
	for c.looked < len(c.obs.Bytes) {
		rest := c.obs.Bytes[c.looked:]
		if prompt := c.world.profile.Prompt; len(rest) >= len(prompt) && string(rest[:len(prompt)]) == prompt {
			c.looked += len(prompt)
			c.prompts++
			continue
		}
		if rest[0] == '[' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9' {
			c.isIn = true
			return true
		}
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return false
		}
		c.looked += i + 1
	}
	return false
}

// people are the names in use. Some exclude each other (N2), some are refused.
var people = []string{
	"alicia", "robert", "carolina", "davide", "a1icia", "r0bert", "ernest", "francis", "gracie", "xavier",
	"system", "", "two words",
}

// crowdFrom is the first number of a name that is nobody else's, for worlds with more
// clients than names.
const crowdFrom = 1000

func person(n int) string {
	if n >= crowdFrom {
		return "guest" + strconv.Itoa(n)
	}
	return people[modulo(n, len(people))]
}

// spell returns a name in capitals and small letters as only this client writes it:
// to the server it is the same name (N1), and the join line tells whose it is.
func (c *client) spell(name string) string {
	number, text := len(c.world.clients), []byte(strings.ToLower(name))
	for i, other := range c.world.clients {
		if other == c {
			number = i
		}
	}
	for i := range text {
		if text[i] >= 'a' && text[i] <= 'z' {
			if number&1 == 1 {
				text[i] -= 'a' - 'A'
			}
			number >>= 1
		}
	}
	return string(text)
}

// words are what lines are made of.
const words = "so it goes and on it went until nobody knew who had begun, which was fine "

// chatter returns the text of the client's next line of chat, about n bytes long.
func (c *client) chatter(n int) string {
	c.seq++
	text := append(make([]byte, 0, 128), check.Tag(c.obs.Client, c.seq)...)
	n = min(max(modulo(n, c.world.opts.maxMessage()), len(text)), c.world.opts.maxMessage())
	for len(text) < n {
		text = append(text, words[:min(len(words), n-len(text))]...)
	}
	return string(bytes.TrimRight(text, " "))
}
