// Command ecsconfig reads an ecs.config on standard input as ecs-init does, interprets each value as the ECS agent does, and
// prints {variable: {raw, parsed, verdict, why}}. With the argument "many" it reads a JSON array of such files and prints an array.
//
// Written after what agent 1.105.1 does (agent/config/parse.go, config.go, config_unix.go, parse_linux.go,
// agent/dockerclient/dockerauth, ecs-agent/logger/log.go, ecs-init/docker/docker.go, ecs-init/config/common.go).
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Verdicts: what the agent makes of a value.
const (
	ok        = "ok"        // it is used
	discarded = "discarded" // a warning at most, and the agent's default
	clamped   = "clamped"   // another value is used, the nearest that is allowed
	fatal     = "fatal"     // the agent does not start
	unknown   = "unknown"   // no variable that is known here
)

// Reading is what becomes of one line.
type Reading struct {
	Raw     string `json:"raw"`
	Parsed  any    `json:"parsed"`
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"`
}

// lines is ecs-init's rule: lines trimmed, split at the first "=", the rest to the letter; the last of several wins.
func lines(file string) map[string]string {
	values := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(file), "\n") {
		if key, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			values[key] = value
		}
	}
	return values
}

func interpret(file string) map[string]Reading {
	values := lines(file)
	readings := map[string]Reading{}
	for key, raw := range values {
		read, known := variables[key]
		switch {
		case key == "ECS_ENGINE_AUTH_DATA":
			read = authData(values["ECS_ENGINE_AUTH_TYPE"])
		case !known:
			readings[key] = Reading{Raw: raw, Verdict: unknown, Why: "the agent has no such variable, or it is not known here"}
			continue
		case raw == "":
			readings[key] = Reading{Verdict: discarded, Why: "empty is as if it were not set"}
			continue
		}
		parsed, verdict, why := read(raw)
		readings[key] = Reading{raw, parsed, verdict, why}
	}
	return readings
}

// answer is what is printed for what was read.
func answer(input []byte, many bool) (any, error) {
	if !many {
		return interpret(string(input)), nil
	}
	var files []string
	err := json.Unmarshal(input, &files)
	readings := make([]map[string]Reading, len(files))
	for i, file := range files {
		readings[i] = interpret(file)
	}
	return readings, err
}

func main() {
	var printed any
	input, err := io.ReadAll(os.Stdin)
	if err == nil {
		printed, err = answer(input, len(os.Args) > 1 && os.Args[1] == "many")
	}
	if err == nil {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(printed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
