package sim

import "fmt"

// A page is what the page around a drawing shows.
type page struct {
	*drawing
	Facts    []string
	Promises []string
	Schedule string
	Reached  []string
}

// HTML is the diagram of SVG as a page by itself: with the broken promises above
// it, a legend, and the schedule that leads there. It needs nothing from elsewhere
// and no script.
func (rec *Recording) HTML() string {
	p := page{drawing: rec.draw(), Schedule: rec.Schedule.String()}
	p.Facts = []string{
		fmt.Sprintf("%d operations", len(rec.Schedule.Ops)),
		fmt.Sprintf("%d clients", len(rec.Clients)),
		fmt.Sprintf("%v in the simulated world", rec.Simulated),
	}
	for _, v := range rec.Violations {
		p.Promises = append(p.Promises, v.String())
	}
	for m, n := range rec.Marks {
		if n > 0 {
			p.Reached = append(p.Reached, Mark(m).String())
		}
	}
	return execute("page", p)
}

const pageText = `
{{- define "page" -}}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
html { background: #fff; color: #222; font: 15px/1.45 system-ui, sans-serif }
body { margin: 0; width: max-content; min-width: 100% }
.text { position: sticky; left: 0; box-sizing: border-box; width: 100vw; max-width: 62rem; padding: 0 1rem }
h1 { font-size: 1.35rem; margin: .8rem 0 .2rem }
.good { color: #00664f } .broken { color: #b00 }
.facts { margin: 0 0 .6rem; color: #555 }
.promises { margin: .5rem 0; padding: .5rem .8rem .5rem 1.8rem; border-left: 5px solid #c00; background: #fff0f0; color: #900; font-weight: 600; overflow-wrap: anywhere }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .6rem 0; padding: 0; list-style: none; color: #444; font-size: .87rem }
.legend svg { vertical-align: -3px; margin-right: .4rem }
details { margin: .4rem 0 } summary { cursor: pointer }
pre { font: 12.5px/1.4 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .6rem }
.heads { position: sticky; top: 0; background: #fff; border-bottom: 1px solid #bbb; z-index: 1; display: block }
.drawing { display: block }
{{template "style"}}
@media print { .heads { position: static } }
</style>
</head>
<body>
<div class="text">
<h1 class="{{if .Broken}}broken{{else}}good{{end}}">{{.Title}}</h1>
<p class="facts">{{range $i, $f := .Facts}}{{if $i}} · {{end}}{{$f}}{{end}}</p>
{{- if .Promises}}
<ol class="promises">
{{- range .Promises}}
<li>{{.}}</li>
{{- end}}
</ol>
{{- end}}
<ul class="legend">
<li><svg class="drawing" style="display:inline" width="34" height="12"><line class="arrow k1" x1="1" y1="3" x2="32" y2="9" marker-end="url(#m1)"/></svg>bytes, from written to read; point at one to see them; (3) three lines, of which the last is shown</li>
<li><svg class="drawing" style="display:inline" width="34" height="12"><line class="arrow k1 lost" x1="1" y1="3" x2="26" y2="8" marker-end="url(#mlost)"/></svg>never read</li>
<li><svg class="drawing" style="display:inline" width="14" height="12"><rect class="fault" width="14" height="12" rx="3"/></svg>a fault, or a client that is not as others are</li>
<li><svg class="drawing" style="display:inline" width="14" height="12"><rect class="stop" width="14" height="12" rx="3"/></svg>the server stops</li>
<li><svg class="drawing" style="display:inline" width="8" height="12"><circle class="turn" cx="4" cy="6" r="3"/></svg>a task of the server has its turn</li>
<li><svg class="drawing" style="display:inline" width="34" height="12"><line class="arrow bad" x1="1" y1="3" x2="30" y2="8" marker-end="url(#mbad)"/></svg>a promise is broken</li>
</ul>
<details><summary>The schedule</summary><pre>{{.Schedule}}</pre></details>
{{- if .Reached}}
<details><summary>Rare states that it reached</summary><p>{{range $i, $m := .Reached}}{{if $i}}, {{end}}{{$m}}{{end}}</p></details>
{{- end}}
</div>
<svg class="drawing heads" width="{{.Width}}" height="{{head}}">
{{- template "heads" .}}
</svg>
<svg class="drawing" width="{{.Width}}" height="{{.Height}}" role="img" aria-label="{{.Title}}">
{{template "marks"}}
{{- template "body" .}}
</svg>
</body>
</html>
{{end}}
`
