package sim

// An Op is one operation. Its arguments are taken modulo what there is when it is
// carried out, and one that finds nothing to act on does nothing: so every list of
// operations is a valid schedule, also one that has been cut down.
type Op struct {
	Kind    Kind
	A, B, C int
	Salt    uint32 // the seed of everything that is left to chance in its step
}

// A Kind is the name of an operation.
type Kind uint8

// The operations. A names a client, by its place among those that there are.
const (
	opDial       Kind = iota // a newcomer from address A connects
	opJoin                   // and sends name B at once, with C%4 lines behind it
	opName                   // one at the prompt sends name B
	opSay                    // a line of B characters
	opPaste                  // B lines in one packet
	opMe                     // an action
	opWho                    //
	opHelp                   //
	opEcho                   // B: on or off
	opMsg                    // to name B
	opFlood                  // many long private lines to one that reads badly
	opRename                 // to name B
	opQuit                   // B: with a reason or without
	opUnknown                // a command that there is not
	opBlank                  // an empty line
	opLong                   // a text over MaxMessage
	opLost                   // a line over twice that
	opNoise                  // bytes that are no text
	opTelnet                 // a line with telnet commands in it
	opInterrupt              // telnet's Ctrl-C
	opHalf                   // the beginning of a line
	opDribble                // from now on, what it types waits for opPush
	opPush                   // B bytes of that are sent
	opStall                  // it reads no more
	opSlow                   // it reads only B bytes at a time, at opRead
	opRead                   //
	opResume                 // it reads all there is, always
	opShut                   // it half-closes
	opClose                  // it closes
	opReset                  // it resets
	opVanish                 // it is gone, without a word
	opFailWrite              // the server's write to it fails at byte B
	opHold                   // what it sends, or what is sent to it, is held up
	opFar                    // its bytes take a while
	opShortRead              // the server reads at most B bytes at a time from it
	opPanic                  // the server's connection panics at its next call B
	opAccept                 // the listener fails, with error A
	opKick                   // Server.Kick
	opPass                   // time passes, A milliseconds
	opTick                   // until the next timer goes off
	opWall                   // the wall clock is set, by A minutes
	opReturn                 // one that is gone connects again under its name
	opStop                   // the server stops; A: how
	opPartition              // all from address A are cut off; B: which way, and whether bytes are lost
	opDrop                   // what it sends, or what is sent to it, is lost
	opMend                   // what is cut off is so no more; B: a partition, or one client
	opClog                   // nothing passes, for a while
	opLink                   // a link with jitter, little bandwidth or small packets
	opBacklog                // at most A connections wait to be accepted
	opRefuse                 // the next who connects is refused, with error B
	opStillborn              // a newcomer whose connection is reset when it is accepted
	opBreak                  // both ends of its connection are reset
	opReboot                 // the machine of one that vanished is back
	opPace                   // it reads B bytes at a time, at intervals
	opCommand                // from now on its bytes move at opCarry only
	opCarry                  // B bytes are sent, or arrive; C: how, and which way
	opFuse                   // the B-th call of kind A to the clock, a lock or the log panics
	opListen                 // the server serves a second listener
	opFailListen             // which fails for good
	opShutdown               // the server stops until a context ends
	opCancel                 // which it does
	opAgain                  // the server is told to stop once more; A: how
	opKinds
)

// A feature is what swarm switches on and off.
type feature uint8

const (
	always feature = iota
	byCommands
	bySlow
	byEnds
	byFaults
	byBytes
	byTime
	byPanics
	byStop
	byNet
	byDoors
	featureCount
)

// opSpec is what a kind of operation is called and how often it is chosen.
type opSpec struct {
	name    string
	feature feature
	weight  int
	apply   func(*world, Op)
}

var opSpecs [opKinds]opSpec

