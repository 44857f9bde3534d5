# The net-cat subject of the 01 schools: a group chat for nc, in Go.
name  = netcat
about = the net-cat course subject, its audit's questions, and what they do not ask
port  = 8989

time     = 0000-00-00 00:00:00
greeting = Welcome to TCP-Chat!
greeting = "         _nnnn_"
greeting = "     `-'       `--'"
prompt   = [ENTER YOUR NAME]:
# Many servers show an empty line of one's own as a prompt, some send line ends for
# the look of it.
typing      = [{time}][{name}]:
blank-lines = yes

line   = [{time}][{name}]:{text}
joined = {name} has joined our chat...
left   = {name} has left our chat...
# A server that names some other limit or refusal in words of its own passes too.
notice = [SYSTEM]:{text}
ack            = none
joined-to-self = any
echo           = any
history        = all

refusal = any
full    = any
clients = 10
text    = 1000
rate    = none

good-name = Tom{tag}
good-name = x{tag}42
bad-name  = ""
reserved  = SYSTEM

must   = greeting join talk leave reset empty order history joiner
must   = unjoined silent name-good name-bad name-free
must   = packet split early half-close pipe unicode long endless stalled catch-up full place
beyond = name-taken name-race name-case name-reserved blank crlf escapes carriage full-told

note greeting   = audit: did the server respond with a linux logo and ask for the name?
note join       = audit: do all clients receive a message that the client joined the chat?
note talk       = audit: did all clients receive the same message, with name and time?
note leave      = audit: do the rest stay connected, and are they told that the client left?
note history    = audit: can the new client see all the previous messages?
note full       = subject: maximum 10 connections
note empty      = subject: do not broadcast empty messages from a client
note name-bad   = subject: accept connection with non-empty name
note packet     = not in the audit, and every client that pastes two lines meets it
note pipe       = not in the audit: printf 'bob\nhi\n' | nc localhost 8989
note stalled    = not in the audit: press Ctrl-S in one of three terminals and talk on
note name-taken = the subject allows two of one name; nobody can tell them apart then
