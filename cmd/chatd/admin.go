package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// adminStopTimeout is how long the last request may take when chatd stops.
	adminStopTimeout = time.Second
	// scrapesMax bounds the scrapes served at once.
	scrapesMax = 4
)

// admin is the operator's HTTP server behind -admin (O2): health, metrics and
// profiles. It starts before the room is open and stops after the room is closed.
type admin struct {
	ln  net.Listener
	srv *http.Server
}

// listenAdmin opens the port. An address without a host means this machine alone:
// profiles are nobody else's business, and to listen elsewhere one writes it out.
func listenAdmin(ctx context.Context, addr string, h http.Handler, log *slog.Logger) (*admin, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", adminAddr(addr))
	if err != nil {
		return nil, err
	}
	return &admin{ln: ln, srv: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second, // a profile adds its own seconds
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}, nil
}

func adminAddr(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host == "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// serve returns when stop was called, or with the error that ended it before.
func (a *admin) serve() error {
	if err := a.srv.Serve(a.ln); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// stop lets the requests under way finish, not for long.
func (a *admin) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), adminStopTimeout)
	defer cancel()
	if a.srv.Shutdown(ctx) != nil {
		a.srv.Close()
	}
}

// adminHandler answers for a server that is ready, or not, at the moment of asking.
func adminHandler(metrics prometheus.Gatherer, ready func() bool) http.Handler {
	mux := http.NewServeMux()
	alive := func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if ready() {
			answer(w, http.StatusOK, "ready")
			return
		}
		answer(w, http.StatusServiceUnavailable, "draining")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesMax}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}
