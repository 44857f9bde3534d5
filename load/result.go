package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Result is all that came of a run. It is what reports are made of and, as JSON, the
// schema chatload/v1. Times are seconds from the start of the first stage, in float64,
// sizes are bytes, rates are per second.
type Result struct {
	Schema  string    `json:"schema"` // "chatload/v1"
	Run     string    `json:"run"`    // id in every message
	Tool    string    `json:"tool"`   // chatload's version
	Started time.Time `json:"started"`
	Elapsed float64   `json:"elapsed"` // of the stages, without the drain
	// Sending is Elapsed and the warm-up: the time in which Totals were gathered. 0 in
	// reports of before there was one means Elapsed.
	Sending  float64   `json:"sending,omitempty"`
	Target   Target    `json:"target"`
	Setup    Setup     `json:"setup"`
	Verdict  Verdict   `json:"verdict"`
	Totals   Totals    `json:"totals"`
	Latency  Latencies `json:"latency"`
	Seconds  []Second  `json:"seconds"` // one for each begun second
	Events   []Event   `json:"events"`  // what happened, in order of time
	Worst    *Worst    `json:"worst,omitempty"`
	Own      Own       `json:"own"`
	Server   *Server   `json:"server,omitempty"` // only with -admin
	Stalled  *Stalled  `json:"stalled,omitempty"`
	Machine  Machine   `json:"machine"`
	Failures []Broken  `json:"broken"` // the first broken guarantees, at most 20
}

// Target is what was loaded.
type Target struct {
	Addr  string `json:"addr"`
	Proto string `json:"proto"`
	Self  bool   `json:"self"` // chatload started it
}

// Setup is what was asked for. Same Setup, same lines.
type Setup struct {
	Mode       string   `json:"mode"` // "run" or "burst"
	Preset     string   `json:"preset,omitempty"`
	Seed       uint64   `json:"seed"`
	Clients    int      `json:"clients"`
	Senders    int      `json:"senders"`
	Rate       float64  `json:"rate"` // messages a second, all senders together
	Size       int      `json:"size"` // bytes of a message's text
	Arrival    string   `json:"arrival"`
	Warmup     float64  `json:"warmup"`
	Drain      float64  `json:"drain"`
	Stages     []string `json:"stages"` // as the flag has them
	Churn      float64  `json:"churn"`  // clients replaced a second
	Slow       string   `json:"slow,omitempty"`
	Stall      int      `json:"stall"`
	Flood      int      `json:"flood"`
	Window     int      `json:"window,omitempty"` // burst: messages in flight
	Faults     []string `json:"faults,omitempty"`
	Objectives []string `json:"objectives,omitempty"`
}

// Verdict says what the run proves.
type Verdict struct {
	// Code is the exit status: 0 objectives met, 1 an objective missed, 3 the target
	// unreachable or not speaking the protocol, 4 the measurement invalid, 5 a guarantee
	// broken, 130 interrupted.
	Code       int               `json:"code"`
	Text       string            `json:"text"`              // one sentence
	Invalid    []string          `json:"invalid,omitempty"` // why objectives were not judged
	Objectives []ObjectiveResult `json:"objectives,omitempty"`
	Partial    bool              `json:"partial"` // interrupted, or the target went away
}

// ObjectiveResult is one objective and the value it was held against.
type ObjectiveResult struct {
	Text   string  `json:"text"` // "deliver.p99<50ms"
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"` // "s", "1", "1/s", "B"
	Met    bool    `json:"met"`
	Judged bool    `json:"judged"` // false where the measurement is invalid
}

// Totals are counts of the whole run.
type Totals struct {
	Due       int64 `json:"due"`       // messages the plan had
	Sent      int64 `json:"sent"`      // whose write succeeded
	Delivered int64 `json:"delivered"` // receptions that count
	Bytes     int64 `json:"bytes"`     // read by all clients

	// Expected is how many receptions there had to be: for each message sent, those
	// members who were confirmed inside before it was sent and were still connected after
	// the drain. Expected = Delivered to them + Announced + Lost.
	Expected      int64 `json:"expected"`
	Indeterminate int64 `json:"indeterminate"` // pairs of a message and a member that came or went around it
	Announced     int64 `json:"announced"`     // missed, and the server said so
	Lost          int64 `json:"lost"`          // missed silently
	Duplicates    int64 `json:"duplicates"`
	Reordered     int64 `json:"reordered"` // by sender, or against the one order of all receivers
	Corrupt       int64 `json:"corrupt"`   // lines that are no line, or whose checksum is wrong

	Connects    int64 `json:"connects"`
	Refused     int64 `json:"refused"` // connections, and joins the server turned down
	Disconnects int64 `json:"disconnects"`
	Reasoned    int64 `json:"reasoned"` // disconnects the server gave a reason for
	Inside      int64 `json:"inside"`   // members after the drain
}

