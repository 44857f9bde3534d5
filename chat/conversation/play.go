package conversation

import (
	"fmt"
	"time"
)

// A World is a server, and the clients that a conversation connects to it.
type World interface {
	// Dial connects a client, from the address from unless that is empty.
	Dial(from string) (Client, error)
	// Settle returns when everything has happened that is going to, if the
	// world can know; Receive waits where it cannot.
	Settle()
	// Stop begins to stop the server.
	Stop()
	// Stopped says whether the server has stopped; want is what it should say.
	Stopped(want bool) bool
}

// A Lab is a World whose time, network and server obey.
type Lab interface {
	World
	// Pass lets time pass.
	Pass(time.Duration)
	// StepWall steps the wall clock and nothing else.
	StepWall(time.Duration)
	// Guest lets somebody called name come in who is of no further interest.
	Guest(name string) error
	// Kick is the operator's.
	Kick(name string)
	// StopReading makes a client take no byte more than it has, and the
	// network hold none for it.
	StopReading(Client)
	// ReadAgain takes StopReading back.
	ReadAgain(Client)
	// PanicAt makes the server panic at the next bytes of a client.
	PanicAt(Client)
	// RunOut makes accepting fail once for want of file descriptors.
	RunOut()
}

// A Client is the people's end of a connection.
type Client interface {
	// Write sends one packet.
	Write(packet []byte) (int, error)
	// CloseWrite ends the client's input to the server.
	CloseWrite() error
	// Close leaves, as a program does that ends.
	Close() error
	// Reset breaks the connection.
	Reset() error
	// Receive returns what has been received since the last call. Where that
	// takes real time it waits for what should come, and fails if it does not.
	Receive(want Output) (Output, error)
}

// Play carries out c in w. It returns c with what really came of each step. An
// error says where c could not go on; the steps before it are returned.
func Play(c Conversation, w World) (Conversation, error) {
	p := player{world: w, clients: map[string]Client{}, ended: map[string]bool{}}
	played := c
	played.Steps = nil
	for _, s := range c.Steps {
		err := p.do(s)
		got := Step{Line: s.Line, source: s.source}
		if err == nil {
			err = p.observe(s, &got)
		}
		played.Steps = append(played.Steps, got)
		if err != nil {
			return played, fmt.Errorf("%s:%d: %s: %w", c.Path, s.Line, c.Promise, err)
		}
	}
	return played, nil
}

type player struct {
	world   World
	names   []string // by when they first connected
	clients map[string]Client
	ended   map[string]bool // their input has ended
	stopped bool
}

// do carries out a step.
func (p *player) do(s Step) error {
	switch s.verb {
	case remarks:
		return nil
	case connects:
		return p.connect(s.who, s.text)
	case stops:
		p.world.Stop()
		return nil
	}
	client := p.clients[s.who]
	if s.who != "" && client == nil {
		return fmt.Errorf("%s is not connected", s.who)
	}
	if s.verb.needsLab() {
		return p.doInLab(s, client)
	}
	return p.doAt(client, s)
}

func (p *player) connect(who, from string) error {
	client, err := p.world.Dial(from)
	if err != nil {
		return err
	}
	if _, known := p.clients[who]; !known {
		p.names = append(p.names, who)
	}
	p.clients[who], p.ended[who] = client, false
	return nil
}

// doAt carries out what a client does with its connection. One whose input has
// ended may find that it can do nothing more.
func (p *player) doAt(client Client, s Step) (err error) {
	switch s.verb {
	case types, drips:
		err = p.send(client, s)
	case halfCloses:
		err = client.CloseWrite()
	case closes:
		err = client.Close()
		p.clients[s.who] = nil
	case resets:
		err = client.Reset()
		p.clients[s.who] = nil
	}
	if p.ended[s.who] {
		return nil
	}
	return err
}

func (p *player) send(client Client, s Step) error {
	text, err := decode(s.text)
	if err != nil {
		return err
	}
	packet := len(text)
	if s.verb == drips {
		packet = 1
	}
	for ; len(text) > 0; text = text[packet:] {
		if _, err := client.Write(text[:packet]); err != nil {
			return err
		}
		p.world.Settle()
	}
	return nil
}

func (p *player) doInLab(s Step, client Client) error {
	lab, ok := p.world.(Lab)
	if !ok {
		return fmt.Errorf("%q needs a lab", s.source)
	}
	// check has seen that it is a duration where one is needed.
	d, _ := time.ParseDuration(s.text)
	switch s.verb {
	case timePasses:
		lab.Pass(d)
	case wallSteps:
		lab.StepWall(d)
	case stopsReading:
		lab.StopReading(client)
	case readsAgain:
		lab.ReadAgain(client)
	case kicks:
		lab.Kick(s.text)
	case panics:
		lab.PanicAt(client)
	case runsOut:
		lab.RunOut()
	case guestsCome:
		return invite(lab, s.text)
	}
	return nil
}

func invite(lab Lab, howMany string) error {
	var n int
	if _, err := fmt.Sscan(howMany, &n); err != nil {
		return err
	}
	for i := range n {
		if err := lab.Guest(fmt.Sprintf("guest-%02d", i+1)); err != nil {
			return err
		}
	}
	return nil
}

// observe collects what came of a step.
func (p *player) observe(want Step, got *Step) error {
	if want.verb == remarks {
		return nil
	}
	for _, name := range p.names {
		client := p.clients[name]
		if client == nil {
			continue
		}
		o, err := client.Receive(want.want(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if o != (Output{}) {
			got.Lanes = append(got.Lanes, Lane{Client: name, Output: o})
			p.ended[name] = p.ended[name] || o.End != Open
		}
	}
	if !p.stopped && p.world.Stopped(want.Stopped) {
		p.stopped, got.Stopped = true, true
	}
	return nil
}
