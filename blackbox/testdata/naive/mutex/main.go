// Mutex is a net-cat server as a learner writes it. It passes the audit, and has the
// bugs that chatcheck is there to find: they are listed in
// blackbox/naive_test.go.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

const logo = `Welcome to TCP-Chat!
         _nnnn_
        dGGGGMMb
       @p~qp~~qMb
     ` + "`-'       `--'" + `
`

const maxClients = 10

var (
	mu      sync.Mutex
	clients = make(map[string]net.Conn)
	history []string
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
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go handle(conn)
	}
}

func handle(conn net.Conn) {
	defer conn.Close()
	if len(clients) >= maxClients {
		conn.Write([]byte("the chat is full, try again later\n"))
		return
	}
	conn.Write([]byte(logo))
	name, err := askName(conn)
	if err != nil {
		return
	}
	for _, line := range history {
		conn.Write([]byte(line))
	}
	mu.Lock()
	clients[name] = conn
	mu.Unlock()
	broadcast(name, name+" has joined our chat...\n")

	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			break
		}
		text := strings.TrimSpace(string(buf[:n]))
		if text == "" {
			continue
		}
		line := fmt.Sprintf("[%s][%s]:%s\n", time.Now().Format("2006-01-02 15:04:05"), name, text)
		broadcast(name, line)
		history = append(history, line)
	}

	mu.Lock()
	delete(clients, name)
	mu.Unlock()
	broadcast(name, name+" has left our chat...\n")
}

func askName(conn net.Conn) (string, error) {
	buf := make([]byte, 1024)
	for {
		conn.Write([]byte("[ENTER YOUR NAME]: "))
		n, err := conn.Read(buf)
		if err != nil {
			return "", err
		}
		name := strings.TrimSpace(string(buf[:n]))
		if name == "" {
			continue
		}
		mu.Lock()
		_, taken := clients[name]
		mu.Unlock()
		if taken {
			conn.Write([]byte("this name is taken\n"))
			continue
		}
		return name, nil
	}
}

func broadcast(from, line string) {
	mu.Lock()
	defer mu.Unlock()
	for name, conn := range clients {
		if name != from {
			conn.Write([]byte(line))
		}
	}
}
