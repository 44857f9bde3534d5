package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/chatd/chat"
	"example.com/chatd/metrics"
)

func TestAdminEndpoints(t *testing.T) {
	var ready atomic.Bool
	h := adminHandler(metrics.NewRegistry(func() chat.Stats { return chat.Stats{Active: 3} }), ready.Load)
	do := func(method, path string, status int, want string) {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s %s: %d %q, want %d %q", method, path, w.Code, w.Body, status, want)
		}
	}
	// O2: alive while the process is, ready while it serves.
	do("GET", "/readyz", 503, "draining\n")
	ready.Store(true)
	do("GET", "/readyz", 200, "ready\n")
	do("HEAD", "/readyz", 200, "")
	ready.Store(false)
	do("GET", "/readyz", 503, "draining\n")
	do("GET", "/healthz", 200, "ok\n")
	do("GET", "/livez", 200, "ok\n")

	do("GET", "/metrics", 200, "chatd_connections{state=\"active\"} 3\n")
	do("GET", "/debug/pprof/", 200, "goroutine")
	do("GET", "/debug/pprof/goroutine?debug=1", 200, "goroutine profile:")
	do("GET", "/debug/pprof/cmdline", 200, "")
	do("GET", "/debug/pprof/symbol", 200, "num_symbols")

	do("POST", "/healthz", 405, "")
	do("GET", "/", 404, "")
}

// O2: loopback unless told otherwise.
func TestAdminAddr(t *testing.T) {
	for _, tt := range []struct{ flag, want string }{
		{":9090", "127.0.0.1:9090"},
		{":0", "127.0.0.1:0"},
		{"localhost:9090", "localhost:9090"},
		{"0.0.0.0:9090", "0.0.0.0:9090"},
		{"[::]:9090", "[::]:9090"},
	} {
		if got := adminAddr(tt.flag); got != tt.want {
			t.Errorf("-admin %s listens on %s, want %s", tt.flag, got, tt.want)
		}
	}
}

// The server ends with its stop, a request under way included, and leaves nothing.
func TestAdminStops(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		answer(w, 200, "done")
	})
	a, err := listenAdmin(t.Context(), ":0", h, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.serve() }()
	body := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + a.ln.Addr().String())
		if err != nil {
			body <- err.Error()
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		body <- string(text)
	}()
	<-inside
	stopped := make(chan struct{})
	go func() { a.stop(); close(stopped) }()
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	close(leave)
	if got := <-body; got != "done\n" {
		t.Errorf("the request under way got %q", got)
	}
	<-stopped
	http.DefaultClient.CloseIdleConnections()
}
