package report

import (
	"fmt"
	"strings"

	"example.com/chatd/load"
)

// A fact is one line about a run: what it is about, and the figures with their units.
type fact struct {
	name string
	tone tone
	text string
}

// loadLines say what was asked for and what was done.
func loadLines(r *load.Result) []fact {
	facts := []fact{{"plan", plain, planText(&r.Setup)}}
	if len(r.Setup.Stages) > 0 {
		facts = append(facts, fact{"stages", plain, stagesText(&r.Setup)})
	}
	if text := misbehaviour(&r.Setup); text != "" {
		facts = append(facts, fact{"trouble", plain, text})
	}
	facts = append(facts, traffic(&r.Totals, r.Span())...)
	facts = append(facts, fact{"chatload", plain, ownText(r)})
	if text := serverCost(r); text != "" {
		facts = append(facts, fact{"server", plain, text})
	}
	return facts
}

func planText(s *load.Setup) string {
	text := fmt.Sprintf("%s, %s; %s; %s each; seed %d",
		count(int64(s.Clients), "client"), count(int64(s.Senders), "sender"), pace(s), count(int64(s.Size), "byte"), s.Seed)
	if s.Preset != "" {
		text = "preset " + s.Preset + ": " + text
	}
	return text
}

// pace is how much is sent.
func pace(s *load.Setup) string {
	if s.Mode == load.ModeBurst {
		return count(int64(s.Window), "message") + " in flight"
	}
	text := flow(s.Rate, "message") + " in all"
	if s.Arrival != "" {
		text += " (" + s.Arrival + ")"
	}
	return text
}

func stagesText(s *load.Setup) string {
	text := strings.Join(s.Stages, ", ")
	if s.Warmup > 0 {
		text += "; warm-up " + span(s.Warmup)
	}
	if s.Drain > 0 {
		text += "; drain " + span(s.Drain)
	}
	return text
}

// misbehaviour is who was asked to misbehave, and how; empty if nobody.
func misbehaviour(s *load.Setup) string {
	var parts []string
	if s.Churn > 0 {
		parts = append(parts, "churn "+flow(s.Churn, "client"))
	}
	if s.Slow != "" {
		parts = append(parts, "slow "+s.Slow)
	}
	if s.Stall > 0 {
		parts = append(parts, count(int64(s.Stall), "stalled reader"))
	}
	if s.Flood > 0 {
		parts = append(parts, count(int64(s.Flood), "flooder"))
	}
	if len(s.Faults) > 0 {
		parts = append(parts, "faults "+strings.Join(s.Faults, ", "))
	}
	return strings.Join(parts, "; ")
}

// traffic is what went out and came in, and what did not.
func traffic(t *load.Totals, elapsed float64) []fact {
	sent := fmt.Sprintf("%s due, %s sent", grouped(t.Due), grouped(t.Sent))
	if t.Due > 0 {
		sent += " (" + share(ratio(float64(t.Sent), float64(t.Due))) + ")"
	}
	received := count(t.Delivered, "delivery") + ", " + perSecond(ratio(float64(t.Delivered), elapsed)) +
		" over " + span(elapsed) + "; " + size(float64(t.Bytes)) + " read"
	reached := "nobody was due to receive"
	if t.Expected > 0 {
		reached = fmt.Sprintf("%s of %s owed", share(reach(t)), count(t.Expected, "delivery"))
	}
	missing := fmt.Sprintf("%s announced, %s lost silently, %s indeterminate",
		grouped(t.Announced), grouped(t.Lost), grouped(t.Indeterminate))
	order := fmt.Sprintf("%s, %s reordered, %s corrupt", count(t.Duplicates, "duplicate"), grouped(t.Reordered), grouped(t.Corrupt))
	clients := fmt.Sprintf("%s, %s refused, %s (%s with a reason), %s inside at the end",
		count(t.Connects, "connect"), grouped(t.Refused), count(t.Disconnects, "disconnect"), grouped(t.Reasoned), grouped(t.Inside))
	return []fact{
		{"messages", plain, sent},
		{"received", plain, received},
		{"reach", plain, reached},
		{"missing", badIf(t.Lost > 0), missing},
		{"order", badIf(t.Duplicates+t.Reordered+t.Corrupt > 0), order},
		{"clients", plain, clients},
	}
}

func badIf(is bool) tone {
	if is {
		return bad
	}
	return plain
}

// reach is the part of the owed deliveries that was made, 1 being all of them.
func reach(t *load.Totals) float64 {
	return ratio(float64(t.Expected-t.Announced-t.Lost), float64(t.Expected))
}

func ownText(r *load.Result) string {
	own := &r.Own
	text := fmt.Sprintf("CPU %s (%s", seconds(own.CPU), share(own.CPUShare))
	if r.Machine.Cores > 0 {
		text += " of " + count(int64(r.Machine.Cores), "core")
	}
	text += ")"
	if own.PerDelivery > 0 {
		text += ", " + seconds(own.PerDelivery) + " a delivery"
	}
	return text + ", " + size(float64(own.RSS)) + " of memory"
}

// serverCost is what the server used, or nothing where that is not known.
func serverCost(r *load.Result) string {
	if r.Own.ServerCPU <= 0 {
		return ""
	}
	text := "CPU " + seconds(r.Own.ServerCPU)
	if r.Own.PerDeliveryOut > 0 {
		text += ", " + seconds(r.Own.PerDeliveryOut) + " a delivery"
	}
	return text
}

func worstText(w *load.Worst) string {
	return fmt.Sprintf("number %s of %s, due at %s, reached %s after %s.",
		grouped(w.Sequence), w.Sender, moment(w.At), w.Receiver, seconds(w.Latency))
}

func stalledText(s *load.Stalled) string {
	text := count(int64(s.Readers), "stalled reader") + " moved the others' deliver p99 from " +
		seconds(s.Before) + " to " + seconds(s.After)
	if s.Before > 0 && s.After > 0 {
		text += " (" + times(s.After/s.Before) + " times)"
	}
	return text + "; the server announced " + count(s.Announced, "line") + " as missed."
}

// A comparison of one count, the server's and chatload's.
type counted struct{ what, server, own string }

func crossCheck(r *load.Result) []counted {
	s, t := r.Server, &r.Totals
	all := []counted{
		{"messages", number(s.Messages), grouped(t.Sent)},
		{"deliveries", number(s.Delivered), grouped(t.Delivered)},
		{"missed, announced", number(s.Missed), grouped(t.Announced)},
		{"joins", number(s.Joins), grouped(t.Connects)},
	}
	if s.RSS > 0 {
		all = append(all, counted{"memory", size(s.RSS), nothing})
	}
	if s.Tasks > 0 {
		all = append(all, counted{"goroutines", number(s.Tasks), nothing})
	}
	return all
}

// origin is where and when the figures come from.
func origin(r *load.Result) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if r.Target.Addr != "" {
		by := ""
		if r.Target.Self {
			by = " (started by chatload)"
		}
		add("target %s%s", r.Target.Addr, by)
	}
	if r.Target.Proto != "" {
		add("protocol %s", r.Target.Proto)
	}
	if r.Run != "" {
		add("run %s", r.Run)
	}
	if !r.Started.IsZero() {
		add("%s", r.Started.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	if r.Machine.OS != "" {
		add("%s/%s, %s, %s", r.Machine.OS, r.Machine.Arch, count(int64(r.Machine.Cores), "core"), r.Machine.Go)
	}
	if r.Tool != "" {
		add("chatload %s", r.Tool)
	}
	return strings.Join(parts, "; ")
}
