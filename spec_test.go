package chatd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSpecNamesItsProof keeps docs/SPEC.md true: every promise has a row in the
// table of proofs, and every test and conversation it names exists.
func TestSpecNamesItsProof(t *testing.T) {
	spec, err := os.ReadFile("docs/SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	promised := regexp.MustCompile(`(?m)^- \*\*([WLNMCREO]\d)\*\*`).FindAllStringSubmatch(string(spec), -1)
	if len(promised) < 40 {
		t.Fatalf("docs/SPEC.md promises %d things: the pattern no longer fits the text", len(promised))
	}
	for _, p := range promised {
		row := regexp.MustCompile(`(?m)^\| ` + p[1] + ` \| (.*?) \| .+ \|$`).FindStringSubmatch(string(spec))
		if row == nil {
			t.Errorf("%s: no row in the table of proofs", p[1])
			continue
		}
		for _, missing := range missingProofs(t, row[1]) {
			t.Errorf("%s: docs/SPEC.md names %s, which does not exist", p[1], missing)
		}
	}
}

var (
	provenByTest    = regexp.MustCompile(`([\w/]+_test\.go) ((?:Test|Fuzz)\w+)`)
	provenByFile    = regexp.MustCompile(`\b\d{2,3}-[\w-]+`)
	provenByPromise = regexp.MustCompile(`conversations ([A-Z]\d)`)
)

func missingProofs(t *testing.T, proof string) (missing []string) {
	t.Helper()
	for _, m := range provenByTest.FindAllStringSubmatch(proof, -1) {
		if text, err := os.ReadFile(m[1]); err != nil || !strings.Contains(string(text), "func "+m[2]+"(") {
			missing = append(missing, m[0])
		}
	}
	globs := provenByFile.FindAllString(proof, -1)
	for _, m := range provenByPromise.FindAllStringSubmatch(proof, -1) {
		globs = append(globs, "[0-9]*-"+m[1]+"-*")
	}
	for _, g := range globs {
		if found, _ := filepath.Glob("testdata/conversations/" + g + ".txt"); len(found) == 0 {
			missing = append(missing, g)
		}
	}
	return missing
}
