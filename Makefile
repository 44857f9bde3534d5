# make check is what CI runs, and all that it runs.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
FUZZTIME    = 15s
SIMRUNS     = 50000
SIMSEEDS    = 500
FUZZERS     = $(shell grep -ho 'func Fuzz[A-Za-z]*' chat/*_test.go | cut -c6-)

.PHONY: check lint test race fuzz sim stress bench mutate zoo zoo-fast zoo-matrix
check: lint test race fuzz sim stress zoo-fast

lint:
	@test -z "$$(gofmt -l .)" || { echo "gofmt is wanted for:"; gofmt -l .; exit 1; }
	go vet ./...
	go mod tidy -diff
	go run $(STATICCHECK) ./...
	go run $(ACTIONLINT)
	GOOS=darwin go vet ./...
	GOOS=windows go build ./...

test: # without the race detector, which allocates: here allocations are counted
	go test ./...

race:
	go test -race -shuffle=on ./...

fuzz: # the default of -fuzzminimizetime is 46 times slower
	for f in $(FUZZERS); do go test ./chat -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; done

sim: # seeds alike at any GOMAXPROCS, with and without -race; a longer soak than go test's slice; the rates
	go test ./chat/sim -run '^TestSame$$' -sim.builds -sim.runs $(SIMSEEDS)
	go run ./cmd/chatsim -runs $(SIMRUNS)
	go test ./chat/sim -run '^$$' -bench .

stress: # gates on loss, order and repeats, not on tight latency
	go run ./cmd/chatload -self -preset ci -live off

zoo: # plants each bug of testdata/zoo, up to its first kill; writes docs/ZOO.md
	go run ./tools/zoo -doc docs/ZOO.md

zoo-fast: # one bug of each group
	go run ./tools/zoo -fast

zoo-matrix: # every suite on every bug
	go run ./tools/zoo -matrix

mutate: # mechanical mutants of the core; the score may not fall
	go run ./tools/mutate

bench: # chatd, a naive server and the raw limit, side by side; docs/MEASURING.md
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./chat/fanbench
