package blackbox

import (
	"fmt"
	"regexp"
	"strings"
)

// A form is a line with placeholders, as profiles have them: "[{time}][{name}]: {text}".
type form struct {
	source         string
	prefix, suffix string // literally, before the first placeholder and behind the last
	re             *regexp.Regexp
}

// placeholders are what may stand in a form, and what each of them matches. A name
// has no brackets, so that no text can be read as the start of a line.
var placeholders = map[string]string{
	"name":  `([^\[\]]+?)`,
	"to":    `([^\[\]]+?)`,
	"text":  `(.*)`,
	"any":   `(.*)`,
	"names": `(.*)`,
	"n":     `(\d+)`,
}

// compileForm reads a form. shape is what {time} looks like, 0 for any digit.
func compileForm(source, shape string) (form, error) {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	rest := source
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(regexp.QuoteMeta(before))
		if !found {
			break
		}
		word, tail, closed := strings.Cut(after, "}")
		if !closed {
			return form{}, fmt.Errorf("%q: a { without its }", source)
		}
		group, err := groupOf(word, shape)
		if err != nil {
			return form{}, fmt.Errorf("%q: %w", source, err)
		}
		b.WriteString(group)
		rest = tail
	}
	b.WriteString(`$`)
	re, err := regexp.Compile(b.String())
	f := form{source: source, re: re}
	f.prefix, _, _ = strings.Cut(source, "{")
	f.suffix = source[strings.LastIndexByte(source, '}')+1:]
	return f, err
}

// groupOf is the named group for one placeholder.
func groupOf(word, shape string) (string, error) {
	if word == "time" {
		if shape == "" {
			return "", fmt.Errorf("{time} needs the key time, which says what a time looks like")
		}
		return `(?P<time>` + strings.ReplaceAll(regexp.QuoteMeta(shape), "0", `\d`) + `)`, nil
	}
	group, ok := placeholders[word]
	if !ok {
		return "", fmt.Errorf("there is no placeholder {%s}", word)
	}
	return `(?P<` + word + `>` + group[1:], nil
}

// match returns what the placeholders of f stand for in s, nil if s has not that
// form. A placeholder that occurs twice stands for its last.
func (f *form) match(s string) map[string]string {
	if !strings.HasPrefix(s, f.prefix) || !strings.HasSuffix(s, f.suffix) {
		return nil
	}
	m := f.re.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	values := make(map[string]string, len(m))
	for i, name := range f.re.SubexpNames() {
		if name != "" {
			values[name] = m[i]
		}
	}
	return values
}

// with is the form's text for one name and one text, to be shown to people.
func (f *form) with(name, text string) string {
	return strings.NewReplacer("{name}", name, "{text}", text, "{any}", "", "{time}", "TIME").Replace(f.source)
}
