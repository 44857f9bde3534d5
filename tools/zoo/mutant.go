package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// A mutant is the module with one bug in it, or the module itself.
type mutant struct {
	root    string
	dir     string   // where its files and binaries are
	overlay string   // "" for the module itself
	species *species // nil for the module itself

	mu    sync.Mutex
	built map[string]string // binaries, by what they are called
}

// newMutant applies a species' patch to copies of the files it changes; nil means
// no species.
func newMutant(root, scratch string, s *species) (*mutant, error) {
	m := &mutant{root: root, dir: filepath.Join(scratch, "real"), built: map[string]string{}}
	if s == nil {
		return m, os.MkdirAll(m.dir, 0o777)
	}
	m.dir, m.species = filepath.Join(scratch, s.name), s
	replace, err := m.apply(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	m.overlay = filepath.Join(m.dir, "overlay.json")
	return m, os.WriteFile(m.overlay, text, 0o666)
}

// apply writes the changed copies, and returns which file each stands for.
func (m *mutant) apply(s *species) (map[string]string, error) {
	changed, err := s.apply(m.root)
	if err != nil {
		return nil, err
	}
	replace := make(map[string]string)
	for path, text := range changed {
		copied := filepath.Join(m.dir, "src", filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(copied), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(copied, []byte(text), 0o666); err != nil {
			return nil, err
		}
		replace[filepath.Join(m.root, filepath.FromSlash(path))] = copied
	}
	return replace, nil
}

// apply returns the files that the species changes, changed, by path below root.
func (s *species) apply(root string) (map[string]string, error) {
	patches, err := parsePatch(string(s.patch))
	if err != nil {
		return nil, err
	}
	changed := make(map[string]string)
	for _, f := range patches {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.path)))
		if err != nil {
			return nil, err
		}
		if changed[f.path], err = f.apply(string(text)); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// touches says whether the patch changes something in a directory.
func (s *species) touches(dir string) bool {
	return strings.Contains(string(s.patch), "\n+++ b/"+dir+"/")
}

// build makes a program.
func (m *mutant) build(name, pkg string, flags ...string) (string, error) {
	return m.make(name, pkg, append([]string{"build"}, flags...))
}

// buildTest makes a test binary.
func (m *mutant) buildTest(name, pkg string, flags ...string) (string, error) {
	return m.make(name, pkg, append([]string{"test", "-c", "-vet=off"}, flags...))
}

func (m *mutant) make(name, pkg string, args []string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if binary := m.built[name]; binary != "" {
		return binary, nil
	}
	binary := filepath.Join(m.dir, name)
	if m.overlay != "" {
		args = append(args, "-overlay", m.overlay)
	}
	cmd := exec.CommandContext(context.Background(), "go", append(args, "-o", binary, pkg)...)
	cmd.Dir = m.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s %s: %w\n%s", args[0], pkg, err, out)
	}
	m.built[name] = binary
	return binary, nil
}

// forget removes the binaries, which are large.
func (m *mutant) forget() {
	for _, binary := range m.built {
		os.Remove(binary)
	}
}
