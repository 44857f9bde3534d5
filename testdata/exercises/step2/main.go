// Step 2 of docs/EXERCISES.md: what one says, all the others read.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"
)

const greeting = "Welcome to TCP-Chat!\n" +
	"         _nnnn_\n" +
	"        dGGGGMMb\n" +
	"       @p~qp~~qMb\n" +
	"     `-'       `--'\n"

// A room is who is inside.
type room struct {
	mu      sync.Mutex
	members map[*member]bool
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
	room := &room{members: map[*member]bool{}}
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
	io.WriteString(conn, greeting+"[ENTER YOUR NAME]:")
	in := bufio.NewScanner(conn)
	if !in.Scan() {
		return
	}
	m := &member{conn: conn, name: in.Text()}
	room.join(m)
	defer room.leave(m)
	for in.Scan() {
		if text := in.Text(); text != "" {
			room.say(m, text)
		}
	}
}

func (r *room) join(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = true
	r.sendLocked(m, m.name+" has joined our chat...\n")
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, m)
	r.sendLocked(m, m.name+" has left our chat...\n")
}

func (r *room) say(m *member, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sendLocked(m, line(m.name, text))
}

// sendLocked is the one place through which every line goes: the lock is the order.
func (r *room) sendLocked(from *member, line string) {
	for m := range r.members {
		if m != from {
			io.WriteString(m.conn, line)
		}
	}
}

func line(name, text string) string {
	return fmt.Sprintf("[%s][%s]:%s\n", time.Now().Format("2006-01-02 15:04:05"), name, text)
}
