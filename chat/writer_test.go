package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWriterR4Stalled: readers that do not read cost a parked writer each, and the
// others get everything at once.
func TestWriterR4Stalled(t *testing.T) {
	inRig(t, Config{RateInterval: -1}, func(t *testing.T, r *rig) {
		alice, bob := r.join("alice"), r.join("bob")
		expect(t, "R4: no writer while there is nothing to write", r.writers(), []int{0, 0})
		var stalled []*peer
		for n := range 20 {
			p := r.join(fmt.Sprintf("stalled%d", n))
			p.stall()
			stalled = append(stalled, p)
		}
		alice.read()
		bob.read()
		for n := range 50 {
			bob.send(fmt.Sprintf("%d\n", n))
			alice.want("R4: nobody waits for those that do not read", fmt.Sprintf("%s[bob]: %d\n", rigTime, n))
			expect(t, "R4: a stalled reader costs one parked writer", r.writers(), []int{20, 20})
		}
		for n, p := range stalled {
			p.resume()
			expect(t, "R4: who reads again gets everything", strings.Count(p.read(), "[bob]: "), 50)
			left := len(stalled) - n - 1
			expect(t, "R4: and frees its writer", r.writers(), []int{left, left})
		}
	})
}

// writers counts the writers, as Stats tells them and as tasks.
func (r *rig) writers() []int {
	r.settle()
	tasks := 0
	for _, name := range r.tasks.names() {
		if name == "writer" {
			tasks++
		}
	}
	return []int{r.srv.Stats().Writers, tasks}
}

// TestWriterRule: whenever a writer begins to write and others are ready, there is
// a writer that is not in Write: the rule that keeps readers from delaying one
// another.
func TestWriterRule(t *testing.T) {
	inRig(t, Config{RateInterval: -1}, func(t *testing.T, r *rig) {
		writes := 0
		look := func(call string) {
			if call != "Write" {
				return
			}
			r.srv.lock.Lock()
			defer r.srv.lock.Unlock()
			writes++
			o := &r.srv.outbox
			if o.ready.len() > 0 && o.writing >= len(o.writers) {
				panic(fmt.Sprintf("R4: %d sessions are ready and all %d writers are in Write", o.ready.len(), len(o.writers)))
			}
		}
		r.serveBrittle(&fuse{look: look})
		var all []*peer
		for n := range 30 {
			p := r.dialBrittle()
			p.send(fmt.Sprintf("guest%d\n", n))
			if n%3 == 0 {
				p.stall()
			}
			all = append(all, p)
		}
		for n, p := range all {
			p.send(fmt.Sprintf("%d\n", n))
		}
		expect(t, "R4: the rule holds at every Write", r.log.count("panic"), 0)
		if writes < 500 {
			t.Fatalf("R4: only %d writes were looked at", writes)
		}
	})
}

// TestWriterR4Timeout: WriteTimeout bounds one write, to the nanosecond, for each
// reader on its own.
func TestWriterR4Timeout(t *testing.T) {
	inRig(t, Config{WriteTimeout: 10 * time.Second}, func(t *testing.T, r *rig) {
		alice, bob, one, two, three := r.join("alice"), r.join("bob"), r.join("one"), r.join("two"), r.join("three")
		alice.read()
		bob.read()
		one.stall()
		bob.send("hi\n") // one's write begins
		r.clock.Advance(3 * time.Second)
		two.stall()
		bob.send("ho\n") // and two's
		r.clock.Advance(2 * time.Second)
		three.stall()
		bob.send("he\n") // and three's
		alice.read()
		r.clock.Advance(5*time.Second - 1)
		alice.want("R4: nobody is cut a nanosecond early", "")
		r.clock.Advance(1)
		alice.want("R4: the first at its WriteTimeout", shownNow(r)+"[SYSTEM]: one has left our chat... (too slow)\n")
		r.clock.Advance(3*time.Second - 1)
		alice.want("R4: the second no earlier than its own", "")
		r.clock.Advance(1)
		alice.want("R4: and then exactly", shownNow(r)+"[SYSTEM]: two has left our chat... (too slow)\n")
		r.clock.Advance(2*time.Second - 1)
		alice.want("R4: nor the third", "")
		r.clock.Advance(1)
		alice.want("R4: all to the nanosecond", shownNow(r)+"[SYSTEM]: three has left our chat... (too slow)\n")
		for _, p := range []*peer{one, two, three} {
			if !p.Probe().Reset {
				t.Fatalf("R4: a reader that is too slow was not cut")
			}
		}
		expect(t, "R4: their writers are free again", r.writers(), []int{0, 0})
		st := r.wantStats("R4")
		expect(t, "R4: all three were too slow", st.Ended[LeftSlow], 3)
	})
}

