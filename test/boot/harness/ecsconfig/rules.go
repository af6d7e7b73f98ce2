package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A rule gives the value that the agent uses, the verdict, and why it is not ok.
type rule func(raw string) (parsed any, verdict, why string)

var variables = map[string]rule{
	"ECS_CLUSTER":            text,
	"ECS_BACKEND_HOST":       text,
	"AWS_DEFAULT_REGION":     text,
	"DOCKER_HOST":            text,
	"ECS_LOGFILE":            text,
	"ECS_DATADIR":            text,
	"ECS_HOST_DATA_DIR":      text,
	"ECS_CNI_PLUGINS_PATH":   text,
	"ECS_CGROUP_PATH":        text,
	"ECS_NVIDIA_RUNTIME":     text,
	"ECS_DETAILED_OS_FAMILY": text,
	"HTTP_PROXY":             text,
	"NO_PROXY":               text,

	"ECS_EXCLUDE_UNTRACKED_IMAGE":                         text,
	"ECS_OFFHOST_INTROSPECTION_INTERFACE_NAME":            text,
	"ECS_AGENT_HEALTHCHECK_HOST":                          text,
	"ECS_AGENT_APPARMOR_PROFILE":                          text,
	"ECS_ALTERNATE_CREDENTIAL_PROFILE":                    text,
	"CREDENTIALS_FETCHER_HOST":                            text,
	"CREDENTIALS_FETCHER_SECRET_NAME_FOR_DOMAINLESS_GMSA": text,

	"ECS_CHECKPOINT":                            boolean,
	"ECS_UPDATES_ENABLED":                       boolean,
	"ECS_DISABLE_METRICS":                       boolean,
	"ECS_POLL_METRICS":                          boolean,
	"ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT":     boolean,
	"ECS_DISABLE_PRIVILEGED":                    boolean,
	"ECS_SELINUX_CAPABLE":                       boolean,
	"ECS_APPARMOR_CAPABLE":                      boolean,
	"ECS_ENABLE_TASK_IAM_ROLE":                  boolean,
	"ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST":     boolean,
	"ECS_DISABLE_IMAGE_CLEANUP":                 boolean,
	"ECS_ENABLE_TASK_ENI":                       boolean,
	"ECS_ENABLE_HIGH_DENSITY_ENI":               boolean,
	"ECS_AWSVPC_BLOCK_IMDS":                     boolean,
	"ECS_ENABLE_CONTAINER_METADATA":             boolean,
	"ECS_ENABLE_TASK_CPU_MEM_LIMIT":             boolean,
	"ECS_SHARED_VOLUME_MATCH_FULL_CONFIG":       boolean,
	"ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP":        boolean,
	"ECS_DISABLE_DOCKER_HEALTH_CHECK":           boolean,
	"ECS_ENABLE_SPOT_INSTANCE_DRAINING":         boolean,
	"ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE": boolean,
	"ECS_ENABLE_RUNTIME_STATS":                  boolean,
	"ECS_EXCLUDE_IPV6_PORTBINDING":              boolean,
	"ECS_WARM_POOLS_CHECK":                      boolean,
	"ECS_SKIP_LOCALHOST_TRAFFIC_FILTER":         boolean,
	"ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS":    boolean,
	"ECS_ENABLE_GPU_SUPPORT":                    boolean,
	"ECS_GMSA_SUPPORTED":                        boolean,
	"ECS_EBSTA_SUPPORTED":                       boolean,
	"ECS_PROPAGATE_TASK_MEMORY_LIMIT_CGROUPV2":  boolean,
	"ECS_ENABLE_FIRELENS_ASYNC":                 boolean,
	"ECS_AGENT_PID_NAMESPACE_HOST":              boolean,

	"ECS_CONTAINER_STOP_TIMEOUT":                   raisedTo(time.Second),
	"ECS_CONTAINER_START_TIMEOUT":                  raisedTo(45 * time.Second),
	"ECS_CONTAINER_CREATE_TIMEOUT":                 raisedTo(time.Minute),
	"ECS_MANIFEST_PULL_TIMEOUT":                    raisedTo(30 * time.Second),
	"ECS_IMAGE_PULL_INACTIVITY_TIMEOUT":            raisedTo(time.Minute),
	"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION":        within(time.Second, 0),
	"ECS_IMAGE_CLEANUP_INTERVAL":                   within(10*time.Minute, 0),
	"ECS_CGROUP_CPU_PERIOD":                        within(8*time.Millisecond, 100*time.Millisecond),
	"ECS_POLLING_METRICS_WAIT_DURATION":            pollingWait,
	"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER": anyDuration,
	"ECS_IMAGE_PULL_TIMEOUT":                       anyDuration,
	"ECS_IMAGE_MINIMUM_CLEANUP_AGE":                anyDuration,
	"NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE":            anyDuration,

	"ECS_RESERVED_MEMORY":                memory,
	"ECS_NUM_IMAGES_DELETE_PER_CYCLE":    integer(1, 1<<31-1),
	"ECS_TASK_PIDS_LIMIT":                func(raw string) (any, string, string) { return integer(1, 4194304)(strings.TrimSpace(raw)) },
	"ECS_LOG_MAX_ROLL_COUNT":             integer(-1<<31, 1<<31-1),
	"ECS_LOG_MAX_FILE_SIZE_MB":           float,
	"ECS_TASK_METADATA_RPS_LIMIT":        rates,
	"ECS_DYNAMIC_HOST_PORT_RANGE":        portRange,
	"ECS_RESERVED_PORTS":                 first[[]uint16],
	"ECS_RESERVED_PORTS_UDP":             first[[]uint16],
	"ECS_AVAILABLE_LOGGING_DRIVERS":      logDrivers,
	"ECS_INSTANCE_ATTRIBUTES":            stringMap(fatal),
	"ECS_CONTAINER_INSTANCE_TAGS":        stringMap(fatal),
	"ECS_LOG_OPTS":                       stringMap(discarded),
	"ECS_AGENT_LABELS":                   stringMap(discarded),
	"ECS_PAUSE_LABELS":                   stringMap(discarded),
	"ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES": routes,

	"ECS_IMAGE_PULL_BEHAVIOR":                    oneOf("default", "always", "once", "prefer-cached"),
	"ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": oneOf("none", "ec2_instance"),
	"ECS_LOG_ROLLOVER_TYPE":                      oneOf("size", "hourly"),
	"ECS_LOG_OUTPUT_FORMAT":                      oneOf("logfmt", "json"),
	"ECS_LOG_DRIVER":                             oneOf("awslogs", "fluentd", "gelf", "json-file", "journald", "logentries", "syslog", "splunk"),
	"ECS_ENGINE_AUTH_TYPE":                       oneOf("docker", "dockercfg"),
	"ECS_INSTANCE_IP_COMPATIBILITY":              lowerCase(oneOf("ipv4", "ipv6")),
	"ECS_LOGLEVEL":                               lowerCase(oneOf("debug", "info", "warn", "error", "crit", "none")),
	"ECS_LOGLEVEL_ON_INSTANCE":                   lowerCase(oneOf("debug", "info", "warn", "error", "crit", "none")),
}

