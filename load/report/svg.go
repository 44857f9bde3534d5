package report

import (
	"io"

	"example.com/chatd/load"
)

// The picture of a run, in pixels.
const (
	pictureWidth  = 840
	pictureHead   = 92  // verdict and figures
	pictureChart  = 226 // one chart with its title
	pictureMargin = 16
	pictureWide   = pictureWidth - 2*pictureMargin
	pictureHalf   = (pictureWide - 2*pictureMargin) / 2
	pictureText   = 120 // columns of the verdict
)

// SVG writes r as one picture for a document: the verdict, the first figures, and the
// charts, the first one as wide as the picture, the others in pairs. baseline may be
// nil. The error is w's.
func SVG(w io.Writer, r, baseline *load.Result) error {
	p := newPage(r, baseline)
	p.Text = cut(p.Text, pictureText)
	rows := 0
	for i, c := range p.Charts {
		c.Place = place{pictureMargin, pictureHead + rows*pictureChart, pictureWide}
		switch {
		case i == 0:
			rows++
		case i%2 == 1:
			c.Place.Width = pictureHalf
		default:
			c.Place.X, c.Place.Width = pictureWidth-pictureMargin-pictureHalf, pictureHalf
			rows++
		}
	}
	if n := len(p.Charts); n > 0 && n%2 == 0 {
		rows++
	}
	p.Height = pictureHead + rows*pictureChart + pictureMargin
	return pages.ExecuteTemplate(w, "picture", p)
}
