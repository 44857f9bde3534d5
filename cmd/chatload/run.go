package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"example.com/chatd/load"
	"example.com/chatd/load/faultproxy"
	"example.com/chatd/load/report"
)

// run loads one server once: run and burst.
func (p *program) run(ctx context.Context, o *options) int {
	var baseline *load.Result
	if o.baseline != "" {
		var err error
		if baseline, err = readReport(o.baseline); err != nil {
			return p.complain(err)
		}
	}
	r, err := p.once(ctx, o, o.config, true)
	if err != nil {
		return p.complain(err)
	}
	if !toStdout(o.outputs) {
		if err := p.show(r, o.quiet); err != nil {
			fmt.Fprintln(p.stderr, "chatload:", err)
		}
	}
	regressed, doubtful := false, false
	if baseline != nil {
		w := p.stdout
		if toStdout(o.outputs) {
			w = p.stderr
		}
		regressed, doubtful = p.hold(w, baseline, r, o.maxRegress, o.quiet || toStdout(o.outputs))
		doubtful = doubtful && o.maxRegress >= 0
	}
	if err := p.write(o.outputs, r, baseline); err != nil {
		return p.complain(err)
	}
	return finish(r, regressed, doubtful)
}

// once carries out one run against o's target, or a new server of its own, and shows it
// while it goes on. The error is one of the configuration: what goes wrong with the
// target is in the result.
func (p *program) once(ctx context.Context, o *options, c load.Config, live bool) (*load.Result, error) {
	c.Tool = version()
	c.Self = o.self
	var own *child
	if o.self {
		var err error
		if own, err = startChild(ctx, served{anyPort, anyPort}, p.stderr); err != nil {
			return nil, err
		}
		defer func() {
			if err := own.stop(); err != nil {
				fmt.Fprintln(p.stderr, "chatload: the server of -self:", err)
			}
		}()
		c.Addr, c.Admin = own.Addr, "http://"+own.Admin
	}
	t := &troubles{}
	if len(o.faults) > 0 {
		if c.Seed == 0 {
			c.Seed = load.RandomSeed() // the faults follow it too
		}
		proxy, err := faultproxy.New(faultproxy.Config{
			Target: c.Addr, Faults: o.faults, Seed: c.Seed, OnEvent: t.note,
		})
		if err != nil {
			return nil, err
		}
		defer proxy.Close()
		c.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return proxy.DialNumber(ctx, load.Number(ctx))
		}
		c.OnStart = proxy.Start
	}
	run, err := load.New(c)
	if err != nil {
		return nil, err
	}
	t.run = run
	if own != nil && c.Preset == "restart" {
		defer p.restarts(ctx, own, run)()
	}
	if live && !o.quiet {
		defer p.watch(run, t, o.live)()
	}
	return run.Do(ctx)
}

// watch shows the run until the function it returns is called.
func (p *program) watch(run *load.Run, t *troubles, how string) (stop func()) {
	_, onTerminal := terminal(p.stderr)
	style := p.styleOf(p.stderr)
	done, gone := make(chan struct{}), make(chan struct{})
	every := time.Second
	if how == "off" {
		return func() {}
	}
	block := &block{w: p.stderr}
	show := func() { io.WriteString(p.stderr, liveLine(run.Snapshot(), t, style)) }
	if onTerminal || how == "on" {
		every = time.Second / 5
		show = func() { block.show(report.Live(progress(run.Snapshot(), t), style)) }
	}
	go func() {
		defer close(gone)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show()
			case <-done:
				block.clear()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-gone
	}
}
