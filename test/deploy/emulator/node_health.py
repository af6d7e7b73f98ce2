"""The health of container instances: what ECS says of them, its event, and leaving a cluster by force."""
import datetime

import container_instances
from common import calls, send, throttled_json
from ministack.core.responses import json_response
from ministack.services import ecs as _ecs

_WORST_FIRST = ['IMPAIRED', 'INSUFFICIENT_DATA', 'INITIALIZING', 'OK']
_checks = {}  # ARN -> what ECS says of a check, where it is not OK


def _now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


def overall(arn):
    return min([*_checks.get(arn, {}).values(), 'OK'], key=_WORST_FIRST.index)


def described(arn):
    checks = {'CONTAINER_RUNTIME': 'OK', 'AGENT_CONNECTIVITY': 'OK', **_checks.get(arn, {})}
    return {'overallStatus': overall(arn), 'details': [
        {'type': kind, 'status': status, 'lastUpdated': _now(), 'lastStatusChange': _now()} for kind, status in checks.items()]}


def is_heard(arn):
    """Whether ECS can end a drain on it."""
    return overall(arn) == 'OK'


def change(instance, check, status, is_delivered=True):
    """What ECS says of a check changes, and with it perhaps the whole: the event may get lost."""
    [(cluster, arn, node)] = container_instances.of_instance(instance)
    before = overall(arn)
    if check == 'AGENT_CONNECTIVITY':
        node['agentConnected'] = status == 'OK'
    _checks.setdefault(arn, {})[check] = status
    if is_delivered and overall(arn) != before:
        send('aws.ecs', 'ECS Container Instance Health Change', arn, {
            'clusterArn': _ecs._clusters[cluster]['clusterArn'], 'containerInstanceArn': arn, 'capacityProviderName': None,
            'ec2InstanceId': instance, 'overallStatus': overall(arn),
            'healthChecks': [{'type': check, 'status': status, 'statusReason': None}]})


@container_instances.of_one
def _deregister(cluster, arn):
    calls.append(f'deregister {arn.split("/")[-1]}')
    container_instances.forget(cluster, arn)
    return json_response({'containerInstance': {'containerInstanceArn': arn, 'status': 'INACTIVE'}})


def install():
    container_instances.health_of = described
    _ecs._ACTION_MAP['DeregisterContainerInstance'] = throttled_json('DeregisterContainerInstance', _deregister)
