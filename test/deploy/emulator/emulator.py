"""ministack with our shim: what an ECS cluster on EC2 nodes needs of AWS, on a port of the loopback interface.

ministack 1.5.33 (MIT) is a third party's; these parts are OURS, written for these tests, and prove nothing about AWS:
- cloudformation_types.py: the types AWS::ECS::CapacityProvider and AWS::ECS::ClusterCapacityProviderAssociations; that an update of an
  AWS::AutoScaling::AutoScalingGroup keeps the number of nodes and starts an instance refresh as its UpdatePolicy says;
- capacity_providers.py: what ECS refuses of a cluster's list of capacity providers, and of services that name some;
- auto_scaling.py: launch lifecycle hooks that hold an instance back, those of the group's list too, their heartbeat and
  their event; mixed-instances groups; ECS's own hook for draining, which holds nothing;
- refreshes.py: instance refreshes that stay in progress until the nodes have been replaced (by the test: they replace
  nothing themselves), and the events of their begin and end;
- ec2_instances.py: the state of an instance, and the tag with its group's name;
- container_instances.py: container instances that register and are gone when their instance is, their state, filters of
  the cluster query language, attributes; node_health.py: their health, its event, and leaving a cluster by force;
  services.py: services as a test says they are;
- terminations.py: how an instance goes by its health and through terminate hooks, with ECS's drain at its worst;
- tasks.py: tasks as a test puts them on a node, which keep its drain from ending, and go where there is room;
- stack_deployments.py: looked-up parameters and roles of stacks, images and their age, deployments that fail, answers that are lost;
- messages.py: what topics have been sent;
- common.py: throttling, and the limit of what a state of a machine may get;
- for_tests.py: what a test makes happen.
ministack's own are CloudFormation (order, updates, deletion), EventBridge (patterns, targets), Step Functions (JSONata), ECS clusters, Auto Scaling groups,
launch templates, IAM and Logs. It checks no permissions and accepts wrong templates: cfn-lint and CDK's validator are there for that.

It ends when its standard input does. Environment: BIND_HOST, GATEWAY_PORT, SFN_WAIT_SCALE (waits of state machines, retries and heartbeats of hooks, in parts of the real time).
"""
import os
import sys
import threading

import auto_scaling
import capacity_providers
import cloudformation_types
import common
import container_instances
import ec2_instances
import for_tests
import messages
import node_health
import refreshes
import services
import stack_deployments
import tasks
import terminations

for part in (common, container_instances, node_health, services, capacity_providers, auto_scaling, terminations, tasks, refreshes, ec2_instances,
             cloudformation_types, stack_deployments, messages, for_tests):
    part.install()


def _end_with_the_test():
    """However the test ends, nothing of ours stays behind."""
    sys.stdin.read()
    os._exit(0)


if __name__ == '__main__':
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    from ministack.app import main
    main()
