package faultproxy

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestScheduleEvents: faults begin and end at their instant, in order, and say whom
// they hit, also of those that came later.
func TestScheduleEvents(t *testing.T) {
	inBubble(t, 3, []string{"2s:1s:latency:50%", "1s:1s:blackhole:100%", "2s:0s:halfclose:100%"}, func(r *rig) {
		f := r.proxy.faults
		for range 10 {
			defer r.link().close()
		}
		r.clock.Advance(time.Hour)
		require.Empty(t, r.events, "nothing happens before Start")
		r.proxy.Start()
		r.proxy.Start()

		r.clock.Advance(time.Second - 1)
		require.Empty(t, r.events)
		r.clock.Advance(1)
		require.Equal(t, []Event{{f[1], 1, true, time.Second, 10, 10}}, r.events)

		defer r.link().close()
		defer r.link().close()
		r.clock.Advance(time.Second)
		half := r.events[2].Hit
		require.InDelta(t, 6, half, 1)
		require.Equal(t, []Event{
			{f[1], 1, false, 2 * time.Second, 12, 12},
			{f[0], 0, true, 2 * time.Second, 12, half},
			{f[2], 2, true, 2 * time.Second, 12, 12},
			{f[2], 2, false, 2 * time.Second, 12, 12},
		}, r.events[1:])

		r.clock.Advance(time.Hour)
		require.Equal(t, Event{f[0], 0, false, 3 * time.Second, 12, half}, r.events[5])
		require.Len(t, r.events, 6)
		require.Equal(t, r.events, r.proxy.Events())
		require.Zero(t, r.clock.Pending())
		require.Equal(t, "1s:1s:blackhole:100% begins on 10 of 10 connections", r.events[0].String())
		require.Equal(t, "1s:1s:blackhole:100% is over, it hit 12 connections", r.events[1].String())
	})
}

// TestScheduleAtZero: what begins at 0s has begun when Start returns.
func TestScheduleAtZero(t *testing.T) {
	inBubble(t, 1, []string{"0s:1s:blackhole:100%"}, func(r *rig) {
		l := r.link()
		defer l.close()
		r.proxy.Start()
		require.Len(t, r.events, 1)
		r.say(l, "held")
		require.Empty(t, l.toServer.seen())
	})
}

// TestScheduleEndsWithClose: no fault begins behind Close, and no timer is left.
func TestScheduleEndsWithClose(t *testing.T) {
	inBubble(t, 1, []string{"1s:1s:blackhole:100%"}, func(r *rig) {
		r.proxy.Start()
		require.Equal(t, 1, r.clock.Pending())
		r.proxy.Close()
		require.Zero(t, r.clock.Pending())
		r.proxy.Start()
		r.clock.Advance(time.Hour)
		require.Empty(t, r.events)
	})
}

// TestChoiceByNumber: DialNumber decides who is hit, in whatever order clients come,
// and the same seed hits the same.
func TestChoiceByNumber(t *testing.T) {
	var hit [2]map[uint64]bool
	for round := range hit {
		inBubble(t, 7, []string{"0s:1s:blackhole:30%"}, func(r *rig) {
			hit[round] = make(map[uint64]bool)
			r.proxy.Start()
			for i := range uint64(40) {
				number := i
				if round == 1 {
					number = 39 - i
				}
				client, err := r.proxy.DialNumber(t.Context(), number)
				require.NoError(t, err)
				server, err := r.server.Accept()
				require.NoError(t, err)
				l := &link{client, server, newTap(client), newTap(server)}
				defer l.close()
				r.say(l, "x")
				hit[round][number] = l.toServer.seen() == ""
			}
			synctest.Wait()
			r.clock.Advance(time.Second)
			require.InDelta(t, 12, r.events[1].Hit, 2)
		})
	}
	require.Equal(t, hit[0], hit[1])
}
