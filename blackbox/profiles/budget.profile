# Protohackers, problem 3: Budget Chat.
name  = budget
about = the rules of Protohackers problem 3, Budget Chat
port  = 8989

# The question for the name and the server's own lines are of any wording there;
# these are the wordings of its examples. Change them here for others.
prompt-line = {any}
line     = [{name}] {text}
presence = * The room contains:{names}
joined   = * {name} has entered the room{any}
left     = * {name} has left the room{any}
ack            = presence
joined-to-self = no
echo           = no
history        = none

refusal = close
clients = 0
text    = 1000
rate    = none

good-name = T{tag}
good-name = {tag}Abcdefgh123
bad-name  = ""
bad-name  = "bo b{tag}"
bad-name  = bob-{tag}
bad-name  = é{tag}
bad-name  = [{tag}]

must   = greeting join talk echo leave reset order history joiner presence unjoined silent
must   = name-good name-bad packet split early half-close long
beyond = pipe endless stalled catch-up name-free

note presence = without oneself, without those who have left or have no name yet; sent even to the first
note unjoined = nothing is sent to or about a client that has not joined
note name-bad = it must be disconnected; nothing about it reaches the others
note long     = messages of 1000 characters must pass
