package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Where there is no room, columns go by their rank, and then the widest gives way.
func TestTable(t *testing.T) {
	drawn := func(width int) string {
		s := newSheet(Style{Width: width})
		tab := table{columns: []column{{head: "name", left: true}, {head: "first", rank: 1}, {head: "second", rank: 2}}}
		tab.add(plain, "a name of some length", "1 ms", "20 ms")
		tab.add(plain, "b", "300 ms", "-")
		tab.print(s)
		return s.String()
	}
	assert.Equal(t, "name                    first  second\na name of some length    1 ms   20 ms\nb                      300 ms       -\n", drawn(40))
	assert.Equal(t, "name                    first\na name of some length    1 ms\nb                      300 ms\n", drawn(30))
	assert.Equal(t, "name\na name of some length\nb\n", drawn(24))
}
