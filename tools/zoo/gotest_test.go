package main

import "testing"

// TestReadTest: what a test binary prints becomes the first test that failed and why.
func TestReadTest(t *testing.T) {
	for name, c := range map[string]struct {
		out    string
		failed bool
		want   record
	}{
		"passes": {"=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\n", false, record{}},
		"an assertion": {
			"=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:1: no\n--- FAIL: TestB (0.00s)\nFAIL\n", true,
			record{verdict: killed, first: "TestB"},
		},
		"a subtest": {
			"=== RUN   TestA\n=== RUN   TestA/x\n--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/x (0.00s)\nFAIL\n", true,
			record{verdict: killed, first: "TestA/x"},
		},
		"the simulation": {
			"=== RUN   TestSim\n    sim_test.go:1: S, seed 7: the same again 3 times of 3.\n        \n        N3 (oracle 7) c0 line 5: two\n--- FAIL: TestSim (0.00s)\nFAIL\n", true,
			record{verdict: killed, first: "TestSim, seed 7: N3", schedules: 7},
		},
		"a mark": {
			"=== RUN   TestSim\n    sim_test.go:1: these never happened in 2000 schedules, so nothing is known of them: [not reading]\n--- FAIL: TestSim (0.00s)\nFAIL\n", true,
			record{verdict: killed, first: "TestSim: never not reading"},
		},
		"a race": {
			"=== RUN   TestSim\nWARNING: DATA RACE\n--- FAIL: TestSim (0.00s)\nFAIL\n", true,
			record{verdict: killed, first: "TestSim: data race"},
		},
		"a panic":          {"=== RUN   TestA\npanic: index out of range\n\ngoroutine 1\n", true, record{verdict: killed, first: "TestA: panic"}},
		"a named deadlock": {"=== RUN   TestA\nfatal error: all goroutines are asleep - deadlock!\n", true, record{verdict: killed, first: "TestA: deadlock"}},
		"a leak":           {"=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\ngoleak: Errors on successful test run\n", true, record{verdict: killed, first: "TestA: tasks left over"}},
		"a hang":           {"=== RUN   TestA\npanic: test timed out after 1m\n", true, record{verdict: hung, first: "TestA hangs without a name"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readTest(c.out, c.failed); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
