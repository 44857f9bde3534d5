package netfake

import (
	"net/netip"
	"slices"
)

// A Rule says whether what one host sends to another is cut off. It is called
// with locks held and must not call back.
type Rule func(from, to netip.Addr) bool

// OneWay cuts off what from sends to to, not the answers. Both are IP addresses,
// "localhost", or empty for every host; anything else panics.
func OneWay(from, to string) Rule {
	isFrom, isTo := host(from), host(to)
	return func(f, t netip.Addr) bool { return isFrom(f) && isTo(t) }
}

// TwoWay cuts off two hosts from each other; the arguments are those of OneWay.
func TwoWay(a, b string) Rule {
	there, back := OneWay(a, b), OneWay(b, a)
	return func(f, t netip.Addr) bool { return there(f, t) || back(f, t) }
}

func host(name string) func(netip.Addr) bool {
	if name == "" {
		return func(netip.Addr) bool { return true }
	}
	ip, err := parseHost(name)
	if err != nil {
		panic("netfake: rule: " + err.Error())
	}
	return func(a netip.Addr) bool { return a == ip }
}

// A Partition is a cut through a Network, in force until it is healed.
type Partition struct {
	net     *Network
	rule    Rule
	barrier Barrier
}

// Partition cuts off what the rule says, in present and future connections, with
// a barrier that is Holding or Dropping; several partitions add up. A Dial that
// would have to cross it, there or back, fails with ETIMEDOUT, at once.
func (n *Network) Partition(rule Rule, barrier Barrier) *Partition {
	p := &Partition{net: n, rule: rule, barrier: barrier}
	n.repartition(func(all []*Partition) []*Partition { return append(all, p) })
	return p
}

// Heal ends the partition. What it does to the connections is what Wire.Heal
// does. Healing again has no effect.
func (p *Partition) Heal() {
	p.net.repartition(func(all []*Partition) []*Partition {
		return slices.DeleteFunc(all, func(q *Partition) bool { return p == q })
	})
}

// Heal ends every Partition and every Hold and Drop.
func (n *Network) Heal() {
	n.repartition(func([]*Partition) []*Partition { return nil })
	for _, c := range n.Conns() {
		c.Out().Heal()
		c.In().Heal()
	}
}

// repartition changes the rules, then applies them to one connection after the
// other.
func (n *Network) repartition(change func([]*Partition) []*Partition) {
	all, version := n.changeRules(change)
	for _, c := range n.Conns() {
		c.pair.repartition(all, version)
	}
}

func (n *Network) changeRules(change func([]*Partition) []*Partition) ([]*Partition, uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.partitions = change(slices.Clone(n.partitions))
	n.rules++
	return n.partitions, n.rules
}

func (p *pair) repartition(all []*Partition, version uint64) {
	p.lock()
	defer p.unlock()
	if version < p.rules {
		return // newer ones are in force
	}
	up, down := p.up.byRule, p.down.byRule
	p.apply(all, version)
	if up != p.up.byRule {
		p.up.barred()
	}
	if down != p.down.byRule {
		p.down.barred()
	}
}

// apply finds the worst barrier in each direction.
func (p *pair) apply(all []*Partition, version uint64) {
	p.rules = version
	if len(all) == 0 {
		p.up.byRule, p.down.byRule = Open, Open
		return
	}
	client, server := p.client.local.AddrPort().Addr(), p.server.local.AddrPort().Addr()
	p.up.byRule, p.down.byRule = worst(all, client, server), worst(all, server, client)
}

func worst(all []*Partition, from, to netip.Addr) (b Barrier) {
	for _, p := range all {
		if p.barrier > b && p.rule(from.Unmap(), to.Unmap()) {
			b = p.barrier
		}
	}
	return b
}
