package chat

import (
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestConfigRefused(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want []string // field, value, what is allowed
	}{
		{Config{MaxMessage: -1}, []string{"Config.MaxMessage", "-1", "1 to 16384"}},
		{Config{MaxMessage: 16385}, []string{"Config.MaxMessage", "16385", "1 to 16384"}},
		{Config{TranscriptBytes: 100}, []string{"Config.TranscriptBytes", "100", fmt.Sprint("at least ", 12*lineBytesMax(1024)), "MaxMessage 1024"}},
		{Config{TranscriptBytes: -1}, []string{"Config.TranscriptBytes", "-1", "at least"}},
		{Config{TranscriptBytes: 12*lineBytesMax(5) - 1, MaxMessage: 5}, []string{"Config.TranscriptBytes", "at least", "MaxMessage 5"}},
		{Config{RateInterval: 1 << 62}, []string{"Config.RateInterval", time.Duration(1 << 62).String(), "RateBurst 5", "at most"}},
		{Config{RateInterval: time.Hour, RateBurst: 1 << 40}, []string{"Config.RateInterval", "1h0m0s", "at most"}},
		{Config{Slow: "drop"}, []string{"Config.Slow", `"drop"`, `"skip"`, `"kick"`}},
		{Config{MOTD: strings.Repeat("x", 8193)}, []string{"Config.MOTD", "8193", "8192"}},
		{Config{MOTD: strings.Repeat("\n", 201)}, []string{"Config.MOTD", "201 lines", "200"}},
		{Config{MOTD: strings.Repeat("\n", 200) + "x"}, []string{"Config.MOTD", "201 lines", "200"}},
		{Config{MOTD: "hi \xff"}, []string{"Config.MOTD", `"hi \xff"`, "UTF-8"}},
	} {
		srv, err := New(c.cfg)
		if err == nil || srv != nil {
			t.Errorf("New(%v): %v: want an error, and no server", c.want, err)
			continue
		}
		expectIn(t, "O1: a bad field is named with its value and what is allowed", err.Error(), c.want...)
	}
}

func TestConfigTaken(t *testing.T) {
	for _, cfg := range []Config{
		{},
		{MaxMessage: 1}, {MaxMessage: 16384},
		{TranscriptBytes: 12 * lineBytesMax(1024)},
		{TranscriptBytes: 12 * lineBytesMax(1), MaxMessage: 1},
		{RateInterval: rateSpanMax / 5},
		{RateInterval: 1 << 62, RateBurst: -1},
		{Slow: SlowKick},
		{MOTD: strings.Repeat("x", 8192)},
		{MOTD: strings.Repeat("x\n", 200)},
		{MOTD: strings.Repeat("x\n", 199) + "x"},
	} {
		if _, err := New(cfg); err != nil {
			t.Errorf("New: %v", err)
		}
	}
}

func TestConfigDefaults(t *testing.T) {
	cfg, err := Config{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for field := range reflect.TypeFor[Config]().Fields() {
		switch field.Name {
		case "MOTD", "MaxPerIP": // zero means none
			continue
		}
		if reflect.ValueOf(cfg).FieldByIndex(field.Index).IsZero() {
			t.Errorf("O1: Config.%s has no default", field.Name)
		}
	}
	got := fmt.Sprint(cfg.Addr, cfg.MaxClients, cfg.MaxPending, cfg.MaxPerIP, cfg.History, cfg.TranscriptBytes,
		cfg.MaxMessage, cfg.NameAttempts, cfg.MaxRenames, cfg.RateInterval, cfg.RateBurst, cfg.LoginTimeout,
		cfg.IdleTimeout, cfg.WriteTimeout, cfg.LingerTimeout, cfg.DrainTimeout, cfg.Slow, cfg.Location)
	want := fmt.Sprint(":8989", 1000, 256, 0, 100, 8388608, 1024, 3, 3, time.Second, 5, 30*time.Second,
		time.Hour, time.Minute, 2*time.Second, 5*time.Second, SlowSkip, time.UTC)
	expect(t, "O1: the defaults of the contract", got, want)
	if reflect.ValueOf(cfg.Listen).Pointer() != reflect.ValueOf(net.Listen).Pointer() {
		t.Errorf("O1: Config.Listen is not net.Listen by default")
	}
}

// TestConfigLifts: a negative number lifts a limit, rate or timeout; for history and
// renames it means none.
func TestConfigLifts(t *testing.T) {
	cfg := Config{
		MaxClients: -1, MaxPending: -1, MaxPerIP: -1, History: -1, NameAttempts: -1, MaxRenames: -1,
		RateInterval: -1, RateBurst: -1, LoginTimeout: -1, IdleTimeout: -1, WriteTimeout: -1,
		LingerTimeout: -1, DrainTimeout: -1,
	}
	inRig(t, cfg, func(t *testing.T, r *rig) {
		prompt := r.dial()
		prompt.read()
		for range 100 {
			prompt.send("admin\n")
			prompt.want("L2: any number of attempts", "[SYSTEM]: that name is reserved\nEnter your name: ")
		}
		for range 300 {
			r.dial()
		}
		alice := r.join("alice")
		alice.send(strings.Repeat("hi\n", 100))
		bob := r.dial()
		bob.send("bob\n")
		bob.want("L4: no history", rigGreeting+rigTime+"[SYSTEM]: bob has joined our chat...\n")
		bob.send("/name robert\n")
		bob.want("N5: no renames", "[SYSTEM]: you have used up your renames\n")
		alice.send(strings.Repeat("ho\n", 100))
		expect(t, "R1: no rate", strings.Count(bob.read(), "[alice]: ho\n"), 100)
		for n := range 1100 {
			r.join(fmt.Sprintf("guest%d", n))
		}
		bob.stall()
		alice.send("hello\n")
		expect(t, "L3, R3, R4: no timeout, so no timer", r.clock.Pending(), 0)
		r.clock.Advance(1000 * time.Hour)
		st := r.wantStats("O2")
		expect(t, "L3, L5, R2, R3, R4: nobody was refused, nobody has left", st.Ended, [reasonCount]uint64{})
		stop := r.async(r.srv.Stop)
		r.clock.Advance(1000 * time.Hour)
		r.wantWaiting("E3: no drain timeout", stop)
	})
}
