package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A mutant is one change of one source file.
type mutant struct {
	path string // of the source file
	file string // its base name
	// name is stable under edits elsewhere: file, function, what is done to what, and
	// which of several alike it is.
	name   string
	was    string // the source line before
	is     string // and after
	source []byte // the whole file, changed
}

// A finder collects the mutants of a file.
type finder struct {
	path  string
	src   []byte
	fset  *token.FileSet
	fn    string
	seen  map[string]int
	found []*mutant
}

// mutantsOf returns all mutants of a source file.
func mutantsOf(path string) ([]*mutant, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &finder{path: path, src: src, fset: token.NewFileSet(), seen: map[string]int{}}
	file, err := parser.ParseFile(f.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		f.fn = fn.Name.Name
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			f.look(n)
			return true
		})
	}
	return f.found, nil
}

// swaps are the operators that are taken for each other by mistake.
var swaps = map[token.Token]string{
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.EQL: "!=", token.NEQ: "==", token.LAND: "||", token.LOR: "&&",
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*",
	token.AND: "|", token.OR: "&", token.SHL: ">>", token.SHR: "<<", token.XOR: "&", token.AND_NOT: "&",
}

var assignSwaps = map[token.Token]string{token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+="}

// look adds the mutants of one node.
func (f *finder) look(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if to, ok := swaps[n.Op]; ok && !f.isText(n) {
			f.replace("operator "+n.Op.String(), n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), to)
		}
	case *ast.IfStmt:
		f.replace("if true", n.Cond.Pos(), n.Cond.End(), "true || "+f.paren(n.Cond))
		f.replace("if false", n.Cond.Pos(), n.Cond.End(), "false && "+f.paren(n.Cond))
	case *ast.ForStmt:
		if n.Cond != nil {
			f.replace("for never", n.Cond.Pos(), n.Cond.End(), "false && "+f.paren(n.Cond))
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.replace("not", n.OpPos, n.OpPos+1, "")
		}
	case *ast.BasicLit:
		if n.Kind == token.INT {
			f.replace("constant "+n.Value, n.Pos(), n.End(), "("+n.Value+" + 1)")
		}
	case *ast.ExprStmt:
		f.replace("without call", n.Pos(), n.End(), "")
	case *ast.IncDecStmt:
		to := map[token.Token]string{token.INC: "--", token.DEC: "++"}[n.Tok]
		f.replace(n.Tok.String(), n.TokPos, n.TokPos+2, to)
	case *ast.AssignStmt:
		if to, ok := assignSwaps[n.Tok]; ok && !f.isText(n.Rhs[0]) {
			f.replace(n.Tok.String(), n.TokPos, n.TokPos+2, to)
		}
		if n.Tok == token.ASSIGN {
			f.replace("without assignment", n.Pos(), n.End(), f.keep(n))
		}
	case *ast.BranchStmt:
		if n.Label == nil && (n.Tok == token.BREAK || n.Tok == token.CONTINUE) {
			f.replace("without "+n.Tok.String(), n.Pos(), n.End(), "")
		}
	case *ast.ReturnStmt:
		f.returned(n)
	}
}

// returned swaps what a return statement says: true and false, an error and none.
func (f *finder) returned(n *ast.ReturnStmt) {
	for _, r := range n.Results {
		id, ok := r.(*ast.Ident)
		if !ok {
			continue
		}
		switch {
		case id.Name == "true":
			f.replace("return", id.Pos(), id.End(), "false")
		case id.Name == "false":
			f.replace("return", id.Pos(), id.End(), "true")
		case id.Name == "err" || strings.HasPrefix(id.Name, "refused") || strings.HasPrefix(id.Name, "err"):
			f.replace("return error", id.Pos(), id.End(), "nil")
		}
	}
}

// isText says whether an operand is a string literal: there is no other operator.
func (f *finder) isText(n ast.Node) bool {
	text := false
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text = true
		}
		return !text
	})
	return text
}

// keep uses what an assignment used, so that it still compiles without.
func (f *finder) keep(n *ast.AssignStmt) string {
	blanks := strings.TrimSuffix(strings.Repeat("_, ", len(n.Lhs)), ", ")
	return blanks + " = " + f.text(n.Rhs[0].Pos(), n.Rhs[len(n.Rhs)-1].End())
}

func (f *finder) paren(e ast.Expr) string { return "(" + f.text(e.Pos(), e.End()) + ")" }

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *finder) text(from, to token.Pos) string { return string(f.src[f.offset(from):f.offset(to)]) }

// replace adds a mutant.
func (f *finder) replace(what string, from, to token.Pos, with string) {
	a, b := f.offset(from), f.offset(to)
	changed := append(append(append([]byte(nil), f.src[:a]...), with...), f.src[b:]...)
	m := &mutant{path: f.path, file: filepath.Base(f.path), source: changed, was: lineAt(f.src, a), is: lineAt(changed, a)}
	m.name = fmt.Sprintf("%s %s: %s in %s", m.file, f.fn, what, strconv.Quote(m.was))
	f.seen[m.name]++
	if n := f.seen[m.name]; n > 1 {
		m.name += fmt.Sprintf(" #%d", n)
	}
	f.found = append(f.found, m)
}

// lineAt is the line around an offset, without white space around it.
func lineAt(src []byte, offset int) string {
	begin := strings.LastIndexByte(string(src[:offset]), '\n') + 1
	line, _, _ := strings.Cut(string(src[begin:]), "\n")
	return strings.TrimSpace(line)
}
