"""Tasks as a test puts them on a node: nothing places them, and only StopTask or the end of their node ends them."""
import container_instances
import terminations
from common import calls, later, throttled_json
from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs as _ecs

_on = {}  # instance -> what it runs
_STOPS_IN = 30


def put(instance, tasks):
    """`tasks`: each with its group, and whether it stops when it is told to."""
    _on[instance] = [{'arn': f'arn:aws:ecs:us-east-1:111122223333:task/{instance}-{index}', **task} for index, task in enumerate(tasks)]


def _find(reference):
    return next(((instance, task) for instance, tasks in _on.items() for task in tasks if task['arn'] == reference), (None, None))


@container_instances.of_one
def _list(cluster, arn):
    instance = container_instances.of(cluster)[arn]['ec2InstanceId']
    return json_response({'taskArns': [task['arn'] for task in _on.get(instance, [])][:100]})


def _describe(data):
    found = [task for _, task in map(_find, data['tasks']) if task]
    return json_response({'tasks': [{'taskArn': task['arn'], 'group': task['group'], 'lastStatus': 'RUNNING'} for task in found], 'failures': []})


def _stop(data):
    instance, task = _find(data['task'])
    if task is None:
        return error_response_json('InvalidParameterException', 'The referenced task was not found.', 400)
    calls.append(f"stop {task['group']}")
    if task.get('stops', True):
        later(_STOPS_IN, lambda: task in _on[instance] and _on[instance].remove(task))
    return json_response({'task': {'taskArn': task['arn']}})


def install():
    terminations.busy.append(lambda instance: bool(_on.get(instance)))
    _ecs._ACTION_MAP.update(ListTasks=throttled_json('ListTasks', _list), DescribeTasks=_describe, StopTask=throttled_json('StopTask', _stop))
