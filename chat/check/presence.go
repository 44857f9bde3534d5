package check

// presence is oracles 6 and 7 on the order itself: who speaks is inside, a name
// has one holder at a time, join and leave alternate, and the stop line is the
// last (13). It finds the sessions.
func (j *judge) presence() {
	if j.inside == nil {
		j.inside = make(map[string]*session)
	}
	inside := j.inside
	clear(inside)
	for at := range j.order {
		e := &j.order[at]
		if at > 0 && j.order[at-1].Kind == Stop {
			j.violate("E3", 13, j.observer, j.lineOf(at), "%q follows the line that the server is shutting down", e.Raw)
		}
		switch e.Kind {
		case Join:
			j.enter(inside, at, e)
		case Leave:
			j.exit(inside, at, e)
		case Rename:
			j.rename(inside, at, e)
		case Say, Me:
			s := inside[j.key(e.From)]
			if s == nil || s.nameAt(at) != e.From {
				j.violate("N3", 7, j.observer, j.lineOf(at), "%s speaks, but nobody inside is called that", e.From)
			} else if s.label == "" {
				s.label = e.tag
			}
		}
	}
}

// lineOf is the observer's line at a position.
func (j *judge) lineOf(at int) int {
	for i, p := range j.observer.placed {
		if p == at && j.observer.lines[i].Kind.Ordered() {
			return i
		}
	}
	return -1
}

func (j *judge) enter(inside map[string]*session, at int, e *entry) {
	key := j.key(e.From)
	if inside[key] != nil {
		j.violate("N3", 7, j.observer, j.lineOf(at), "%s joins while %s is inside", e.From, inside[key].nameAt(at))
	}
	inside[key] = j.newSession(at, e.From)
}

func (j *judge) exit(inside map[string]*session, at int, e *entry) {
	key := j.key(e.From)
	s := inside[key]
	if s == nil {
		j.violate("E1", 6, j.observer, j.lineOf(at), "%s leaves, but nobody inside is called that", e.From)
		return
	}
	s.leave = at
	delete(inside, key)
}

func (j *judge) rename(inside map[string]*session, at int, e *entry) {
	old, key := j.key(e.From), j.key(e.To)
	s := inside[old]
	if s == nil {
		j.violate("N5", 7, j.observer, j.lineOf(at), "%s is renamed, but nobody inside is called that", e.From)
		return
	}
	if t := inside[key]; t != nil && t != s {
		j.violate("N3", 7, j.observer, j.lineOf(at), "%s takes the name %s, which %s has", e.From, e.To, t.nameAt(at))
	}
	delete(inside, old)
	inside[key] = s
	s.names = append(s.names, held{e.To, at})
}
