package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"example.com/chatd/load"
)

// differences are the figures in which two setups differ, "rate: 200 and 400". What
// does not change what is measured is no difference: the preset's name, the seed and
// the objectives.
func differences(a, b *load.Setup) []string {
	var found []string
	av, bv := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range av.NumField() {
		name, _, _ := strings.Cut(av.Type().Field(i).Tag.Get("json"), ",")
		if slices.Contains([]string{"preset", "seed", "objectives"}, name) {
			continue
		}
		x, y := settingText(av.Field(i)), settingText(bv.Field(i))
		if x != y {
			found = append(found, fmt.Sprintf("%s: %s and %s", name, x, y))
		}
	}
	return found
}

// settingText is a setting as a flag would have it.
func settingText(v reflect.Value) string {
	if list, ok := v.Interface().([]string); ok {
		v = reflect.ValueOf(strings.Join(list, ", "))
	}
	text := fmt.Sprint(v.Interface())
	if text == "" {
		return "none"
	}
	return clean(text)
}
