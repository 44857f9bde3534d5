package sim

import (
	"testing"

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

// TestRapid lets rapid choose the operations (Q), which shrinks them its own way.
func TestRapid(t *testing.T) {
	serial := NewSerial()
	defer serial.Close()
	op := rapid.Custom(func(t *rapid.T) Op {
		arg := rapid.IntRange(0, 63)
		return Op{
			Kind: Kind(rapid.IntRange(0, int(opKinds)-1).Draw(t, "kind")),
			A:    arg.Draw(t, "a"), B: arg.Draw(t, "b"), C: arg.Draw(t, "c"),
			Salt: rapid.Uint32().Draw(t, "salt"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		s := Generate(rapid.Uint64Range(1, 1000).Draw(t, "options"), 0)
		s.Ops = append([]Op{{Kind: opJoin}, {Kind: opJoin, B: 1}}, rapid.SliceOfN(op, 0, 60).Draw(t, "ops")...)
		if r := serial.Run(s); len(r.Violations) > 0 {
			t.Fatalf("%s\n%s", s, r.Report())
		}
	})
}
