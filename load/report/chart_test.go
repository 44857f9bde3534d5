package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Curves stay inside the plot, whatever the figures.
func TestChartsInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, c := range charts(anyResult.Draw(t, "result"), nil) {
			for _, tick := range append(c.XTicks, c.YTicks...) {
				assert.True(t, tick.At >= 0 && tick.At <= plotTop+plotHeight, "%s: %+v", c.Title, tick)
			}
			for _, b := range c.Bands {
				assert.True(t, b.X >= 0 && b.W > 0 && b.X+b.W <= unitsX+4, "%+v", b)
			}
			for _, l := range c.Lines {
				assert.NotRegexp(t, `-|\d{5}`, l.D, c.Title)
			}
		}
	})
}
