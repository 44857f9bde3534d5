package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/dialect"
	"example.com/chatd/metrics"
)

// secondSignalFlush is how long an exit "at once" waits for a blocked stderr.
const secondSignalFlush = 100 * time.Millisecond

// daemon is one room behind one port, from start to stop.
//
// Goroutines: run starts one that serves the room and, with -admin, one that serves
// the operator; stop starts one that drains. A clean stop ends all of them and run
// waits for them; a second signal waits for nobody.
type daemon struct {
	// Immutable.
	opts     *options
	out      *spool
	log      *slog.Logger
	server   *chat.Server
	cert     *certificate // nil without TLS
	terminal bool         // a person reads stderr

	// Owned by run.
	admin  *admin // nil without -admin
	served chan error
	tasks  sync.WaitGroup

	draining atomic.Bool
}

// newDaemon does all that can fail because of a flag's value, before any port is
// open.
func newDaemon(opts *options, out *spool, terminal bool) (*daemon, error) {
	d := &daemon{opts: opts, out: out, terminal: terminal, served: make(chan error, 1)}
	d.log = newLogger(out, opts.logFormat, opts.logLevel)
	config := opts.config()
	config.Logger = d.log
	var err error
	if opts.motd != "" {
		if config.MOTD, err = readMOTD(opts.motd); err != nil {
			return nil, opts.invalid("motd", opts.motd, err)
		}
	}
	if opts.tlsCert != "" {
		if d.cert, err = loadCertificate(opts.tlsCert, opts.tlsKey); err != nil {
			return nil, fmt.Errorf("cannot use %s %q with %s %q: %w",
				opts.source("tls-cert"), opts.tlsCert, opts.source("tls-key"), opts.tlsKey, err)
		}
	}
	if err = opts.speaks().Check(config); err != nil {
		return nil, opts.inFlags(err)
	}
	if d.server, err = chat.New(config); err != nil {
		return nil, opts.inFlags(err)
	}
	return d, nil
}

// run listens, serves and returns the exit code.
func (d *daemon) run(ctx context.Context, signals <-chan os.Signal) int {
	ln, err := listenTCP(ctx, d.opts.addr, d.opts.writeTimeout, d.log)
	if err != nil {
		d.log.Error("cannot listen", "addr", d.opts.addr, "error", err)
		return exitFailure
	}
	if d.opts.admin != "" {
		h := adminHandler(metrics.NewRegistry(d.stats), d.ready)
		if d.admin, err = listenAdmin(ctx, d.opts.admin, h, d.log); err != nil {
			d.log.Error("cannot listen for -admin", "addr", d.opts.admin, "error", err)
			ln.Close()
			return exitFailure
		}
	}
	d.serve(ln)
	return d.wait(ctx, signals)
}

// serve opens the room.
func (d *daemon) serve(ln net.Listener) {
	addr := ln.Addr()
	if d.admin != nil {
		d.tasks.Go(func() {
			if err := d.admin.serve(); err != nil {
				d.log.Error("admin server failed", "error", err)
			}
		})
		d.log.Info("admin listening", "addr", d.admin.ln.Addr().String())
	}
	if d.cert != nil {
		ln = d.cert.listener(ln)
		d.logCertificate("certificate loaded")
	}
	ln = dialect.Listen(ln, d.opts.speaks()) // chatd's own is ln itself
	d.tasks.Go(func() { d.served <- d.server.Serve(ln) })
	d.log.Info("listening", "addr", addr.String(), "tls", d.cert != nil, "dialect", d.opts.dialect)
	if d.terminal {
		local, _ := net.InterfaceAddrs()
		io.WriteString(d.out, bannerText(addr, d.cert != nil, local))
	}
}

// wait is where chatd spends its life.
func (d *daemon) wait(ctx context.Context, signals <-chan os.Signal) int {
	for {
		select {
		case <-ctx.Done():
			return d.stop(signals, exitClean)
		case err := <-d.served:
			d.log.Error("serving failed", "error", err)
			return d.stop(signals, exitFailure)
		case s := <-signals:
			d.log.Info("signal received", "signal", s.String())
			if s != syscall.SIGHUP || d.hungUp() {
				return d.stop(signals, exitClean)
			}
			d.reload()
		}
	}
}

// stop drains the room (E3) and returns status, or gives up on a second signal. The
// operator's server goes last: /readyz says "draining" all the while.
func (d *daemon) stop(signals <-chan os.Signal, status int) int {
	d.draining.Store(true)
	stopped := make(chan error, 1)
	d.tasks.Go(func() { stopped <- d.server.Stop() })
	for {
		select {
		case err := <-stopped:
			d.logStopped(err)
			if d.admin != nil {
				d.admin.stop()
			}
			d.tasks.Wait()
			return status
		case s := <-signals:
			if s == syscall.SIGHUP {
				continue // nothing to reload for any more
			}
			d.log.Warn("second signal, exiting at once", "signal", s.String())
			d.out.close(secondSignalFlush)
			return exitFailure
		}
	}
}

// logStopped says how it went. Clients that had to be cut are no failure (E3).
func (d *daemon) logStopped(err error) {
	s := d.stats()
	log := d.log.With("joins", s.Joins, "messages", s.Messages, "log_dropped", s.LogDropped)
	if err != nil {
		log.Warn("stopped", "error", err)
		return
	}
	log.Info("stopped")
}

// reload reads the certificate again (SIGHUP).
func (d *daemon) reload() {
	if d.cert == nil {
		d.log.Info("nothing to reload: no -tls-cert")
		return
	}
	if err := d.cert.reload(); err != nil {
		d.log.Error("certificate not reloaded, the old one stays", "error", err)
		return
	}
	d.logCertificate("certificate reloaded")
}

func (d *daemon) logCertificate(event string) {
	until := d.cert.notAfter()
	d.log.Info(event, "file", d.cert.certFile, "not_after", until)
	if time.Now().After(until) {
		d.log.Warn("certificate has expired", "file", d.cert.certFile, "not_after", until)
	}
}

// hungUp says whether a SIGHUP means that the terminal chatd was started from is
// gone, which is no wish to reload anything.
func (d *daemon) hungUp() bool { return d.terminal && !isTerminal(d.out.w) }

// ready is what /readyz says.
func (d *daemon) ready() bool { return !d.draining.Load() }

// stats is the room's snapshot; the records that got no further than chatd's own
// buffer are lost like those the room could not hand over.
func (d *daemon) stats() chat.Stats {
	s := d.server.Stats()
	s.LogDropped += d.out.droppedCount()
	return s
}
