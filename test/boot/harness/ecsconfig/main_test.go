package main

import (
	"encoding/json"
	"testing"
)

func TestLinesAreSplitAtTheFirstEqualsSignAndKeptToTheLetter(t *testing.T) {
	got := lines("  ECS_CLUSTER=\"q\" \n# no line\n\nA=b=c # d\nA =x\nECS_DATADIR=\nE=1\nE=2\n")
	want := map[string]string{"ECS_CLUSTER": `"q"`, "A": "b=c # d", "A ": "x", "ECS_DATADIR": "", "E": "2"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%q: got %q, want %q", key, got[key], value)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct{ variable, raw, verdict, parsed string }{
		{"ECS_CLUSTER", `"orders"`, ok, `"\"orders\""`},
		{"ECS_CLUSTER", "", discarded, `null`},
		{"ECS_NO_SUCH", "1", unknown, `null`},
		{"ECS_UPDATES_ENABLED", "true", ok, `true`},
		{"ECS_UPDATES_ENABLED", "T", ok, `true`},
		{"ECS_UPDATES_ENABLED", "yes", discarded, `null`},
		{"ECS_CONTAINER_STOP_TIMEOUT", "5m", ok, `"5m0s"`},
		{"ECS_CONTAINER_STOP_TIMEOUT", "500ms", clamped, `"1s"`},
		{"ECS_CONTAINER_STOP_TIMEOUT", "-1s", clamped, `"1s"`},
		{"ECS_CONTAINER_STOP_TIMEOUT", "90", discarded, `null`},
		{"ECS_CONTAINER_STOP_TIMEOUT", "0", discarded, `null`},
		{"ECS_CONTAINER_START_TIMEOUT", "44.9s", clamped, `"45s"`},
		{"ECS_CONTAINER_CREATE_TIMEOUT", "1m", ok, `"1m0s"`},
		{"ECS_MANIFEST_PULL_TIMEOUT", "29s", clamped, `"30s"`},
		{"ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", "59s", clamped, `"1m0s"`},
		{"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", "1h30m", ok, `"1h30m0s"`},
		{"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", "999ms", discarded, `null`},
		{"ECS_IMAGE_CLEANUP_INTERVAL", "9m59s", discarded, `null`},
		{"ECS_CGROUP_CPU_PERIOD", "8ms", ok, `"8ms"`},
		{"ECS_CGROUP_CPU_PERIOD", "101ms", discarded, `null`},
		{"ECS_POLLING_METRICS_WAIT_DURATION", "4s", clamped, `"5s"`},
		{"ECS_POLLING_METRICS_WAIT_DURATION", "21s", clamped, `"20s"`},
		{"ECS_RESERVED_MEMORY", "65535", ok, `65535`},
		{"ECS_RESERVED_MEMORY", "65536", discarded, `null`},
		{"ECS_RESERVED_MEMORY", "256MiB", discarded, `null`},
		{"ECS_NUM_IMAGES_DELETE_PER_CYCLE", "0", discarded, `null`},
		{"ECS_TASK_PIDS_LIMIT", "4194304", ok, `4194304`},
		{"ECS_TASK_PIDS_LIMIT", "4194305", discarded, `null`},
		{"ECS_LOG_MAX_FILE_SIZE_MB", "1.5", ok, `1.5`},
		{"ECS_TASK_METADATA_RPS_LIMIT", "100, 150", ok, `[100,150]`},
		{"ECS_TASK_METADATA_RPS_LIMIT", "100,0", discarded, `null`},
		{"ECS_DYNAMIC_HOST_PORT_RANGE", "32768-65535", ok, `[32768,65535]`},
		{"ECS_DYNAMIC_HOST_PORT_RANGE", "2-1", discarded, `null`},
		{"ECS_DYNAMIC_HOST_PORT_RANGE", "1-65536", discarded, `null`},
		{"ECS_RESERVED_PORTS", "[22, 80]", ok, `[22,80]`},
		{"ECS_RESERVED_PORTS", "[65536]", discarded, `null`},
		{"ECS_RESERVED_PORTS", "[22] 80", clamped, `[22]`},
		{"ECS_AVAILABLE_LOGGING_DRIVERS", `["json-file","awsfirelens"]`, ok, `["json-file","awsfirelens"]`},
		{"ECS_AVAILABLE_LOGGING_DRIVERS", `json-file`, discarded, `null`},
		{"ECS_AVAILABLE_LOGGING_DRIVERS", `["jsonfile"]`, fatal, `null`},
		{"ECS_INSTANCE_ATTRIBUTES", `{"stack": "prod"}`, ok, `{"stack":"prod"}`},
		{"ECS_INSTANCE_ATTRIBUTES", `{"stack": 1}`, fatal, `null`},
		{"ECS_CONTAINER_INSTANCE_TAGS", `{`, fatal, `null`},
		{"ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", `["10.0.15.0/24"]`, ok, `["10.0.15.0/24"]`},
		{"ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", `["10.0.15.0"]`, fatal, `null`},
		{"ECS_LOG_OPTS", `[]`, discarded, `null`},
		{"ECS_IMAGE_PULL_BEHAVIOR", "once", ok, `"once"`},
		{"ECS_IMAGE_PULL_BEHAVIOR", "Once", discarded, `null`},
		{"ECS_LOGLEVEL", "WARN", ok, `"warn"`},
		{"ECS_LOGLEVEL", "critical", discarded, `null`},
		{"ECS_ENGINE_AUTH_TYPE", "Docker", discarded, `null`},
	} {
		reading := interpret(c.variable + "=" + c.raw)[c.variable]
		parsed, _ := json.Marshal(reading.Parsed)
		if reading.Verdict != c.verdict || string(parsed) != c.parsed {
			t.Errorf("%s=%s: got %s %s (%s), want %s %s", c.variable, c.raw, reading.Verdict, parsed, reading.Why, c.verdict, c.parsed)
		}
		if (reading.Verdict == ok) != (reading.Why == "") {
			t.Errorf("%s=%s: verdict %s with the reason %q", c.variable, c.raw, reading.Verdict, reading.Why)
		}
	}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct{ kind, data, verdict, parsed string }{
		{"docker", `{"https://r.example.com":{"username":"u","password":"p\"$\\"}}`, ok, `{"r.example.com":{"username":"u","password":"p\"$\\"}}`},
		{"dockercfg", `{"r.example.com":{"auth":"dTpwOnE="}}`, ok, `{"r.example.com":{"username":"u","password":"p:q"}}`},
		{"dockercfg", `{"r.example.com":{"auth":"dQ=="},"s":{"auth":"dTpw"}}`, discarded, `{"s":{"username":"u","password":"p"}}`},
		{"dockercfg", `{"r.example.com":{"auth":"!"}}`, discarded, `{}`},
		{"docker", `not JSON`, discarded, `null`},
		{"dockerconfig", `{}`, discarded, `null`},
	} {
		reading := interpret("ECS_ENGINE_AUTH_TYPE=" + c.kind + "\nECS_ENGINE_AUTH_DATA=" + c.data)["ECS_ENGINE_AUTH_DATA"]
		parsed, _ := json.Marshal(reading.Parsed)
		if reading.Verdict != c.verdict || string(parsed) != c.parsed {
			t.Errorf("%s %s: got %s %s (%s), want %s %s", c.kind, c.data, reading.Verdict, parsed, reading.Why, c.verdict, c.parsed)
		}
	}
}
