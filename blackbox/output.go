package blackbox

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// WriteText prints a report for people: a table of all cases, and behind it, for each
// broken one, what happened, where, and what to do.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, profile %s\n\n", r.Target, r.Profile)
	width := r.widestCase()
	fmt.Fprintf(&b, "%-7s  %-*s  %-14s  %s\n", "PROMISE", width, "CASE", "VERDICT", "WHAT")
	for i := range r.Results {
		res := &r.Results[i]
		what := res.Title
		if res.Severity != "" && res.Verdict != Holds && res.Verdict != Broken {
			what = res.Finding
		}
		fmt.Fprintf(&b, "%-7s  %-*s  %-14s  %s\n", res.Promise, width, res.Case, res.shownVerdict(), visible(what))
	}
	for i := range r.Results {
		if res := &r.Results[i]; res.Verdict == Broken {
			res.explain(&b)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", r.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) widestCase() int {
	width := len("CASE")
	for i := range r.Results {
		width = max(width, utf8.RuneCountInString(r.Results[i].Case))
	}
	return width
}

// shownVerdict is the verdict as the table has it.
func (res *Result) shownVerdict() string {
	switch {
	case res.Verdict == Broken && res.Severity == Beyond:
		return "BROKEN, beyond"
	case res.Verdict == Broken:
		return "BROKEN"
	}
	return string(res.Verdict)
}

// explain prints what is behind a broken case.
func (res *Result) explain(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s %s: %s\n", res.Promise, res.Case, res.Title)
	if res.Note != "" {
		fmt.Fprintf(b, "  (%s)\n", res.Note)
	}
	fmt.Fprintf(b, "  found:  %s\n", visible(res.Finding))
	if res.Advice != "" {
		fmt.Fprintf(b, "  advice: %s\n", res.Advice)
	}
	b.WriteString("\n" + res.Lanes)
}

// Summary is the report in one line.
func (r *Report) Summary() string {
	s := fmt.Sprintf("%d hold, %d broken", r.Count(Holds, ""), r.Count(Broken, Must))
	if n := r.Count(Broken, Beyond); n > 0 {
		s += fmt.Sprintf(", %d broken beyond what the profile asks", n)
	}
	if n := r.Count(CouldNotTell, ""); n > 0 {
		s += fmt.Sprintf(", %d could not be told", n)
	}
	return s + fmt.Sprintf(", %d not applicable; %.1fs", r.Count(NotApplicable, ""), r.Took.Seconds())
}

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteMarkdown writes the report as a table, with what is broken behind it.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# chatcheck: %s, profile %s\n\n%s\n\n", r.Target, r.Profile, r.Summary())
	b.WriteString("| Promise | Case | Verdict | What a user may rely on |\n|---|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for i := range r.Results {
		res := &r.Results[i]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", res.Promise, res.Case, res.shownVerdict(), cell.Replace(res.Title))
	}
	for i := range r.Results {
		res := &r.Results[i]
		if res.Verdict != Broken {
			continue
		}
		fmt.Fprintf(&b, "\n## %s %s\n\n%s\n\nFound: %s\n", res.Promise, res.Case, res.Title, visible(res.Finding))
		if res.Advice != "" {
			fmt.Fprintf(&b, "\n%s\n", res.Advice)
		}
		if res.Lanes != "" {
			b.WriteString("\n" + indented(res.Lanes))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// indented makes a text a code block of Markdown, whatever is in it.
func indented(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n    ") + "\n"
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Error   *junitMessage `xml:"error"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML: what is broken is a failure, what could
// not be told an error, what does not apply skipped. With strict unset, what is
// broken beyond the profile's text is skipped too, as it does not fail the check.
func (r *Report) WriteJUnit(w io.Writer, strict bool) error {
	s := junitSuite{Name: "chatcheck " + r.Profile, Tests: len(r.Results), Time: seconds(r.Took)}
	for i := range r.Results {
		res := &r.Results[i]
		c := junitCase{Name: res.Case, Class: r.Profile + "." + res.Promise, Time: seconds(res.Took)}
		message := &junitMessage{Message: visible(res.Finding)}
		switch {
		case res.Verdict == Broken && (strict || res.Severity == Must):
			message.Text = res.Advice + "\n\n" + res.Lanes
			c.Failure, s.Failures = message, s.Failures+1
		case res.Verdict == CouldNotTell:
			c.Error, s.Errors = message, s.Errors+1
		case res.Verdict != Holds:
			c.Skipped, s.Skipped = message, s.Skipped+1
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