// TestWriterR4Together: who becomes too slow at one moment leaves in the room's order,
// not in that of the writers, which is chance.
func TestWriterR4Together(t *testing.T) {
	inRig(t, Config{WriteTimeout: 10 * time.Second}, func(t *testing.T, r *rig) {
		alice, one, two := r.join("alice"), r.join("one"), r.join("two")
		alice.read()
		two.stall()
		alice.send("hi\n") // two's write begins
		one.stall()
		alice.send("ho\n") // and one's
		alice.read()
		r.clock.Advance(10 * time.Second)
		alice.want("R4", shownNow(r)+"[SYSTEM]: one has left our chat... (too slow)\n"+
			shownNow(r)+"[SYSTEM]: two has left our chat... (too slow)\n")
	})
}

// TestWriterR4Slow: a reader whose every write ends in time is slow, not too slow.
func TestWriterR4Slow(t *testing.T) {
	inRig(t, Config{WriteTimeout: 10 * time.Second}, func(t *testing.T, r *rig) {
		slow, bob := r.join("slow"), r.join("bob")
		slow.read()
		for n := range 5 {
			slow.stall()
			bob.send(fmt.Sprintf("%d\n", n))
			r.clock.Advance(10*time.Second - 1)
			slow.resume()
			expectIn(t, "R4: a write that ends in time", slow.read(), fmt.Sprintf("[bob]: %d\n", n))
		}
		r.clock.Advance(time.Minute)
		expect(t, "R4: nobody was cut", r.srv.Stats().Ended[LeftSlow], 0)
	})
}

// TestWriterE1Lost: a write that fails ends its session as lost, whatever part
// of it went out (E1).
func TestWriterE1Lost(t *testing.T) {
	inRig(t, Config{}, func(t *testing.T, r *rig) {
		alice, bob, carol := r.join("alice"), r.join("bob"), r.join("carol")
		alice.read()
		carol.read()
		bob.Peer().FailWrite(5, fmt.Errorf("the cable is cut"))
		carol.send("hi\n")
		alice.want("E1: the others read that it was lost", rigTime+"[carol]: hi\n"+rigTime+"[SYSTEM]: bob has left our chat... (connection lost)\n")
	})
}

// TestQueueModel: sessions are written to in the order in which they became ready.
func TestQueueModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var model []*session
		peak := 0
		t.Repeat(map[string]func(*rapid.T){
			"push": func(*rapid.T) {
				c := &session{index: len(model)}
				q.push(c)
				model = append(model, c)
			},
			"pop": func(t *rapid.T) {
				c := q.pop()
				if len(model) == 0 {
					expect(t, "M2: nothing comes out of an empty queue", c == nil, true)
					return
				}
				expect(t, "R4: the session that has waited longest", c == model[0], true)
				model = model[1:]
			},
			"": func(t *rapid.T) {
				expect(t, "R4: how many wait", q.len(), len(model))
				if peak = max(peak, len(model)); len(q.items) > 2*peak+1 {
					t.Fatalf("R5: %d places for at most %d sessions", len(q.items), peak)
				}
			},
		})
	})
}
