# How chatd speaks with its default flags. docs/SPEC.md has the promises.
name  = chatd
about = this project's contract, as far as it can be seen from outside
port  = 8989

time     = 0000-00-00 00:00:00
greeting = [SYSTEM]: Welcome to TCP Chat!
prompt   = "Enter your name: "

line   = [{time}][{name}]: {text}
joined = [{time}][SYSTEM]: {name} has joined our chat...
left   = [{time}][SYSTEM]: {name} has left our chat...{any}
missed = [SYSTEM]: you missed {n} lines
also   = [{time}][SYSTEM]: {name} is now known as {to}
also   = [{time}][SYSTEM]: Server shutting down...
also   = [{time}] * {name} {text}
also   = [{time}][you -> {to}]: {text}
also   = [{time}][{name} -> you]: {text}
notice = [SYSTEM]: {text}
ack            = joined
joined-to-self = yes
echo           = no
history        = 100

refusal  = message
full     = message
attempts = 3
clients  = 1000
text     = 1024
over     = refused
rate     = 5/1s
slow-notice = slow down:

good-name = Tom{tag}
good-name = x-{tag}_9.
good-name = Ζωή
bad-name  = ""
bad-name  = "bo b{tag}"
bad-name  = [{tag}]
bad-name  = -{tag}
bad-name  = abcdefghijklmnopqrstuvwxyzabc{tag}
bad-name  = "b\u200bob{tag}"
bad-name  = bоb{tag}
reserved  = SYSTEM
reserved  = server
reserved  = Admin
reserved  = you

must = greeting join talk echo leave reset empty blank order history joiner unjoined silent
must = name-good name-bad name-taken name-race name-case name-reserved name-free attempts
must = packet split early crlf half-close pipe unicode telnet http
must = long over endless escapes carriage stalled catch-up rate
must = full full-told place

note name-bad = among them one with a zero-width space and one with a Cyrillic letter among Latin ones
note full     = only where there are at most 64 places: -max-clients 10 there, -set clients=10 here

# The commands, as scripts: see docs/CHATCHECK.md.

script help C1 /help lists the commands, to oneself alone
advice Answer the client that asked, and nobody else.
ann> /help
ann< [SYSTEM]: /help{any}
ann< [SYSTEM]: /who{any}
ann< [SYSTEM]: /name NEW{any}
ann< [SYSTEM]: /msg NAME TEXT{any}
ann< [SYSTEM]: /me TEXT{any}
ann< [SYSTEM]: /echo on|off{any}
ann< [SYSTEM]: /quit [REASON]{any}
ann< [SYSTEM]: //TEXT{any}
end

script who C1 /who counts and names those inside, sorted, to oneself alone
advice Make the list under the lock of the room.
ann> /who
bob> /who
ann< [SYSTEM]: {n} here: {any}{ann}, {any}{bob}{any}
bob< [SYSTEM]: {n} here: {any}{ann}, {any}{bob}{any}
end

script msg C1 /msg is read by the one it is for, and by its sender
advice Send it to two connections, found by the names; not to the room, and not into the history.
ann> /msg {bob} for you alone
ann< [{time}][you -> {bob}]: for you alone
bob< [{time}][{ann} -> you]: for you alone
cat> all quiet here
ann< [{time}][{cat}]: all quiet here
bob< [{time}][{cat}]: all quiet here
end

script me C1 /me shows what one is doing
advice Send it round as any line, in its own form.
ann> /me waves
bob< [{time}] * {ann} waves
end

script slashes C1 two slashes say a line that starts with one
advice Cut one slash off and say the rest.
ann> //who is there
bob< [{time}][{ann}]: /who is there
end

script rename N5 /name renames, everybody reads it, and one speaks under the new name
advice Free the old name and take the new one in one step, under the lock that guards the names.
ann> /name x{ann}
ann= x{ann}
ann< [{time}][SYSTEM]: {ann} is now known as x{ann}
bob< [{time}][SYSTEM]: {ann} is now known as x{ann}
ann> it is me
bob< [{time}][x{ann}]: it is me
end

script rename-taken N5 one cannot be renamed to a name in use
advice Ask the same map as at the login, under the same lock.
ann> /name {bob}
ann< [SYSTEM]: that name is taken
end

script echo-on M4 with /echo on one reads one's own lines in their place
advice Remember with the line whether its sender wants it back.
ann> /echo on
ann< [SYSTEM]: echo is on{any}
ann> one
ann> /me does two
ann< [{time}][{ann}]: one
ann< [{time}] * {ann} does two
bob< [{time}][{ann}]: one
bob< [{time}] * {ann} does two
end

script in-place C3 an answer comes behind what was said before the command, and before what was said later
advice Put the answer into the same queue as the lines, under the lock of the room.
ann> /echo on
ann< [SYSTEM]: echo is on{any}
ann> before
ann> /who
ann> after
ann< [{time}][{ann}]: before
ann< [SYSTEM]: {n} here: {any}
ann< [{time}][{ann}]: after
bob< [{time}][{ann}]: before
bob< [{time}][{ann}]: after
end

script unknown C2 an unknown command is answered, and not sent round
advice What starts with a slash is a command, known or not.
ann> /dance
ann< [SYSTEM]: unknown command{any}
ann> /
ann< [SYSTEM]: unknown command{any}
end

script usage C2 a wrong argument is answered with what was expected
advice Check the arguments before anything is done with them.
ann> /me
ann< [SYSTEM]: usage: /me{any}
ann> /msg {ann} hello me
ann< [SYSTEM]: that is you{any}
ann> /msg nobody{ann} hello
ann< [SYSTEM]: nobody here is called{any}
end

script quit E1 /quit leaves, with its reason for the others, and a clean end
advice End the client by the function that ends all, with the reason as its argument.
ann> /quit lunch
bob< [{time}][SYSTEM]: {ann} has left our chat... (quit: lunch)
ann<.
end
