package chat_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/chatd/chat"
	"example.com/chatd/chat/conversation"
)

var update = flag.Bool("update", false, "rewrite what is read in testdata/conversations")

// TestConversations plays testdata/conversations in memory, on a clock that stands
// still but for the time that the conversation lets pass. Each is a bubble of
// testing/synctest, which also sees to it that nothing of the server is left (E4).
func TestConversations(t *testing.T) {
	all, err := conversation.Load("../testdata/conversations")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(strings.TrimSuffix(filepath.Base(c.Path), ".txt"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playInLab(t, c) })
		})
	}
}

// TestConversationsDiffer: each has an exchange that no other has.
func TestConversationsDiffer(t *testing.T) {
	all, err := conversation.Load("../testdata/conversations")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Fatalf("%d conversations, at least 40 are wanted", len(all))
	}
	number := map[string]string{}
	for _, c := range all {
		n, _, _ := strings.Cut(filepath.Base(c.Path), "-")
		if number[n] != "" {
			t.Errorf("%s and %s have one number", number[n], c.Path)
		}
		number[n] = c.Path
	}
	seen := map[string]int{}
	for _, c := range all {
		for exchange := range exchanges(c) {
			seen[exchange]++
		}
	}
	for _, c := range all {
		unique := false
		for exchange := range exchanges(c) {
			unique = unique || seen[exchange] == 1
		}
		if !unique {
			t.Errorf("%s: whatever is said here is said elsewhere too", c.Path)
		}
	}
}

// exchanges are the steps of a conversation of which something came.
func exchanges(c conversation.Conversation) map[string]bool {
	all := map[string]bool{}
	for _, s := range c.Steps {
		if len(s.Lanes) > 0 {
			all[s.String()] = true
		}
	}
	return all
}

func playInLab(t *testing.T, c conversation.Conversation) {
	l := newLab(t, c)
	defer l.close()
	played, err := conversation.Play(c, l)
	if err != nil {
		t.Error(err)
	}
	if *update && err == nil {
		if err := os.WriteFile(c.Path, []byte(played.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := conversation.Diff(c, played); diff != "" {
		t.Error(diff)
	}
}

// configOf turns the flags of a conversation into a Config.
func configOf(c conversation.Conversation) (chat.Config, error) {
	cfg := chat.Config{MOTD: c.MOTD}
	for _, f := range c.Flags {
		if err := setField(reflect.ValueOf(&cfg).Elem(), f); err != nil {
			return cfg, fmt.Errorf("-%s %s: %w", f.Name, f.Value, err)
		}
	}
	return cfg, nil
}

// setField sets the field that has a flag's name. A flag's 0 lifts a limit, as a
// negative field does.
func setField(cfg reflect.Value, f conversation.Flag) error {
	field := cfg.FieldByNameFunc(func(name string) bool {
		return strings.EqualFold(name, strings.ReplaceAll(f.Name, "-", ""))
	})
	if !field.IsValid() {
		return errors.New("no such field in Config")
	}
	if field.Kind() == reflect.String {
		field.SetString(f.Value)
		return nil
	}
	n, err := strconv.ParseInt(f.Value, 10, 64)
	if field.Type() == reflect.TypeFor[time.Duration]() {
		var d time.Duration
		d, err = time.ParseDuration(f.Value)
		n = int64(d)
	}
	if n == 0 {
		n = -1
	}
	field.SetInt(n)
	return err
}
