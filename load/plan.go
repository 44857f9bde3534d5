package load

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// A Plan is when which message is due, all of it fixed by the configuration and its
// seed. It is worked out as it is asked for, in constant memory. A Plan is for one
// goroutine.
type Plan struct {
	cfg    *Config
	run    uint32
	stages []planned
	chance *rand.Rand

	stage int
	area  float64  // messages, of all stages until the last one that was due
	seq   []uint32 // of each sender's last
}

// planned is a stage with the part of the plan in front of it.
type planned struct {
	Stage
	begin time.Duration
	area  float64 // messages due before it
}

// NewPlan returns the plan of a configuration, which must be one that [New] takes. The
// error says what is wrong with it.
func NewPlan(c Config) (*Plan, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return newPlan(&c), nil
}

func newPlan(c *Config) *Plan {
	p := &Plan{cfg: c, run: c.runID(), chance: rand.New(rand.NewPCG(c.Seed, 'p')), seq: make([]uint32, c.Senders)}
	at, area := time.Duration(0), 0.0
	add := func(s Stage) {
		p.stages = append(p.stages, planned{s, at, area})
		at += s.Span
		area += (s.FromRate + s.ToRate) / 2 * s.Span.Seconds()
	}
	if first := c.Stages[0]; c.Warmup > 0 {
		add(Stage{Span: c.Warmup, FromClients: first.FromClients, ToClients: first.FromClients, FromRate: first.FromRate, ToRate: first.FromRate})
	}
	for _, s := range c.Stages {
		add(s)
	}
	return p
}

// runID is what tells the run's messages from those of others. It follows from what is
// asked for, so that the same is the same.
func (c *Config) runID() uint32 {
	h := fnv.New64a()
	s := c.setup()
	s.Objectives, s.Faults = nil, nil
	fmt.Fprintf(h, "%+v", s)
	return uint32(h.Sum64())
}

// next returns the next message that is due; false at the end of the plan. Times count
// from the beginning of the warm-up.
func (p *Plan) next() (message, bool) {
	for {
		step := 1.0
		if p.cfg.Arrival == Poisson {
			step = p.chance.ExpFloat64()
		}
		p.area += step
		for p.stage+1 < len(p.stages) && p.stages[p.stage+1].area <= p.area {
			p.stage++
		}
		s := &p.stages[p.stage]
		in, ok := s.when(p.area - s.area)
		if !ok {
			if p.stage+1 == len(p.stages) {
				return message{}, false
			}
			p.stage++ // by a rounding it is the next one's first
			s, in = &p.stages[p.stage], 0
		}
		clients, _ := s.at(in)
		talking := min(p.cfg.Senders, int(clients))
		if talking == 0 {
			continue // nobody is there to say it
		}
		m := message{sender: p.chance.IntN(talking), run: p.run, due: (s.begin + in).Truncate(time.Microsecond)}
		p.seq[m.sender]++
		m.seq = p.seq[m.sender]
		return m, true
	}
}

// when is how far into the stage so many of its messages are due. The rate goes evenly
// from one value to the other, so their number is a parabola.
func (s *planned) when(messages float64) (time.Duration, bool) {
	span := s.Span.Seconds()
	slope := (s.ToRate - s.FromRate) / span
	var t float64
	switch {
	case math.Abs(slope) < 1e-9 && s.FromRate == 0:
		return 0, false
	case math.Abs(slope) < 1e-9:
		t = messages / s.FromRate
	default:
		root := s.FromRate*s.FromRate + 2*slope*messages
		if root < 0 {
			return 0, false
		}
		t = (math.Sqrt(root) - s.FromRate) / slope
	}
	if t >= span {
		return 0, false
	}
	return time.Duration(t * float64(time.Second)), true
}

// Hash is one number for all lines of the plan and when they are due. It uses the plan
// up.
func (p *Plan) Hash() uint64 {
	h := fnv.New64a()
	var text []byte
	var due [8]byte
	for {
		m, ok := p.next()
		if !ok {
			return h.Sum64()
		}
		binary.LittleEndian.PutUint64(due[:], uint64(m.due))
		h.Write(due[:])
		text = m.append(text[:0], p.cfg.Seed, p.cfg.Size, p.cfg.Scripts)
		h.Write(text)
	}
}

// clientsAt is how many clients there are to be at a time of the run.
func (p *Plan) clientsAt(at time.Duration) int {
	for i := len(p.stages) - 1; i >= 0; i-- {
		if s := &p.stages[i]; at >= s.begin {
			clients, _ := s.at(at - s.begin)
			return int(math.Round(clients))
		}
	}
	return 0
}

// stageAt is the number of the stage at a time, counted from 1; 0 is the warm-up.
func (p *Plan) stageAt(at time.Duration) (number, of int) {
	offset := len(p.stages) - len(p.cfg.Stages)
	for i := len(p.stages) - 1; i >= 0; i-- {
		if at >= p.stages[i].begin {
			return i + 1 - offset, len(p.cfg.Stages)
		}
	}
	return 0, len(p.cfg.Stages)
}
