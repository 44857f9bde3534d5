package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A scraper reads the server's own counters each second.
type scraper struct {
	run    *Run
	url    string
	client http.Client
	end    context.CancelFunc
	done   chan struct{}

	mu          sync.Mutex
	first, last map[string]float64
	err         error
}

// The counters that are read.
const (
	messagesTotal   = "chatd_messages_total"
	deliveriesTotal = "chatd_deliveries_total"
	missedTotal     = "chatd_missed_lines_total"
	joinsTotal      = "chatd_joins_total"
	residentBytes   = "process_resident_memory_bytes"
	cpuSeconds      = "process_cpu_seconds_total"
	goroutines      = "go_goroutines"
)

func startScraper(r *Run) *scraper {
	ctx, end := context.WithCancel(context.Background())
	s := &scraper{run: r, end: end, done: make(chan struct{})}
	if r.cfg.Admin != "" {
		s.url = strings.TrimSuffix(strings.TrimSuffix(r.cfg.Admin, "/"), "/metrics") + "/metrics"
		s.client.Transport = &http.Transport{}
		s.take(ctx)
	}
	go func() {
		defer close(s.done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			s.take(ctx)
			r.sample(int64(s.value(residentBytes)), int64(s.value(goroutines)))
		}
	}()
	return s
}

func (s *scraper) stop() {
	if s == nil {
		return
	}
	s.end()
	<-s.done
	s.client.CloseIdleConnections()
}

// take reads the counters once.
func (s *scraper) take(ctx context.Context) {
	if s.url == "" {
		return
	}
	values, err := s.scrape(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			s.err = err
		}
		return
	}
	if s.first == nil {
		s.first = values
	}
	s.last = values
}

func (s *scraper) scrape(ctx context.Context) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(s.url + ": " + resp.Status)
	}
	return parseMetrics(io.LimitReader(resp.Body, 4<<20))
}

// parseMetrics reads the samples without labels of the Prometheus text format.
func parseMetrics(from io.Reader) (map[string]float64, error) {
	values := map[string]float64{}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.HasPrefix(name, "#") || strings.Contains(name, "{") {
			continue
		}
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			values[name] = f
		}
	}
	return values, lines.Err()
}

func (s *scraper) value(name string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[name]
}

// growth is how much a counter has grown since the first reading.
func (s *scraper) growth(name string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[name] - s.first[name]
}

// server is what the server's own counters say; nil where they were not asked.
func (s *scraper) server(t *Totals, flooded bool) *Server {
	if s == nil || s.url == "" {
		return nil
	}
	s.mu.Lock()
	known, err := s.last != nil, s.err
	s.mu.Unlock()
	if !known {
		return &Server{URL: s.url, Text: fmt.Sprintf("its counters could not be read: %v", err)}
	}
	out := &Server{
		URL: s.url, Messages: s.growth(messagesTotal), Delivered: s.growth(deliveriesTotal),
		Missed: s.growth(missedTotal), Joins: s.growth(joinsTotal), RSS: s.value(residentBytes), Tasks: s.value(goroutines),
	}
	switch {
	case flooded && out.Messages >= float64(t.Sent):
		out.Agrees = true
		out.Text = fmt.Sprintf("it counts %.0f messages, the flood among them; chatload sent %d", out.Messages, t.Sent)
	case out.Messages == float64(t.Sent):
		out.Agrees = true
		out.Text = fmt.Sprintf("it counts the %d messages that chatload sent", t.Sent)
	default:
		out.Text = fmt.Sprintf("it counts %.0f messages, chatload sent %d", out.Messages, t.Sent)
	}
	return out
}

// takeNow reads the counters at this moment.
func (s *scraper) takeNow() { s.take(context.Background()) }