// Latencies are distributions of times.
type Latencies struct {
	Deliver Distribution `json:"deliver"` // receipt - when the message was due: this is judged
	Service Distribution `json:"service"` // receipt - when it was written
	Spread  Distribution `json:"spread"`  // last receipt - first receipt of one message
	Connect Distribution `json:"connect"` // dial to being confirmed inside
	Lag     Distribution `json:"lag"`     // written - due: chatload's own lateness
}

// Distribution is a histogram and what is read off it.
type Distribution struct {
	Count     int64   `json:"count"`
	Mean      float64 `json:"mean"`
	P50       float64 `json:"p50"`
	P90       float64 `json:"p90"`
	P99       float64 `json:"p99"`
	P999      float64 `json:"p999"`
	Max       float64 `json:"max"`
	Histogram string  `json:"histogram,omitempty"` // HdrHistogram V2 compressed, base64; values in microseconds

	hist *hdrhistogram.Histogram
}

// Second is what happened in one second of the run.
type Second struct {
	At        float64 `json:"at"`
	Sent      int64   `json:"sent"`
	Delivered int64   `json:"delivered"`
	P50       float64 `json:"p50"` // of deliver, by when the message was due
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	Inside    int64   `json:"inside"`
	Lag       float64 `json:"lag"` // p99
	RSS       int64   `json:"rss,omitempty"`
	Tasks     int64   `json:"tasks,omitempty"` // the server's goroutines
}

// Event is something that happened at a time: a stage, a fault, a freeze, a
// disconnect, the end of the target.
type Event struct {
	At   float64 `json:"at"`
	End  float64 `json:"end,omitempty"` // when it was over; 0 where it has no length
	Kind string  `json:"kind"`          // "stage", "fault", "freeze", "refused", "gone", "warmup", "drain"
	Text string  `json:"text"`
	// Recovery is how long after a fault's end deliver was back under twice its p99
	// before the fault; negative: it never was. Only for faults and freezes.
	Recovery float64 `json:"recovery,omitempty"`
}

// Worst is the message that took longest.
type Worst struct {
	Sender   string  `json:"sender"`
	Sequence int64   `json:"sequence"`
	Receiver string  `json:"receiver"`
	At       float64 `json:"at"` // when it was due
	Latency  float64 `json:"latency"`
}

// Own is what chatload itself used.
type Own struct {
	CPU            float64 `json:"cpu"`             // seconds
	CPUShare       float64 `json:"cpu_share"`       // of all cores over the run
	PerDelivery    float64 `json:"per_delivery"`    // seconds of CPU for one delivery
	RSS            int64   `json:"rss"`             // bytes at its greatest
	ServerCPU      float64 `json:"server_cpu"`      // seconds; with -self or -admin, else 0
	PerDeliveryOut float64 `json:"per_delivery_of"` // seconds of the server's CPU for one delivery
}

// Server is what the server's own counters say, from its admin address.
type Server struct {
	URL       string  `json:"url"`
	Messages  float64 `json:"messages"` // increase over the run
	Delivered float64 `json:"delivered"`
	Missed    float64 `json:"missed"`
	Joins     float64 `json:"joins"`
	RSS       float64 `json:"rss"`
	Tasks     float64 `json:"tasks"`
	Agrees    bool    `json:"agrees"`
	Text      string  `json:"text"` // how the counts compare
}

// Stalled is how much the stalled readers moved the others.
type Stalled struct {
	Readers   int     `json:"readers"`
	Before    float64 `json:"before"` // p99 of deliver before they stalled
	After     float64 `json:"after"`
	Announced int64   `json:"announced"` // lines the server told them they missed
}

// Machine is where the run was.
type Machine struct {
	OS    string `json:"os"`
	Arch  string `json:"arch"`
	Cores int    `json:"cores"`
	Go    string `json:"go"`
}

// Broken is one broken guarantee, with the promise it breaks.
type Broken struct {
	At       float64 `json:"at"`
	Promise  string  `json:"promise"` // its id in docs/SPEC.md
	Client   string  `json:"client"`
	Sentence string  `json:"sentence"`
}

// Span is the time that rates made of Totals are per, in seconds.
func (r *Result) Span() float64 {
	if r.Sending > 0 {
		return r.Sending
	}
	return r.Elapsed
}
