// Step 1 of docs/EXERCISES.md: greet, ask for a name, and send every line back.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"time"
)

const greeting = "Welcome to TCP-Chat!\n" +
	"         _nnnn_\n" +
	"        dGGGGMMb\n" +
	"       @p~qp~~qMb\n" +
	"     `-'       `--'\n"

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:8989")
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn)
	}
}

func serve(conn net.Conn) {
	defer conn.Close()
	io.WriteString(conn, greeting+"[ENTER YOUR NAME]:")
	in := bufio.NewScanner(conn) // the only reader of this connection
	if !in.Scan() {
		return
	}
	name := in.Text()
	for in.Scan() {
		io.WriteString(conn, line(name, in.Text()))
	}
}

func line(name, text string) string {
	return fmt.Sprintf("[%s][%s]:%s\n", time.Now().Format("2006-01-02 15:04:05"), name, text)
}
