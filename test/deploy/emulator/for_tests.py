"""What a test makes happen, and no API of AWS does. The bridge sends it as the service `test`."""
import auto_scaling
import common
import container_instances
import messages
import node_health
import refreshes
import services
import stack_deployments
import tasks
import terminations
from ministack.core.responses import json_response
from ministack.services import autoscaling as _asg, ecs as _ecs


def _surge(group, nodes):
    auto_scaling.surge(_asg._asgs[group], nodes)


def _fail(group):
    refreshes.end(_asg._asgs[group], 'Failed', 'Failed')


def _roll_back(group):
    refreshes.end(_asg._asgs[group], 'RollbackInProgress', 'Rollback Started')


def _kill(instance):
    """It shuts down, and its group does not notice."""
    auto_scaling.dead.add(instance)


def _nodes(cluster):
    """As ECS knows them, by instance."""
    found = [{'instance': each['ec2InstanceId'], 'status': each['status'], 'held': container_instances.attribute(arn, 'held')}
             for arn, each in container_instances.of(cluster).items()]
    return sorted(found, key=lambda node: node['instance'])


def _throttle(operations):
    common.throttled[:] = operations


def _lose(operations):
    """The next answer of each does not arrive."""
    common.lost[:] = operations


def _calls():
    """The changes of nodes, tasks and change sets since the last time: `PutAttributes 4`, `stop service:api`."""
    seen, common.calls[:] = list(common.calls), []
    return seen


_WHAT = {'surge': _surge, 'fail': _fail, 'roll_back': _roll_back, 'kill': _kill, 'throttle': _throttle, 'nodes': _nodes, 'calls': _calls,
         'service': services.put, 'health': node_health.change, 'drain': terminations.drain,
         'messages': messages.taken, 'tasks': tasks.put, 'running': tasks.running, 'node': container_instances.say, 'protect': auto_scaling.protect,
         'lose': _lose, 'publish': stack_deployments.publish, 'age': stack_deployments.age, 'status': stack_deployments.put_into,
         'break_update': stack_deployments.break_update, 'change_sets': stack_deployments.change_sets}


def _handle(data):
    return json_response({'result': _WHAT[data['operation']](**data['params'])})


def install():
    _ecs._ACTION_MAP['ForTests'] = _handle
