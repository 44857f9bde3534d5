// Hub is a Budget Chat server as a learner writes it after a book's chapter on
// channels. What is wrong with it is listed in blackbox/naive_test.go.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
)

type client struct {
	name string
	out  chan string
}

var (
	entering = make(chan *client)
	leaving  = make(chan *client)
	messages = make(chan string)
)

func main() {
	addr := ":8989"
	if len(os.Args) > 1 {
		addr = os.Args[1]
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Listening on", ln.Addr())
	go hub()
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Print(err)
			continue
		}
		go handle(conn)
	}
}

func hub() {
	clients := make(map[*client]bool)
	for {
		select {
		case c := <-entering:
			names := []string{}
			for other := range clients {
				names = append(names, other.name)
			}
			c.out <- "* The room contains: " + strings.Join(names, ", ")
			clients[c] = true
			for other := range clients {
				other.out <- "* " + c.name + " has entered the room"
			}
		case c := <-leaving:
			delete(clients, c)
			close(c.out)
			for other := range clients {
				other.out <- "* " + c.name + " has left the room"
			}
		case m := <-messages:
			for c := range clients {
				c.out <- m
			}
		}
	}
}

func handle(conn net.Conn) {
	defer conn.Close()
	c := &client{out: make(chan string)}
	go func() {
		for line := range c.out {
			fmt.Fprintln(conn, line)
		}
	}()
	fmt.Fprintln(conn, "Welcome to budgetchat! What shall I call you?")
	input := bufio.NewScanner(conn)
	if input.Scan() {
		c.name = input.Text()
		if c.name == "" {
			fmt.Fprintln(conn, "a name is needed")
			close(c.out)
			return
		}
		entering <- c
		for input.Scan() {
			messages <- "[" + c.name + "] " + input.Text()
		}
	}
	leaving <- c
}
