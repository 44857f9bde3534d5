package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"example.com/chatd/load"
)

func htmlOf(t require.TestingT, r, baseline *load.Result) string {
	var b bytes.Buffer
	require.NoError(t, HTML(&b, r, baseline))
	return b.String()
}

func svgOf(t require.TestingT, r, baseline *load.Result) string {
	var b bytes.Buffer
	require.NoError(t, SVG(&b, r, baseline))
	return b.String()
}

func TestHTMLGolden(t *testing.T) {
	for name, run := range runsByName {
		t.Run(name, func(t *testing.T) { golden(t, name+".html", htmlOf(t, run(), nil)) })
	}
	golden(t, "freeze-baseline.html", htmlOf(t, freezeRun(), goodRun()))
}

func TestSVGGolden(t *testing.T) {
	for _, name := range []string{"good", "short", "freeze", "burst", "nobody"} {
		t.Run(name, func(t *testing.T) { golden(t, name+".svg", svgOf(t, runsByName[name](), nil)) })
	}
}

// An hour with many faults is under 60 KB too.
func TestHTMLOfAnHour(t *testing.T) {
	r := hourRun()
	checkPage(t, htmlOf(t, r, goodRun()))
	checkPicture(t, svgOf(t, r, goodRun()))
}

// A page shows the freeze: its band, and by when in the table.
func TestHTMLShowsTheFreeze(t *testing.T) {
	page := htmlOf(t, freezeRun(), nil)
	assert.Contains(t, page, `<rect class="freeze" x="666.7" y="0" width="335" height="1000">`)
	assert.Contains(t, page, "freeze at 4.0 s: nothing was delivered; for 2.01 s; recovered in 210 ms")
}

// The curve of a baseline is drawn only where there is one.
func TestHTMLBaseline(t *testing.T) {
	assert.NotContains(t, htmlOf(t, freezeRun(), nil), `class="base"`)
	assert.Contains(t, htmlOf(t, freezeRun(), goodRun()), `<path class="base"`)
}

// Whatever a result holds: one well-formed page that asks for nothing else, runs no
// script, and is not large.
func TestHTMLAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, baseline := anyResult.Draw(t, "result"), anyResult.Draw(t, "baseline")
		checkPage(t, htmlOf(t, r, baseline))
		checkPicture(t, svgOf(t, r, baseline))
	})
}

func TestHTMLEmpty(t *testing.T) {
	checkPage(t, htmlOf(t, new(load.Result), nil))
	checkPicture(t, svgOf(t, new(load.Result), new(load.Result)))
}

var strange = regexp.MustCompile(`ZgotmplZ|url\(|@import`)

const pageMax = 60_000 // bytes

func checkPage(t require.TestingT, page string) {
	require.Less(t, len(page), pageMax)
	checkFigures(t, page)
	require.NotRegexp(t, strange, page)
	doc, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	checkNode(t, doc)
	checkBalanced(t, page)
}

// checkNode walks a page: nothing active, nothing fetched, every picture named, every
// table with heads.
func checkNode(t require.TestingT, n *html.Node) {
	if n.Type == html.ElementNode {
		require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "a", "form"}, n.Data)
		for _, a := range n.Attr {
			require.NotRegexp(t, `^(on.*|src|href|style)$`, a.Key)
		}
		switch n.Data {
		case "svg":
			require.True(t, attr(n, "aria-hidden") == "true" || parentIs(n, "svg") || find(n, "title") && find(n, "desc"), "a picture without words")
		case "table":
			require.True(t, find(n, "th"), "a table without heads")
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		checkNode(t, c)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func parentIs(n *html.Node, name string) bool { return n.Parent != nil && n.Parent.Data == name }

func find(n *html.Node, name string) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == name || find(c, name) {
			return true
		}
	}
	return false
}

// checkBalanced: html.Parse mends anything, so what it had to mend must be found here.
func checkBalanced(t require.TestingT, page string) {
	void := map[string]bool{"meta": true}
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			require.Empty(t, open)
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], string(name))
			open = open[:len(open)-1]
		}
	}
}

func checkPicture(t require.TestingT, picture string) {
	require.Less(t, len(picture), pageMax)
	checkFigures(t, picture)
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			require.NotContains(t, []string{"script", "image", "use", "a", "foreignObject"}, start.Name.Local)
		}
	}
}