func init() {
	opSpecs = [opKinds]opSpec{
		opDial:      {"dial", always, 3, (*world).dialOp},
		opJoin:      {"join", always, 12, (*world).joinOp},
		opName:      {"name", always, 8, (*world).nameOp},
		opSay:       {"say", always, 24, (*world).sayOp},
		opPaste:     {"paste", always, 12, (*world).pasteOp},
		opMe:        {"me", byCommands, 3, (*world).meOp},
		opWho:       {"who", byCommands, 5, (*world).whoOp},
		opHelp:      {"help", byCommands, 2, (*world).helpOp},
		opEcho:      {"echo", byCommands, 3, (*world).echoOp},
		opMsg:       {"msg", byCommands, 6, (*world).msgOp},
		opFlood:     {"flood", bySlow, 4, (*world).floodOp},
		opRename:    {"rename", byCommands, 6, (*world).renameOp},
		opQuit:      {"quit", byEnds, 3, (*world).quitOp},
		opUnknown:   {"unknown", byCommands, 1, (*world).unknownOp},
		opBlank:     {"blank", byBytes, 2, (*world).blankOp},
		opLong:      {"long", byBytes, 2, (*world).longOp},
		opLost:      {"lost", byBytes, 2, (*world).lostOp},
		opNoise:     {"noise", byBytes, 3, (*world).noiseOp},
		opTelnet:    {"telnet", byBytes, 2, (*world).telnetOp},
		opInterrupt: {"interrupt", byEnds, 1, (*world).interruptOp},
		opHalf:      {"half", byBytes, 2, (*world).halfOp},
		opDribble:   {"dribble", byBytes, 2, (*world).dribbleOp},
		opPush:      {"push", byBytes, 8, (*world).pushOp},
		opStall:     {"stall", bySlow, 5, (*world).stallOp},
		opSlow:      {"slow", bySlow, 3, (*world).slowOp},
		opRead:      {"read", bySlow, 12, (*world).readOp},
		opResume:    {"resume", bySlow, 3, (*world).resumeOp},
		opShut:      {"shut", byEnds, 4, (*world).shutOp},
		opClose:     {"close", byEnds, 4, (*world).closeOp},
		opReset:     {"reset", byEnds, 3, (*world).resetOp},
		opVanish:    {"vanish", byFaults, 2, (*world).vanishOp},
		opFailWrite: {"failwrite", byFaults, 2, (*world).failWriteOp},
		opHold:      {"hold", byFaults, 2, (*world).holdOp},
		opFar:       {"far", byFaults, 2, (*world).farOp},
		opShortRead: {"shortread", byFaults, 2, (*world).shortReadOp},
		opPanic:     {"panic", byPanics, 2, (*world).panicOp},
		opAccept:    {"accept", byFaults, 2, (*world).acceptOp},
		opKick:      {"kick", byEnds, 2, (*world).kickOp},
		opPass:      {"pass", byTime, 8, (*world).passOp},
		opTick:      {"tick", byTime, 8, (*world).tickOp},
		opWall:      {"wall", byTime, 1, (*world).wallOp},
		opReturn:    {"return", byEnds, 4, (*world).returnOp},
		opStop:      {"stop", byStop, 1, (*world).stopOp},

		opPartition:  {"partition", byNet, 3, (*world).partitionOp},
		opDrop:       {"drop", byNet, 2, (*world).dropOp},
		opMend:       {"mend", byNet, 4, (*world).mendOp},
		opClog:       {"clog", byNet, 2, (*world).clogOp},
		opLink:       {"link", byNet, 2, (*world).linkOp},
		opBacklog:    {"backlog", byDoors, 1, (*world).backlogOp},
		opRefuse:     {"refuse", byDoors, 1, (*world).refuseOp},
		opStillborn:  {"stillborn", byDoors, 2, (*world).stillbornOp},
		opBreak:      {"break", byNet, 2, (*world).breakOp},
		opReboot:     {"reboot", byNet, 4, (*world).rebootOp},
		opPace:       {"pace", bySlow, 2, (*world).paceOp},
		opCommand:    {"command", always, 3, (*world).commandOp},
		opCarry:      {"carry", always, 12, (*world).carryOp},
		opFuse:       {"fuse", byPanics, 5, (*world).fuseOp},
		opListen:     {"listen", byDoors, 1, (*world).listenOp},
		opFailListen: {"faillisten", byDoors, 1, (*world).failListenOp},
		opShutdown:   {"shutdown", byStop, 2, (*world).shutdownOp},
		opCancel:     {"cancel", byStop, 4, (*world).cancelOp},
		opAgain:      {"again", byStop, 2, (*world).againOp},
	}
}

func (k Kind) String() string { return opSpecs[k].name }
