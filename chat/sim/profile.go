package sim

import (
	"strings"
	"unicode/utf8"

	"example.com/chatd/chat/check"
)

// profileOf is what the clients of a world may rely on.
func profileOf(o *Options) check.Profile {
	p := check.Chat()
	p.History = or(o.History, 100)
	p.MaxMessage = o.maxMessage()
	p.NameAttempts = or(o.NameAttempts, 3)
	p.Key = nameKey
	p.Tail = func(lengths []int) []int { return tails(o, lengths) }
	return p
}

var lookalikes = strings.NewReplacer("1", "l", "0", "o")

// nameKey is equal for names that exclude each other, as far as the names that
// the clients of a world use go (N1, N2).
func nameKey(name string) string {
	var room [64]byte
	key, same := room[:0], true
	for i := range len(name) {
		b := name[i]
		switch {
		case b >= utf8.RuneSelf:
			return lookalikes.Replace(strings.ToLower(name))
		case 'A' <= b && b <= 'Z':
			b += 'a' - 'A'
		case b == '1':
			b = 'l'
		case b == '0':
			b = 'o'
		}
		same = same && b == name[i]
		key = append(key, b)
	}
	if same {
		return name
	}
	return string(key)
}

// longestLine is the longest that a message may become (R5): its time, two names,
// some words, and a text whose every byte was invalid.
func longestLine(maxMessage int) int { return 21 + 2*128 + 64 + 3*maxMessage }

// tails is the room's rule for what is forgotten (R4, R5), worked out from the
// lengths of all lines: they lie in chunks of equal size, at least eight, and when
// there is no room for one more chunk the oldest goes. It says which is the oldest
// line held after each line.
func tails(o *Options, lengths []int) []int {
	total := o.transcriptBytes()
	const lineMin, index = 28, 12
	chunk := min(64<<10, total/8*lineMin/(lineMin+index))
	most := total / (chunk + chunk/lineMin*index)
	tail := make([]int, 1, len(lengths)+1)
	var firsts []int
	used, lines := chunk, 0
	for i, n := range lengths {
		if used+n > chunk || lines == chunk/lineMin {
			if len(firsts) == most {
				firsts = firsts[1:]
			}
			firsts = append(firsts, i)
			used, lines = 0, 0
		}
		used += n
		lines++
		tail = append(tail, firsts[0])
	}
	return tail
}
