package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	speciesMin = 40
	cardsMax   = 12
	linesMax   = 32 // that a patch changes: more is no honest mistake
)

// zooOf reads the zoo of the module.
func zooOf(t *testing.T) (root string, all []*species) {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if all, err = loadSpecies(filepath.Join(root, "testdata", "zoo")); err != nil {
		t.Fatal(err)
	}
	return root, all
}

var promiseRE = regexp.MustCompile(`(?m)^- \*\*([WLNMCREO]\d)\*\*`)

func promisesOf(t *testing.T, root string) (ids []string) {
	t.Helper()
	spec, err := os.ReadFile(filepath.Join(root, "docs", "SPEC.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range promiseRE.FindAllStringSubmatch(string(spec), -1) {
		ids = append(ids, m[1])
	}
	if len(ids) < 40 {
		t.Fatalf("docs/SPEC.md promises %d things: the pattern no longer fits the text", len(ids))
	}
	return ids
}

// TestSpecies: each has a README that says what it must, and the zoo has its size.
func TestSpecies(t *testing.T) {
	root, all := zooOf(t)
	ids := promisesOf(t, root)
	cards, fast := 0, map[string]int{}
	for _, s := range all {
		for _, wrong := range s.wrong(ids) {
			t.Errorf("%s: %s", s.name, wrong)
		}
		if s.card() {
			cards++
		}
		if s.fast {
			fast[s.group]++
		}
	}
	if len(all) < speciesMin || cards > cardsMax {
		t.Errorf("%d species with %d cards: at least %d are wanted, with at most %d cards", len(all), cards, speciesMin, cardsMax)
	}
	for letter := range groups {
		if fast[letter] != 1 {
			t.Errorf("group %s has %d species for -fast, want one", letter, fast[letter])
		}
	}
}

// wrong is what is wrong with the README.
func (s *species) wrong(ids []string) (all []string) {
	last := "Here"
	if s.card() {
		last = "Ruled out"
	}
	for _, part := range []string{"Shows", "Tempting", "Seen", last} {
		if !strings.Contains(s.text, "\n\n**"+part+".** ") {
			all = append(all, "the README has no paragraph "+part)
		}
	}
	if len(s.promises) == 0 {
		all = append(all, "it breaks no promise")
	}
	for _, p := range s.promises {
		if !slices.Contains(ids, p) {
			all = append(all, fmt.Sprintf("docs/SPEC.md does not promise %q", p))
		}
	}
	if number := strings.TrimLeft(s.name, "0"); !regexp.MustCompile(`^` + s.number + `[b-z]?-[a-z0-9-]+$`).MatchString(number) {
		all = append(all, "its directory is not called after its number "+s.number)
	}
	if n := strings.Count(s.text, "\n"); n > 30 {
		all = append(all, fmt.Sprintf("the README has %d lines", n))
	}
	if s.card() && s.fast {
		all = append(all, "a card has nothing to run")
	}
	return all
}

// TestPromises: each has a species or a reason why not, and not both.
func TestPromises(t *testing.T) {
	root, all := zooOf(t)
	broken := map[string]bool{}
	for _, s := range all {
		for _, p := range s.promises {
			broken[p] = broken[p] || !s.card()
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "testdata", "zoo", "PROMISES"))
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^([A-Z]\d) (.+)$`).FindAllStringSubmatch(string(text), -1) {
		reasons[m[1]] = m[2]
	}
	ids := promisesOf(t, root)
	for _, id := range ids {
		switch {
		case !broken[id] && reasons[id] == "":
			t.Errorf("%s: no species breaks it, and testdata/zoo/PROMISES does not say why", id)
		case broken[id] && reasons[id] != "":
			t.Errorf("%s: testdata/zoo/PROMISES says why no species breaks it, but one does", id)
		}
	}
	for id := range reasons {
		if !slices.Contains(ids, id) {
			t.Errorf("testdata/zoo/PROMISES has a reason for %s, which docs/SPEC.md does not promise", id)
		}
	}
}

// TestPatches: each applies line for line to the code as it is, builds, changes code
// and little of it, in the house's format, and is not another's.
func TestPatches(t *testing.T) {
	root, all := zooOf(t)
	builder := newTypeChecker(t, root)
	seen := map[string]string{}
	for _, s := range all {
		if s.card() {
			continue
		}
		changed, err := s.apply(root)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		for _, wrong := range s.wrongPatch(root, changed) {
			t.Errorf("%s: %s", s.name, wrong)
		}
		key := codeOf(t, root, changed)
		if twin := seen[key]; twin != "" {
			t.Errorf("%s is %s", s.name, twin)
		}
		seen[key] = s.name
		if err := builder.check(changed); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// wrongPatch is what is wrong with the patch.
func (s *species) wrongPatch(root string, changed map[string]string) (all []string) {
	patches, _ := parsePatch(string(s.patch))
	lines := 0
	for _, f := range patches {
		lines += f.changed
		if strings.HasSuffix(f.path, "_test.go") || !strings.HasSuffix(f.path, ".go") || path.Dir(f.path) != "chat" && path.Dir(f.path) != "cmd/chatd" {
			all = append(all, f.path+" is no code of the server")
		}
	}
	if lines > linesMax {
		all = append(all, fmt.Sprintf("%d lines are changed, at most %d are wanted", lines, linesMax))
	}
	for path, text := range changed {
		pretty, err := format.Source([]byte(text))
		if err != nil || string(pretty) != text {
			all = append(all, path+" is not formatted")
		}
	}
	return all
}

// codeOf is the changed code without its comments: what makes a bug the same bug. It
// fails where that is the code as it is.
func codeOf(t *testing.T, root string, changed map[string]string) string {
	t.Helper()
	var all strings.Builder
	differs := false
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		code := withoutComments(t, changed[path])
		was, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		differs = differs || code != withoutComments(t, string(was))
		all.WriteString(path + "\n" + code)
	}
	if !differs {
		t.Errorf("%v: the patch changes no code", slices.Collect(maps.Keys(changed)))
	}
	return all.String()
}

func withoutComments(t *testing.T, text string) string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := format.Node(&b, token.NewFileSet(), f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A typeChecker builds packages as far as the compiler would refuse to.
type typeChecker struct {
	root string
	fset *token.FileSet
	from types.Importer
}

// newTypeChecker asks go list for what the packages import, compiled.
func newTypeChecker(t *testing.T, root string) *typeChecker {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", "./chat", "./cmd/chatd")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports := map[string]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
	}
	c := &typeChecker{root: root, fset: token.NewFileSet()}
	c.from = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return c
}

// check type-checks the packages of the changed files with them in it.
func (c *typeChecker) check(changed map[string]string) error {
	dirs := map[string]bool{}
	for file := range changed {
		dirs[path.Dir(file)] = true
	}
	for dir := range dirs {
		files, err := c.parse(dir, changed)
		if err != nil {
			return err
		}
		cfg := types.Config{Importer: c.from}
		if _, err := cfg.Check(dir, c.fset, files, nil); err != nil {
			return err
		}
	}
	return nil
}

func (c *typeChecker) parse(dir string, changed map[string]string) (files []*ast.File, err error) {
	cmd := exec.Command("go", "list", "-f", `{{join .GoFiles "\n"}}`, "./"+dir)
	cmd.Dir = c.root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	for names := bufio.NewScanner(strings.NewReader(string(out))); names.Scan(); {
		file := dir + "/" + names.Text()
		var source any
		if text, ok := changed[file]; ok {
			source = text
		}
		f, err := parser.ParseFile(c.fset, filepath.Join(c.root, filepath.FromSlash(file)), source, 0)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// TestPage: docs/ZOO.md has every species.
func TestPage(t *testing.T) {
	root, all := zooOf(t)
	text, err := os.ReadFile(filepath.Join(root, "docs", "ZOO.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if !strings.Contains(string(text), link(s)) {
			t.Errorf("docs/ZOO.md lacks %s: make zoo writes it", s.name)
		}
	}
	for _, m := range regexp.MustCompile(`testdata/zoo/([^/)]+)/README`).FindAllStringSubmatch(string(text), -1) {
		if !slices.ContainsFunc(all, func(s *species) bool { return s.name == m[1] }) {
			t.Errorf("docs/ZOO.md has %s, which there is not", m[1])
		}
	}
}
