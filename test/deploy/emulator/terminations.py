"""How an instance goes: by its health, and through terminate hooks, which hold it in Terminating:Wait.

ECS's own drain in its worst case: it answers its hook only for a node that it can see and hear. Only what a test asks for goes this
way (`drain`, SetInstanceHealth): the tests of refreshes terminate nodes at once.
"""
import threading

import auto_scaling
import container_instances
import node_health
from common import calls, later, throttled_xml
from ministack.services import autoscaling as _asg

_UNHEALTHY_AFTER = 40
_lock = threading.RLock()

busy = []  # asked with an instance: whether it still runs tasks


def begin(group, instance):
    """Its replacement starts at once: an instance that goes does not count."""
    with _lock:
        if instance not in group['Instances'] or instance['LifecycleState'].startswith('Terminating'):
            return
        hooks = auto_scaling.hooks_of(group, 'TERMINATING')
        instance['LifecycleState'], instance['Waits'] = 'Terminating:Wait', {hook['LifecycleHookName'] for hook in hooks}
        if not hooks:
            return _end(group, instance)
        for hook in hooks:
            auto_scaling.tell_hook(group, instance, hook, 'terminate', 'AutoScalingGroup', 'EC2')
        for _, arn, node in container_instances.of_instance(instance['InstanceId']):
            node['status'] = 'DRAINING'
            if node_health.is_heard(arn):
                later(20, lambda: _answer(group, instance))
        auto_scaling.launch_and_terminate(group)


def _answer(group, instance):
    if any(runs(instance['InstanceId']) for runs in busy):
        return later(20, lambda: _answer(group, instance))
    for hook in [name for name in instance['Waits'] if name.startswith('ecs-managed-draining-')]:
        complete(group, instance, hook)


def complete(group, instance, hook):
    with _lock:
        if instance['LifecycleState'] != 'Terminating:Wait' or hook not in instance['Waits']:
            return False
        instance['Waits'].discard(hook)
        if not instance['Waits']:
            _end(group, instance)
        return True


def _end(group, instance):
    auto_scaling.terminate(group, instance)
    auto_scaling.launch_and_terminate(group)


def _set_health(p):
    group, instance = auto_scaling.find(None, _asg._p(p, 'InstanceId'))
    if not instance:
        return _asg._error('ValidationError', f"Instance Id not found - No managed instance found for instance ID {_asg._p(p, 'InstanceId')}")
    calls.append(f"SetInstanceHealth {instance['InstanceId']} {_asg._p(p, 'HealthStatus')} {_asg._p(p, 'ShouldRespectGracePeriod')}")
    instance['HealthStatus'] = _asg._p(p, 'HealthStatus')
    if instance['HealthStatus'] == 'Unhealthy' and instance['LifecycleState'] == 'InService':
        later(_UNHEALTHY_AFTER, lambda: begin(group, instance))
    return _asg._xml(200, 'SetInstanceHealthResponse', '<SetInstanceHealthResult/>')


def drain(instance):
    """It is terminated, with the desired capacity lowered, and its hooks hold it."""
    group, found = auto_scaling.find(None, instance)
    group['DesiredCapacity'] -= 1
    begin(group, found)


def install():
    auto_scaling.completes.append(complete)
    _asg._ACTION_MAP['SetInstanceHealth'] = throttled_xml('SetInstanceHealth', _asg._error, _set_health)
