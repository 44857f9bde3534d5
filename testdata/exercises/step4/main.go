// Step 4 of docs/EXERCISES.md: a newcomer reads what was said before.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

const greeting = "Welcome to TCP-Chat!\n" +
	"         _nnnn_\n" +
	"        dGGGGMMb\n" +
	"       @p~qp~~qMb\n" +
	"     `-'       `--'\n"

const places = 10

var errFull = errors.New("the chat is full, try again later")

// A room is who is inside, by folded name, and what was said.
type room struct {
	mu      sync.Mutex
	members map[string]*member
	history []string // all of it, as the course asks: this grows for ever
}

type member struct {
	conn net.Conn
	name string
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:8989")
	if err != nil {
		log.Fatal(err)
	}
	room := &room{members: map[string]*member{}}
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn, room)
	}
}

func serve(conn net.Conn, room *room) {
	defer conn.Close()
	if room.full() {
		fmt.Fprintf(conn, "[SYSTEM]:%v\n", errFull)
		return
	}
	io.WriteString(conn, greeting)
	in := bufio.NewScanner(conn)
	m := login(conn, in, room)
	if m == nil {
		return
	}
	defer room.leave(m)
	for in.Scan() {
		if text := in.Text(); strings.TrimSpace(text) != "" {
			room.say(m, text)
		}
	}
}

// login asks for a name until one is accepted; nil: it came to nothing.
func login(conn net.Conn, in *bufio.Scanner, room *room) *member {
	for {
		io.WriteString(conn, "[ENTER YOUR NAME]:")
		if !in.Scan() {
			return nil
		}
		m := &member{conn: conn, name: strings.TrimSpace(in.Text())}
		err := checkName(m.name)
		if err == nil {
			err = room.join(m)
		}
		if err == nil {
			return m
		}
		fmt.Fprintf(conn, "[SYSTEM]:%v\n", err)
		if err == errFull {
			return nil
		}
	}
}

func (r *room) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members) >= places
}

// join looks and takes under one lock: of all who ask for a name one gets it.
func (r *room) join(m *member) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[fold(m.name)] != nil {
		return errors.New("that name is taken")
	}
	if len(r.members) >= places {
		return errFull
	}
	// The same lock as in say: nothing is said between the history and the joining.
	io.WriteString(m.conn, strings.Join(r.history, ""))
	r.members[fold(m.name)] = m
	r.sendLocked(m, m.name+" has joined our chat...\n")
	return nil
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, fold(m.name))
	r.sendLocked(m, m.name+" has left our chat...\n")
}

func (r *room) say(m *member, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := line(m.name, text)
	r.history = append(r.history, l)
	r.sendLocked(m, l)
}

// sendLocked is the one place through which every line goes: the lock is the order.
func (r *room) sendLocked(from *member, line string) {
	for _, m := range r.members {
		if m != from {
			io.WriteString(m.conn, line)
		}
	}
}

// checkName allows 1 to 32 letters, digits, '-', '_' and '.'.
func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > 32 {
		return errors.New("a name has 1 to 32 characters")
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_.", c) {
			return errors.New("a name has letters, digits, - _ and . only")
		}
	}
	if fold(name) == "system" {
		return errors.New("that name is reserved")
	}
	return nil
}

// fold is what names are compared by; they are shown as they were typed.
func fold(name string) string { return strings.ToLower(name) }

func line(name, text string) string {
	return fmt.Sprintf("[%s][%s]:%s\n", time.Now().Format("2006-01-02 15:04:05"), name, text)
}
