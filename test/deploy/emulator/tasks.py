"""Tasks as a test puts them on a node. StopTask or the end of their node ends them. Where their sizes are known, a node
that drains loses them to others: ECS in its simplest form, zone first, and never more than fits."""
import random

import container_instances
import terminations
from common import calls, later, throttled_json
from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs as _ecs

_on = {}  # instance -> what it runs
_STOPS_IN = 30
_MOVES_IN = 20
_RANDOM = random.Random(7)


def put(instance, tasks):
    """`tasks`: each with its group, and whether it stops when it is told to. With its `cpu` and `memory` it has a size; `moves` says
    whether it goes when its node drains; `task` is laid over what DescribeTasks says."""
    _on[instance] = [{'arn': f'arn:aws:ecs:us-east-1:111122223333:task/{instance}-{index}', **task} for index, task in enumerate(tasks)]


def running():
    """What runs where: the groups, by instance."""
    return {instance: sorted(task['group'] for task in tasks) for instance, tasks in _on.items()}


def _find(reference):
    return next(((instance, task) for instance, tasks in _on.items() for task in tasks if task['arn'] == reference), (None, None))


@container_instances.of_one
def _list(cluster, arn):
    instance = container_instances.of(cluster)[arn]['ec2InstanceId']
    return json_response({'taskArns': [task['arn'] for task in _on.get(instance, [])][:100]})


def _described(task):
    says = {'taskArn': task['arn'], 'group': task['group'], 'lastStatus': 'RUNNING', 'desiredStatus': 'RUNNING'}
    if 'cpu' not in task:
        return says
    container = {'name': 'c', 'cpu': str(task['cpu']), 'memory': str(task['memory']), **({'gpuIds': ['0']} if task.get('gpus') else {})}
    return {**says, 'startedBy': 'ecs-svc/1', 'taskDefinitionArn': task.get('definition', 'web'), 'containers': [container], **task.get('task', {})}


def _describe(data):
    if len(data['tasks']) > 100:
        return error_response_json('InvalidParameterException', 'At most 100 tasks in a call', 400)
    return json_response({'tasks': [_described(task) for _, task in map(_find, data['tasks']) if task], 'failures': []})


def _protection(data):
    found = [task for _, task in map(_find, data['tasks']) if task]
    if any(not task['group'].startswith('service:') for task in found):
        return error_response_json('InvalidParameterException', 'Only tasks of services', 400)
    return json_response({'protectedTasks': [{'taskArn': task['arn'], 'protectionEnabled': task.get('protected', False)} for task in found], 'failures': []})


def _stop(data):
    instance, task = _find(data['task'])
    if task is None:
        return error_response_json('InvalidParameterException', 'The referenced task was not found.', 400)
    calls.append(f"stop {task['group']}")
    if task.get('stops', True):
        later(_STOPS_IN, lambda: task in _on[instance] and _on[instance].remove(task))
    return json_response({'task': {'taskArn': task['arn']}})


# --- the room of nodes, and where the tasks of one go that drains ---

def _taken(instance, key):
    return sum(task.get(key, 0) for task in _on.get(instance, []))


def _load(node):
    """Only of a node of which a test has said how large it is."""
    total = node.get('total')
    tasks = _on.get(node['ec2InstanceId'], [])
    counts = {'runningTasksCount': len(tasks), 'pendingTasksCount': 0}
    if total is None:
        return counts
    free = {'CPU': total['CPU'] - _taken(node['ec2InstanceId'], 'cpu'), 'MEMORY': total['MEMORY'] - _taken(node['ec2InstanceId'], 'memory')}

    def resources(numbers, gpus):
        found = [{'name': name, 'type': 'INTEGER', 'integerValue': value} for name, value in numbers.items()]
        found.append({'name': 'PORTS', 'type': 'STRINGSET', 'integerValue': 0, 'stringSetValue': ['22', '2375', '2376', '51678', '51679']})
        return found + ([{'name': 'GPU', 'type': 'STRINGSET', 'integerValue': 0, 'stringSetValue': [str(gpu) for gpu in range(gpus)]}] if total.get('GPU') else [])
    gpus = total.get('GPU', 0)
    return {**counts, 'registeredResources': resources({'CPU': total['CPU'], 'MEMORY': total['MEMORY']}, gpus),
            'remainingResources': resources(free, gpus - _taken(node['ec2InstanceId'], 'gpus'))}


def _fits(node, task):
    total = node['total']
    return all(total.get(name, 0) - _taken(node['ec2InstanceId'], key) >= task.get(key, 0)
               for name, key in (('CPU', 'cpu'), ('MEMORY', 'memory'), ('GPU', 'gpus')))


def _zone(node):
    return next((each['value'] for each in node['attributes'] if each['name'] == 'ecs.availability-zone'), '')


def _move(cluster, node):
    """One task after the other, each in an order of its own, to a node of its zone if there is room."""
    if node['status'] != 'DRAINING':
        return
    mine = _on.get(node['ec2InstanceId'], [])
    movers = [task for task in mine if 'cpu' in task and task.get('moves', True) and not task.get('daemon')]
    _RANDOM.shuffle(movers)
    for task in movers:
        there = [other for other in container_instances.of(cluster).values()
                 if other['status'] == 'ACTIVE' and 'total' in other and other.get('capacityProviderName') == node.get('capacityProviderName') and _fits(other, task)]
        own = [other for other in there if _zone(other) == _zone(node)] or there
        if own:
            mine.remove(task)
            _on.setdefault(_RANDOM.choice(own)['ec2InstanceId'], []).append(task)
    if all(task.get('daemon') for task in mine):
        mine[:] = [task for task in mine if task.get('stays_to_the_end')]


def _begin(cluster, node):
    if any('cpu' in task for task in _on.get(node['ec2InstanceId'], [])):
        later(_MOVES_IN, lambda: _move(cluster, node))


def install():
    container_instances.tasks_on = _on.get
    terminations.busy.append(lambda instance: bool(_on.get(instance)))
    container_instances.load_of = _load
    container_instances.drained.append(_begin)
    _ecs._ACTION_MAP.update(
        ListTasks=throttled_json('ListTasks', _list), DescribeTasks=throttled_json('DescribeTasks', _describe),
        StopTask=throttled_json('StopTask', _stop), GetTaskProtection=throttled_json('GetTaskProtection', _protection))
