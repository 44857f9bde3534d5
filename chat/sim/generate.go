package sim

// Generate returns the schedule of a seed, with that many operations: the seed
// chooses the options, which kinds of operations there are (swarm), and then the
// operations.
func Generate(seed uint64, steps int) *Schedule {
	s := &Schedule{Options: optionsOf(seed)}
	chance := newSource(seed, 'g')
	if s.Options.smallTranscript() && !chance.one(4) {
		// Whoever stalls is to be overtaken, not to be hidden in a buffer.
		s.Options.ReadBuffer, s.Options.WriteBuffer = chance.of(20, 50, 400), chance.of(1, 90, 1000)
	}
	lags := s.Options.smallTranscript() && chance.one(6)
	if lags {
		// And lines are to be forgotten: many are said, and fast.
		s.Options.RateMillis, s.Options.MaxMessage = -1, 32
	}
	var on [featureCount]bool
	on[always] = true
	for f := always + 1; f < featureCount; f++ {
		on[f] = !chance.one(3)
	}
	on[bySlow] = on[bySlow] || lags
	on[byPanics] = chance.one(8)
	on[byStop] = chance.one(6)
	var bag []Kind
	for k := range opKinds {
		if !on[opSpecs[k].feature] || chance.one(12) || k.commands() && s.Options.Command == 0 {
			continue
		}
		for range opSpecs[k].weight {
			bag = append(bag, k)
		}
	}
	if lags {
		for range 12 {
			bag = append(bag, opPaste, opPaste, opStall)
		}
	}
	if len(bag) == 0 {
		bag = append(bag, opJoin, opSay)
	}
	names := chance.of(2, 4, len(people), len(people))
	s.Ops = make([]Op, steps)
	for i := range s.Ops {
		k := bag[chance.n(len(bag))]
		if i < 3 {
			k = opJoin // a room with nobody in it is soon explored
		}
		switch last := s.Ops[max(i-1, 0)].Kind; {
		case i < 3:
		case races(last) && chance.one(4):
			k = last // two that want the same at the same time
		case last == opTick && chance.one(2):
			k = opName // against the clock
		}
		s.Ops[i] = Op{Kind: k, A: chance.n(64), B: chance.n(64), C: chance.n(64), Salt: uint32(chance.next())}
		if races(k) || k == opRename {
			s.Ops[i].B %= names
		}
	}
	return s
}

// commands says whether a kind moves bytes by command, which takes a network that
// does nothing else.
func (k Kind) commands() bool { return k == opCommand || k == opCarry }

// races says whether two of a kind, one behind the other, are worth a try.
func races(k Kind) bool { return k == opJoin || k == opName || k == opReturn }
