package sim

import "example.com/chatd/chat/check"

// A note is a broken promise, and where it shows.
type note struct {
	lane, row int
	text      string
}

// blame marks the line that breaks a promise, or the end of the lane.
func (rec *Recording) blame(p *check.Profile, v check.Violation) {
	at := note{lane: -1, row: max(len(rec.rows)-1, 0), text: v.String()}
	for i := range rec.Clients {
		if rec.Clients[i].Client != v.Client {
			continue
		}
		at.lane, at.row = i, rec.lanes[i].to
		lines := cutLines(p, rec.Clients[i].Bytes)
		if v.Line < 0 || v.Line >= len(lines) {
			break
		}
		end := int64(lines[v.Line])
		for k := range rec.packets {
			pk := &rec.packets[k]
			if pk.lane == i && !pk.up && pk.to >= 0 && pk.a < end && end <= pk.b {
				at.row, pk.violation = pk.to, v.String()
				pk.label = lineText(rec.Clients[i].Bytes, lines, v.Line)
			}
		}
	}
	for k, n := range rec.notes {
		if n.text == at.text { // seen when it happened
			rec.notes[k].lane = max(n.lane, at.lane)
			return
		}
	}
	rec.notes = append(rec.notes, at)
}
