package sim

import "testing"

// TestExplore: no order of six small worlds breaks a promise (X): all orders with
// one delay in every go test, all with two with -sim.runner X.
func TestExplore(t *testing.T) {
	s := NewSerial()
	defer s.Close()
	most := 1
	if *flagRunner == "X" {
		most = 2
	}
	for i := range Scripts {
		n, bad := s.Explore(&Scripts[i], most)
		t.Logf("%s: %d orders", Scripts[i].Name, n)
		if bad != nil {
			t.Errorf("%s:\n%s", Scripts[i].Name, bad.Report())
		}
	}
}