func text(raw string) (any, string, string) { return raw, ok, "" }

func boolean(raw string) (any, string, string) {
	value, err := strconv.ParseBool(strings.TrimSpace(raw))
	if err != nil {
		return nil, discarded, "not a boolean"
	}
	return value, ok, ""
}

// duration handles what is no duration, and zero: that is as if it were not set.
func duration(raw string, judge func(time.Duration) (any, string, string)) (any, string, string) {
	value, err := time.ParseDuration(raw)
	if err != nil {
		return nil, discarded, err.Error()
	}
	if value == 0 {
		return nil, discarded, "zero is as if it were not set"
	}
	return judge(value)
}

func anyDuration(raw string) (any, string, string) {
	return duration(raw, func(value time.Duration) (any, string, string) { return value.String(), ok, "" })
}

func raisedTo(least time.Duration) rule {
	return func(raw string) (any, string, string) {
		return duration(raw, func(value time.Duration) (any, string, string) {
			if value < least {
				return least.String(), clamped, fmt.Sprintf("less than %v", least)
			}
			return value.String(), ok, ""
		})
	}
}

// within discards what is out of bounds; no upper bound is 0.
func within(least, most time.Duration) rule {
	return func(raw string) (any, string, string) {
		return duration(raw, func(value time.Duration) (any, string, string) {
			if value < least {
				return nil, discarded, fmt.Sprintf("less than %v", least)
			}
			if most != 0 && value > most {
				return nil, discarded, fmt.Sprintf("more than %v", most)
			}
			return value.String(), ok, ""
		})
	}
}

func pollingWait(raw string) (any, string, string) {
	return duration(raw, func(value time.Duration) (any, string, string) {
		const least, most = 5 * time.Second, 20 * time.Second
		if value < least {
			return least.String(), clamped, fmt.Sprintf("less than %v", least)
		}
		if value > most {
			return most.String(), clamped, fmt.Sprintf("more than %v", most)
		}
		return value.String(), ok, ""
	})
}

func memory(raw string) (any, string, string) {
	value, err := strconv.ParseUint(raw, 10, 16)
	if err != nil {
		return nil, discarded, "not a whole number of MiB from 0 to 65535"
	}
	return value, ok, ""
}

func integer(least, most int) rule {
	return func(raw string) (any, string, string) {
		value, err := strconv.Atoi(raw)
		if err != nil {
			return nil, discarded, "not an integer"
		}
		if value < least || value > most {
			return nil, discarded, fmt.Sprintf("not from %d to %d", least, most)
		}
		return value, ok, ""
	}
}

