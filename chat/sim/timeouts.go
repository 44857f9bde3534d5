package sim

import (
	"bytes"
	"time"
)

// timeouts is oracle 11: a timeout strikes at the moment it is due, the idle sweep
// within its second (L3, R3). It looks at clients that read at once, and only where
// nothing stood between them and the server.
func (l *ledger) timeouts(w *world) {
	if w.opts.Hurrying > 0 || l.acceptErrors > 0 {
		return
	}
	for _, c := range w.clients[1:] {
		if c.faulted || c.far || len(c.obs.Reads) == 0 {
			continue
		}
		at := c.obs.Reads[len(c.obs.Reads)-1].At
		switch {
		case bytes.HasSuffix(c.obs.Bytes, []byte("login timed out, goodbye\n")):
			if due := c.since + w.opts.login(); at != due {
				w.violate("L3", 11, "%s runs out of time at %v, not at %v", c.obs.Client, at, due)
			}
		case bytes.HasSuffix(c.obs.Bytes, []byte("idle for too long, goodbye\n")) && w.opts.RateMillis < 0 && c.lastLine < at:
			const sweep = time.Second
			if due := c.lastLine + w.opts.idle(); at < due || at >= due+sweep {
				w.violate("R3", 11, "%s is ended for being idle at %v, not within a second from %v", c.obs.Client, at, due)
			}
		}
	}
}
