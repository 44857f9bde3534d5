package sim

import (
	"html/template"
	"strings"
)

// SVG is the run as a space-time diagram in one picture: a lane for the server and
// one for each client, time downward, bytes that passed as arrows from when they
// were written to when they were read, what lasts as bands, what is broken in red.
// Hovering over an arrow tells its bytes.
func (rec *Recording) SVG() string { return execute("alone", rec.draw()) }

// execute carries out one of the templates below, whose data is never wrong.
func execute(name string, data any) string {
	var b strings.Builder
	if err := diagrams.ExecuteTemplate(&b, name, data); err != nil {
		panic("sim: " + err.Error())
	}
	return b.String()
}

var diagrams = template.Must(template.New("").Funcs(template.FuncMap{
	"add": func(a, b int) int { return a + b },
	"colors": func() []int {
		return []int{0, 1, 2, 3, 4, 5, 6, 7}
	},
	"head": func() int { return headHeight },
}).Parse(svgText + pageText))

// The colours are Okabe and Ito's, darkened: whoever confuses red and green tells
// them apart too. Red itself is left for what is broken.
const svgText = `
{{- define "style" -}}
.drawing text { font: 11.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #222 }
.drawing .label { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
.drawing .head { font-weight: bold; font-size: 13px }
.drawing .server { text-anchor: middle }
.drawing .time { fill: #555 }
.drawing .op { fill: #000; font-weight: bold }
.drawing .rule { stroke: #ddd }
.drawing .lane { stroke-width: 2; opacity: .55 }
.drawing .arrow { stroke-width: 1.3; opacity: .75; fill: none }
.drawing g.hit:hover .arrow { stroke-width: 3; opacity: 1 }
.drawing .reach { stroke: transparent; stroke-width: 9 }
.drawing .lost { stroke-dasharray: 4 3 }
.drawing .what { fill: #8a5a00; font-style: italic }
.drawing .heard { fill: #333 }
.drawing .fault { fill: #f0a30a; opacity: .35 }
.drawing .stop { fill: #777; opacity: .35 }
.drawing .turn { fill: #444 }
.drawing .note { fill: #fff0f0; stroke: #c00; stroke-width: 1.5 }
.drawing .notetext { fill: #a00; font: bold 13px system-ui, sans-serif }
.drawing text.bad { fill: #c00; font-weight: bold }
.drawing .arrow.bad { stroke: #c00; stroke-width: 3; opacity: 1 }
.drawing .mbad { fill: #c00 }
.drawing .k0 { stroke: #555 } .drawing .m0, .drawing text.k0 { fill: #555; stroke: none }
.drawing .k1 { stroke: #0072b2 } .drawing .m1, .drawing text.k1 { fill: #0072b2; stroke: none }
.drawing .k2 { stroke: #00806a } .drawing .m2, .drawing text.k2 { fill: #00806a; stroke: none }
.drawing .k3 { stroke: #a0527c } .drawing .m3, .drawing text.k3 { fill: #a0527c; stroke: none }
.drawing .k4 { stroke: #6a51a3 } .drawing .m4, .drawing text.k4 { fill: #6a51a3; stroke: none }
.drawing .k5 { stroke: #3f8fc0 } .drawing .m5, .drawing text.k5 { fill: #3f8fc0; stroke: none }
.drawing .k6 { stroke: #8c6d1f } .drawing .m6, .drawing text.k6 { fill: #8c6d1f; stroke: none }
.drawing .k7 { stroke: #4d7c0f } .drawing .m7, .drawing text.k7 { fill: #4d7c0f; stroke: none }
{{- end}}

{{- define "marks" -}}
<defs>
{{- range colors}}
<marker id="m{{.}}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path class="m{{.}}" d="M0 0.5L8 4L0 7.5z"/></marker>
{{- end}}
<marker id="mbad" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto"><path class="mbad" d="M0 0L8 4L0 8z"/></marker>
<marker id="mlost" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"><path d="M1 1L7 7M7 1L1 7" stroke="#a60" stroke-width="1.8"/></marker>
</defs>
{{- end}}

{{- define "heads"}}
{{- range .Heads}}
<text class="head {{.Class}}" x="{{.X}}" y="{{.Y}}">{{if .Title}}<title>{{.Title}}</title>{{end}}{{.Text}}</text>
{{- end}}
{{- end}}

{{- define "body"}}
{{- $width := .Width}}
{{- range .Steps}}
{{- if .Rule}}
<line class="rule" x1="0" x2="{{$width}}" y1="{{add .Y -12}}" y2="{{add .Y -12}}"/>
{{- end}}
{{- if .Time}}
<text class="time" x="4" y="{{add .Y 4}}">{{.Time}}</text>
{{- end}}
{{- if .Op}}
<text class="op" x="58" y="{{add .Y 4}}">{{.Op}}</text>
{{- end}}
{{- end}}
<line class="lane k0" x1="{{.Server}}" x2="{{.Server}}" y1="4" y2="{{add .Height -8}}" style="stroke-width:4"/>
{{- range .Lines}}
<line class="lane k{{.Color}}" x1="{{.X}}" x2="{{.X}}" y1="{{.Y1}}" y2="{{.Y2}}"/>
{{- end}}
{{- range .Bands}}
<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="14" height="{{.Height}}" rx="3"><title>{{.Text}}</title></rect>
{{- end}}
{{- range .Arrows}}
<g class="hit"><title>{{.Title}}</title><line class="reach" x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}"/><line class="arrow {{.Class}}" x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" marker-end="url(#{{.Mark}})"/></g>
{{- end}}
{{- range .Dots}}
<circle class="{{.Class}}" cx="{{.X}}" cy="{{.Y}}" r="3"><title>{{.Title}}</title></circle>
{{- end}}
{{- range .Labels}}
<text class="label {{.Class}}" x="{{.X}}" y="{{.Y}}"><title>{{.Title}}</title>{{.Text}}</text>
{{- end}}
{{- range .Notes}}
<rect class="note" x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="{{.Height}}" rx="4"/>
{{- range .Lines}}
<text class="notetext" x="{{.X}}" y="{{.Y}}">{{.Text}}</text>
{{- end}}
{{- end}}
{{- end}}

{{- define "alone" -}}
<svg xmlns="http://www.w3.org/2000/svg" class="drawing" width="{{.Width}}" height="{{add .Height head}}" viewBox="0 0 {{.Width}} {{add .Height head}}" role="img">
<title>{{.Title}}</title>
<style>
{{template "style"}}
</style>
{{template "marks"}}
<rect width="100%" height="100%" fill="#fff"/>
{{- template "heads" .}}
<g transform="translate(0 {{head}})">
{{- template "body" .}}
</g>
</svg>
{{end}}
`
