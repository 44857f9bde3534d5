package chat

import (
	"strings"
	"testing"
)

// FuzzName: N1, N2 and M6 hold for any two names; what is refused is refused with
// a safe text.
func FuzzName(f *testing.F) {
	for i, c := range nameCases {
		f.Add([]byte(c.in), []byte(nameCases[(i+1)%len(nameCases)].in))
		f.Add([]byte(c.in), []byte(strings.ToUpper(c.in)))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		a, errA := parseName(first)
		b, errB := parseName(second)
		for _, err := range []error{errA, errB} {
			if err != nil {
				checkRefusal(t, err)
				checkDigitsRefusal(t, err, first, second)
			}
		}
		if errA == nil {
			checkName(t, a)
		}
		if errA == nil && errB == nil {
			checkAlike(t, a, b)
		}
	})
}

// checkDigitsRefusal: the refusal of last resort is about what it says.
func checkDigitsRefusal(t *testing.T, err error, inputs ...[]byte) {
	if err.Error() != digitsRefusal {
		return
	}
	for _, in := range inputs {
		if strings.ContainsAny(string(in), "٠١٢٣٤٥٦٧٨٩") && strings.ContainsAny(string(in), "۰۱۲۳۴۵۶۷۸۹") {
			return
		}
	}
	t.Errorf("no two sets of digits in %q", inputs)
}
