// Package report shows what a run of chatload measured: to a person at a terminal
// ([Text], [Live]), in a browser ([HTML], [SVG]), and to other programs ([WriteJSON],
// [Benchfmt]). [Compare] and [Merge] take several runs together.
//
// Everything here turns a finished [load.Result] into bytes. Nothing measures, reads a
// clock, or looks at the terminal; the caller decides about width and colour. All
// functions may be called at the same time; none keeps or changes what it is given.
//
// Text that came from outside (a server's words, a file's) is cleaned before it is
// shown: it cannot move a cursor, close a tag, or make a line wider than asked for.
//
// Limitations: a column is a rune of normal width or a wide one; emoji of several
// runes are counted as the sum of their parts. A moment in the histogram is as exact
// as the seconds of the result, which know p50, p99 and max of each second.
package report
