package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/chatd/load"
	"example.com/chatd/load/report"
)

// An output is one report to be written.
type output struct {
	format string
	file   string // "-" is the standard output
}

var formats = []string{"json", "html", "svg", "benchfmt"}

// parseOutputs reads "json=F,html=F".
func parseOutputs(texts []string) (all []output, err error) {
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			format, file, ok := strings.Cut(part, "=")
			if !ok || file == "" || !slices.Contains(formats, format) {
				return nil, fmt.Errorf("%q is no report: want json=F, html=F, svg=F or benchfmt=F", part)
			}
			if i := slices.IndexFunc(all, func(o output) bool { return o.file == file }); i >= 0 {
				if file == "-" {
					return nil, fmt.Errorf("%s and %s cannot both go to the standard output", all[i].format, format)
				}
				return nil, fmt.Errorf("%s and %s cannot both go to %s", all[i].format, format, file)
			}
			all = append(all, output{format, file})
		}
	}
	return all, nil
}

// write writes the reports. Files are written whole or not at all: one that is there
// already is kept until the new one is complete.
func (p *program) write(outputs []output, r, baseline *load.Result) error {
	for _, out := range outputs {
		if err := p.writeOne(out, r, baseline); err != nil {
			return fmt.Errorf("-o %s=%s: %w", out.format, out.file, err)
		}
	}
	return nil
}

func (p *program) writeOne(out output, r, baseline *load.Result) error {
	if out.file == "-" {
		return render(p.stdout, out.format, r, baseline)
	}
	return writeFile(out.file, func(w *bufio.Writer) error { return render(w, out.format, r, baseline) })
}

// writeFile writes a file anew, and puts it in the place of the old one when it is whole.
func writeFile(name string, fill func(*bufio.Writer) error) (err error) {
	f, err := os.CreateTemp(dirOf(name), ".chatload-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// dirOf is the directory of a file that may not exist.
func dirOf(file string) string {
	i := strings.LastIndexByte(file, os.PathSeparator)
	if i < 0 {
		return "."
	}
	return file[:i+1]
}

func render(w io.Writer, format string, r, baseline *load.Result) error {
	switch format {
	case "html":
		return report.HTML(w, r, baseline)
	case "svg":
		return report.SVG(w, r, baseline)
	case "benchfmt":
		return report.Benchfmt(w, r)
	}
	return report.WriteJSON(w, r)
}

// toStdout says whether a report goes to the standard output: then nothing else does.
func toStdout(outputs []output) bool {
	return slices.ContainsFunc(outputs, func(o output) bool { return o.file == "-" })
}

func readReport(file string) (*load.Result, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := report.ReadJSON(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}
