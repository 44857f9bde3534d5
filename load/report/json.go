package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.com/chatd/load"
)

// Schema is what a JSON report says it is. It changes when a reader of this one could
// not read the new one; fields that are only added do not change it.
// docs/chatload.schema.json describes it.
const Schema = "chatload/v1"

// WriteJSON writes r as one JSON document of [Schema]. The error is w's, or that a
// figure is not finite, which JSON cannot say.
func WriteJSON(w io.Writer, r *load.Result) error {
	out := *r
	out.Schema = Schema
	// Where there were none a reader finds an empty list, as the schema promises.
	out.Seconds = orEmpty(out.Seconds)
	out.Events = orEmpty(out.Events)
	out.Failures = orEmpty(out.Failures)
	out.Setup.Stages = orEmpty(out.Setup.Stages)
	text, err := json.MarshalIndent(&out, "", " ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// ReadJSON reads what WriteJSON wrote, or a later program that added to it: fields it
// does not know are passed over. The error says what was found where it is not one
// whole report of [Schema] with histograms that can be read.
func ReadJSON(from io.Reader) (*load.Result, error) {
	dec := json.NewDecoder(from)
	var text json.RawMessage
	if err := dec.Decode(&text); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return nil, fmt.Errorf("report: not a JSON report: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("report: something follows the JSON report")
	}
	if err := checkSchema(text); err != nil {
		return nil, err
	}
	r := new(load.Result)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("report: damaged %s report: %w", Schema, err)
	}
	if err := checkHistograms(r); err != nil {
		return nil, err
	}
	return r, nil
}

func checkSchema(text []byte) error {
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("report: not a chatload report: expected an object with schema %q: %w", Schema, err)
	}
	switch {
	case head.Schema == nil:
		return fmt.Errorf("report: not a chatload report: expected schema %q, found none", Schema)
	case *head.Schema != Schema:
		return fmt.Errorf("report: expected schema %q, found %q", Schema, *head.Schema)
	}
	return nil
}

// checkHistograms finds damage early. A report without histograms is whole, and can be
// shown, but not merged.
func checkHistograms(r *load.Result) error {
	for i, d := range latencies(r) {
		if d.Histogram == "" {
			continue
		}
		if _, err := d.Hist(); err != nil {
			return fmt.Errorf("report: latency %s: %w", latencyNames[i], err)
		}
	}
	return nil
}
