package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAxis(t *testing.T) {
	a := logAxis(0.0012, 1.9)
	assert.Equal(t, axis{0.001, 2, true}, a)
	assert.Equal(t, 0.0, a.y(2))
	assert.Equal(t, unitsY, a.y(0.001))
	assert.Equal(t, unitsY, a.y(0), "0 has no logarithm and lies at the bottom")
	assert.Equal(t, axis{0, 2000, false}, linearAxis(1800))
	assert.Equal(t, axis{0, 1, false}, linearAxis(0))
}