func float(raw string) (any, string, string) {
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return nil, discarded, "not a number"
	}
	return value, ok, ""
}

func rates(raw string) (any, string, string) {
	parts := strings.Split(raw, ",")
	if len(parts) != 2 {
		return nil, discarded, "not two numbers"
	}
	var values [2]int
	for i, part := range parts {
		value, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || value <= 0 {
			return nil, discarded, "not two integers above 0"
		}
		values[i] = value
	}
	return values, ok, ""
}

func portRange(raw string) (any, string, string) {
	from, to, found := strings.Cut(raw, "-")
	if !found {
		to = from
	}
	start, err := strconv.ParseUint(from, 10, 16)
	if err != nil {
		return nil, discarded, "not a port: " + from
	}
	end, err := strconv.ParseUint(to, 10, 16)
	if err != nil {
		return nil, discarded, "not a port: " + to
	}
	if end < start {
		return nil, discarded, "ends before it starts"
	}
	return []uint64{start, end}, ok, ""
}

// first is json.Decoder's rule: one value is read, and what follows it is not looked at.
func first[T any](raw string) (any, string, string) {
	decoder := json.NewDecoder(strings.NewReader(raw))
	var value T
	if err := decoder.Decode(&value); err != nil {
		return nil, discarded, err.Error()
	}
	if rest, _ := io.ReadAll(decoder.Buffered()); strings.TrimSpace(string(rest)) != "" {
		return value, clamped, "what follows the first JSON value is ignored"
	}
	return value, ok, ""
}

var knownLogDrivers = map[string]bool{"json-file": true, "syslog": true, "journald": true, "gelf": true, "fluentd": true, "awslogs": true,
	"splunk": true, "logentries": true, "sumologic": true, "none": true, "awsfirelens": true}

func logDrivers(raw string) (any, string, string) {
	parsed, verdict, why := first[[]string](raw)
	if verdict == discarded {
		return parsed, verdict, why
	}
	for _, driver := range parsed.([]string) {
		if !knownLogDrivers[driver] {
			return nil, fatal, "unknown log driver: " + driver
		}
	}
	return parsed, verdict, why
}

func stringMap(otherwise string) rule {
	return func(raw string) (any, string, string) {
		var value map[string]string
		if err := json.Unmarshal([]byte(raw), &value); err != nil {
			return nil, otherwise, err.Error()
		}
		return value, ok, ""
	}
}

func routes(raw string) (any, string, string) {
	var values []string
	if err := json.Unmarshal([]byte(raw), &values); err != nil {
		return nil, fatal, err.Error()
	}
	for _, value := range values {
		if _, _, err := net.ParseCIDR(value); err != nil {
			return nil, fatal, err.Error()
		}
	}
	return values, ok, ""
}

func oneOf(values ...string) rule {
	return func(raw string) (any, string, string) {
		for _, value := range values {
			if raw == value {
				return raw, ok, ""
			}
		}
		return nil, discarded, "not one of " + strings.Join(values, ", ")
	}
}

func lowerCase(inner rule) rule {
	return func(raw string) (any, string, string) { return inner(strings.ToLower(strings.TrimSpace(raw))) }
}

type credential struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email,omitempty"`
}

// authData is the rule for ECS_ENGINE_AUTH_DATA, which depends on the type. Registries lose their scheme.
func authData(kind string) rule {
	return func(raw string) (any, string, string) {
		credentials := map[string]credential{}
		var malformed []string
		switch strings.TrimSpace(kind) {
		case "docker":
			if err := json.Unmarshal([]byte(raw), &credentials); err != nil {
				return nil, discarded, "no credentials: " + err.Error()
			}
		case "dockercfg":
			var entries map[string]struct {
				Auth string `json:"auth"`
			}
			if err := json.Unmarshal([]byte(raw), &entries); err != nil {
				return nil, discarded, "no credentials: " + err.Error()
			}
			for registry, entry := range entries {
				decoded, err := base64.StdEncoding.DecodeString(entry.Auth)
				user, password, found := strings.Cut(string(decoded), ":")
				if err != nil || !found {
					malformed = append(malformed, registry)
					continue
				}
				credentials[registry] = credential{Username: user, Password: password}
			}
		default:
			return nil, discarded, fmt.Sprintf("no credentials: the type is %q", kind)
		}
		registries := map[string]credential{}
		for registry, value := range credentials {
			registries[strings.TrimPrefix(strings.TrimPrefix(registry, "http://"), "https://")] = value
		}
		if len(malformed) > 0 {
			sort.Strings(malformed)
			return registries, discarded, "no valid auth for " + strings.Join(malformed, ", ")
		}
		return registries, ok, ""
	}
}
