package sim

import (
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// FuzzSim lets the fuzzer choose options and operations under S (F): four bytes make
// an operation. Run it with -fuzzminimizetime=10x.
func FuzzSim(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, encode(Generate(seed+1, 20).Ops))
	}
	serial := NewSerial()
	f.Cleanup(serial.Close)
	f.Fuzz(func(t *testing.T, seed uint64, text []byte) {
		const most = 300
		s := Generate(seed, 0)
		s.Ops = decode(text[:min(len(text), 4*most)])
		if r := serial.Run(s); len(r.Violations) > 0 {
			t.Errorf("%s\n%s", s, r.Report())
		}
	})
}

func encode(ops []Op) (text []byte) {
	for _, op := range ops {
		text = append(text, byte(op.Kind), byte(op.A), byte(op.B), byte(op.C))
	}
	return text
}

func decode(text []byte) (ops []Op) {
	for ; len(text) >= 4; text = text[4:] {
		k := Kind(text[0]) % opKinds
		salt := uint32(len(ops)) * 2654435761
		ops = append(ops, Op{Kind: k, A: int(text[1]), B: int(text[2]), C: int(text[3]), Salt: salt})
	}
	return ops
}

// TestRapid lets rapid choose the operations (Q), which shrinks them its own way:
// under S, and on goroutines, in a bubble for each try.
func TestRapid(t *testing.T) {
	serial := NewSerial()
	defer serial.Close()
	t.Run("serial", rapid.MakeCheck(func(t *rapid.T) {
		judge(t, serial.Run(drawn(t)))
	}))
	p := &Parallel{Wait: synctest.Wait}
	t.Run("bubble", rapid.MakeCheck(func(t *rapid.T) {
		s := drawn(t)
		var r *Result
		rapid.SyncTest(t, func(*rapid.T) { r = p.Run(s) })
		judge(t, r)
	}))
}

// drawn is a schedule of rapid's.
func drawn(t *rapid.T) *Schedule {
	op := rapid.Custom(func(t *rapid.T) Op {
		arg := rapid.IntRange(0, 63)
		return Op{
			Kind: Kind(rapid.IntRange(0, int(opKinds)-1).Draw(t, "kind")),
			A:    arg.Draw(t, "a"), B: arg.Draw(t, "b"), C: arg.Draw(t, "c"),
			Salt: rapid.Uint32().Draw(t, "salt"),
		}
	})
	s := Generate(rapid.Uint64Range(1, 1000).Draw(t, "options"), 0)
	s.Ops = append([]Op{{Kind: opJoin}, {Kind: opJoin, B: 1}}, rapid.SliceOfN(op, 0, 60).Draw(t, "ops")...)
	return s
}

// judge fails with a text that is the same as long as the same promise is broken:
// rapid stops shrinking where it changes. The rest is logged.
func judge(t *rapid.T, r *Result) {
	if len(r.Violations) == 0 {
		return
	}
	t.Logf("%s\n%s", r.Schedule, r.Report())
	t.Fatalf("%s (oracle %d) is broken", r.Violations[0].Promise, r.Violations[0].Oracle)
}
