// Anchors holds chatd against nats-server and redis, which are known for their speed: the
// same fan-out with the same load generator, in interleaved rounds on one machine.
//
//	go run ./tools/anchors                      1000 receivers, 256 messages in flight
//	go run ./tools/anchors -receivers 100,4000
//	go run ./tools/anchors -latency             100 receivers, 2000 messages/s: p99
//
// nats-server is built from the Go module proxy, redis-server must be installed (Debian:
// apt-get install redis-server); what is missing is left out, and said. Linux only.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/chatd/load"
)

const natsModule = "github.com/nats-io/nats-server/v2@v2.15.2"

func main() {
	receivers := flag.String("receivers", "1000", "`numbers` of receivers, by commas")
	rounds := flag.Int("rounds", 5, "rounds of each server")
	span := flag.Duration("d", 3*time.Second, "how long one round is")
	window := flag.Int("window", 256, "messages in flight")
	latency := flag.Bool("latency", false, "100 receivers and 2000 messages a second on a schedule: p99")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *receivers, *rounds, *span, *window, *latency); err != nil {
		fmt.Fprintln(os.Stderr, "anchors:", err)
		os.Exit(1)
	}
}

// An anchor is one server under test.
type anchor struct {
	name, proto, addr string
	cmd               *exec.Cmd
}

func run(ctx context.Context, receivers string, rounds int, span time.Duration, window int, latency bool) error {
	dir, err := os.MkdirTemp("", "anchors-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	chatload := filepath.Join(dir, "chatload")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", dir+"/", "./cmd/chatd", "./cmd/chatload").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	anchors, err := start(ctx, dir)
	defer func() {
		for _, a := range anchors {
			_ = a.cmd.Process.Kill()
			_ = a.cmd.Wait()
		}
	}()
	if err != nil {
		return err
	}
	if latency {
		return compare(ctx, anchors, rounds, "100 receivers, 2000 messages/s", "deliver p99, ms", false, func(a *anchor) (*load.Result, error) {
			return measure(ctx, chatload, a, "run", a.addr, "-c", "101", "-senders", "1", "-rate", "2000/s", "-stall", "0", "-d", span.String())
		})
	}
	for text := range strings.SplitSeq(receivers, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of receivers", text)
		}
		what := fmt.Sprintf("%d receivers, %d messages in flight", n, window)
		err = compare(ctx, anchors, rounds, what, "deliveries/s", true, func(a *anchor) (*load.Result, error) {
			return measure(ctx, chatload, a, "burst", a.addr, "-c", strconv.Itoa(n+1), "-senders", "1",
				"-window", strconv.Itoa(window), "-d", span.String(), "-drain", "30s")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// start starts what there is.
func start(ctx context.Context, dir string) (all []*anchor, err error) {
	begin := func(a *anchor, args ...string) error {
		a.cmd = exec.Command(args[0], args[1:]...)
		a.cmd.Dir = dir
		if err := a.cmd.Start(); err != nil {
			return err
		}
		all = append(all, a)
		return reachable(ctx, a.addr)
	}
	chatd := &anchor{name: "chatd", proto: "line", addr: "127.0.0.1:18989"}
	err = begin(chatd, filepath.Join(dir, "chatd"), "-addr", chatd.addr, "-max-clients", "0", "-max-pending", "0",
		"-rate-interval", "0", "-rate-burst", "0", "-log-level", "error")
	if err != nil {
		return all, err
	}
	install := exec.CommandContext(ctx, "go", "install", natsModule)
	install.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := install.CombinedOutput(); err != nil {
		fmt.Printf("nats-server is left out: %s\n", out)
	} else {
		nats := &anchor{name: "nats-server", proto: "nats", addr: "127.0.0.1:14333"}
		if err := begin(nats, filepath.Join(dir, "nats-server"), "-a", "127.0.0.1", "-p", "14333"); err != nil {
			return all, err
		}
	}
	redis, err := exec.LookPath("redis-server")
	if err != nil {
		fmt.Println("redis is left out:", err)
		return all, nil
	}
	return all, begin(&anchor{name: "redis", proto: "redis", addr: "127.0.0.1:16333"}, redis, "--port", "16333",
		"--bind", "127.0.0.1", "--save", "", "--maxclients", "20000", "--client-output-buffer-limit", "pubsub 0 0 0")
}

// reachable waits until somebody listens.
func reachable(ctx context.Context, addr string) error {
	for range 100 {
		conn, err := dial(ctx, addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("nobody listens on " + addr)
}

// measure is one round.
func measure(ctx context.Context, chatload string, a *anchor, args ...string) (*load.Result, error) {
	args = append(args, "-proto", a.proto, "-o", "json=-", "-live", "off", "-seed", "1")
	out, err := exec.CommandContext(ctx, chatload, args...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	r := &load.Result{}
	if e := json.Unmarshal(out, r); e != nil {
		return nil, fmt.Errorf("%s: %w", a.name, errors.Join(err, e))
	}
	if code := r.Verdict.Code; code != 0 && code != 4 {
		return nil, fmt.Errorf("%s: %s", a.name, r.Verdict.Text)
	}
	return r, nil
}

// compare runs rounds of all servers in turn and prints medians and chatd's ratio.
func compare(ctx context.Context, anchors []*anchor, rounds int, what, unit string, more bool, one func(*anchor) (*load.Result, error)) error {
	values, costs := map[string][]float64{}, map[string][]float64{}
	invalid := 0
	for range rounds {
		for _, a := range anchors {
			before := cpu(a.cmd.Process.Pid)
			r, err := one(a)
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v := r.Latency.Deliver.P99 * 1e3
			if more {
				v = float64(r.Totals.Delivered) / r.Span()
			}
			if r.Verdict.Code == 4 {
				invalid++
			}
			values[a.name] = append(values[a.name], v)
			costs[a.name] = append(costs[a.name], float64((cpu(a.cmd.Process.Pid)-before).Nanoseconds())/float64(max(r.Totals.Delivered, 1)))
		}
	}
	fmt.Printf("%s, medians of %d rounds\n", what, rounds)
	base := median(values["chatd"])
	for _, a := range anchors {
		v := median(values[a.name])
		ratio := base / v
		if !more {
			ratio = v / base
		}
		fmt.Printf("  %-12s %12.4g %s  (%.4g to %.4g)  CPU %5.0f ns/delivery  chatd is %.2f times as good\n",
			a.name, v, unit, slices.Min(values[a.name]), slices.Max(values[a.name]), median(costs[a.name]), ratio)
	}
	if invalid > 0 {
		fmt.Printf("  in %d of %d rounds chatload itself was late: the machine was busy, latencies are upper bounds\n", invalid, rounds*len(anchors))
	}
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if len(v) == 0 {
		return 0
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
