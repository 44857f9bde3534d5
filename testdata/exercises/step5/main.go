// Step 5 of docs/EXERCISES.md: one who does not read delays nobody.
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

const (
	places   = 10
	waiting  = 256              // lines that may wait for one member
	patience = 10 * time.Second // for one write
)

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
	out  chan string   // under the room's lock: sent to while inside, closed by leave
	done chan struct{} // closed when all of out is written
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
	defer func() {
		room.leave(m)
		<-m.done // what is due is written before the connection is closed
	}()
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
		m := &member{
			conn: conn, name: strings.TrimSpace(in.Text()),
			out: make(chan string, waiting), done: make(chan struct{}),
		}
		err := checkName(m.name)
		if err == nil {
			err = room.join(m)
		}
		if err == nil {
			go m.write()
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
	// It is one element of the queue, however long it is.
	m.out <- strings.Join(r.history, "")
	r.members[fold(m.name)] = m
	r.sendLocked(m, m.name+" has joined our chat...\n")
	return nil
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, fold(m.name))
	close(m.out)
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
// It waits for nobody.
func (r *room) sendLocked(from *member, line string) {
	for _, m := range r.members {
		if m != from {
			m.queue(line)
		}
	}
}

// queue ends the connection of one for whom too much is waiting: a dropped line that
// nobody is told of would be worse.
func (m *member) queue(line string) {
	select {
	case m.out <- line:
	default:
		m.conn.Close() // its reader fails, and leaves
	}
}

// write writes what is queued, until leave closes the queue.
func (m *member) write() {
	defer close(m.done)
	for line := range m.out {
		m.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(m.conn, line); err != nil {
			m.conn.Close() // the writes to come fail at once
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
