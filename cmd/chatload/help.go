package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// usages are what each command does and takes.
var usages = map[string]string{
	"run": `usage: chatload [run] [flags] ADDR        (or -self instead of ADDR)

Loads the chat server at ADDR on a schedule that no freeze of the server holds up,
checks that every receiver gets every message once, in order and unchanged, and judges
how long that took from the moment each message was due.

Other commands: burst ADDR, find ADDR, compare BASE NEW, report FILE..., list;
chatload COMMAND -help has their flags.
`,
	"burst": `usage: chatload burst [flags] ADDR        (or -self instead of ADDR)

Keeps a number of messages in flight and measures deliveries a second and CPU for each.
It prints no latency: in a closed loop there is none worth printing.
`,
	"find": `usage: chatload find [flags] ADDR         (or -self instead of ADDR)

Raises the clients or the rate until the server no longer meets the objectives
(deliver.p99<100ms where none is given), and closes in on the limit.
`,
	"compare": `usage: chatload compare [flags] BASE NEW

Shows two JSON reports side by side: old, new, ratio.
`,
	"report": `usage: chatload report [flags] FILE...

Shows JSON reports again; several of one setup as one.
`,
	"list": `usage: chatload list

Lists presets, protocols, faults and the metrics of objectives.
`,
}

const exitHelp = `
Exit status: 0 objectives met; 1 an objective missed; 2 usage; 3 target unreachable or
not speaking the protocol; 4 measurement invalid; 5 a guarantee broken (silent loss,
duplicate, reorder, corruption), which wins over 1; 130 interrupted, partial report.
`

func helpText(command string) string {
	var o options
	var r raw
	fs := newFlags(&o, &r)
	var b strings.Builder
	b.WriteString(usages[command])
	b.WriteString("\nFlags:\n")
	fs.VisitAll(func(f *flag.Flag) {
		if f.Name != "quiet" && f.Name != "version" && !slices.Contains(flagsOf[command], f.Name) {
			return
		}
		value, text := flag.UnquoteUsage(f)
		if value != "" {
			value = " " + value
		}
		fmt.Fprintf(&b, "  -%s%s\n        %s\n", f.Name, value, text)
	})
	b.WriteString(exitHelp)
	return b.String()
}
