package report

import "strings"

// A column of a table. Numbers stand right, words left.
type column struct {
	head string
	left bool
	rank int // columns of the highest rank are left out first where there is no room; 0 never
}

// A row of a table; a cell for each column.
type row struct {
	tone  tone
	cells []string
}

// A table is rows under heads, as wide as its words.
type table struct {
	indent  string
	columns []column
	rows    []row
}

func (t *table) add(tone tone, cells ...string) {
	for i := range cells {
		cells[i] = clean(cells[i])
	}
	t.rows = append(t.rows, row{tone, cells})
}

// gap parts two columns.
const gap = "  "

// print adds the table to a sheet, with as many columns as there is room for.
func (t *table) print(s *sheet) {
	widths := t.widths()
	shown := t.shown(widths, s.style.width())
	if strings.TrimSpace(t.render(t.heads(), widths, shown)) != "" {
		s.line(strong, t.render(t.heads(), widths, shown))
	}
	for _, r := range t.rows {
		s.line(r.tone, t.render(r.cells, widths, shown))
	}
}

func (t *table) heads() []string {
	heads := make([]string, len(t.columns))
	for i, c := range t.columns {
		heads[i] = c.head
	}
	return heads
}

func (t *table) widths() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = columns(c.head)
		for _, r := range t.rows {
			widths[i] = max(widths[i], columns(r.cells[i]))
		}
	}
	return widths
}

// shown chooses columns for a width. Where even those that always stay are too wide,
// it takes from the widest one.
func (t *table) shown(widths []int, width int) []bool {
	shown := make([]bool, len(widths))
	for i := range shown {
		shown[i] = true
	}
	for t.total(widths, shown) > width {
		last := -1
		for i, c := range t.columns {
			if shown[i] && c.rank > 0 && (last < 0 || c.rank > t.columns[last].rank) {
				last = i
			}
		}
		if last < 0 {
			t.squeeze(widths, shown, width)
			break
		}
		shown[last] = false
	}
	return shown
}

func (t *table) squeeze(widths []int, shown []bool, width int) {
	for t.total(widths, shown) > width {
		widest := -1
		for i := range widths {
			if shown[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widths[widest] <= 4 {
			return // the sheet cuts the rest
		}
		widths[widest]--
	}
}

func (t *table) total(widths []int, shown []bool) int {
	n := columns(t.indent) - len(gap)
	for i, w := range widths {
		if shown[i] {
			n += w + len(gap)
		}
	}
	return n
}

func (t *table) render(cells []string, widths []int, shown []bool) string {
	var b strings.Builder
	b.WriteString(t.indent)
	first := true
	for i, cell := range cells {
		if !shown[i] {
			continue
		}
		if !first {
			b.WriteString(gap)
		}
		first = false
		cell = cut(cell, widths[i])
		pad := strings.Repeat(" ", widths[i]-columns(cell))
		if t.columns[i].left {
			b.WriteString(cell + pad)
		} else {
			b.WriteString(pad + cell)
		}
	}
	return b.String()
}
