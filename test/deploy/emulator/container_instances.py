"""Container instances: as an agent registers them, until their EC2 instance is gone."""
import datetime
import hashlib
import json
import re
import time

from common import calls, send, throttled_json
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecs as _ecs

_PAGE = 100
_registered = {}  # cluster's name -> ARN -> container instance
health_of = dict  # what ECS says of the health of an ARN, where asked
load_of = dict  # what runs on an instance, as ECS sums it up
drained = []  # called with a cluster and a node that has begun to drain
tasks_on = {}.get  # what an instance runs


def _cluster_of(data):
    return _ecs._resolve_cluster_name(data.get('cluster') or 'default')


def _register(data):
    name = _cluster_of(data)
    if name not in _ecs._clusters:
        return error_response_json('ClusterNotFoundException', 'Cluster not found.', 400)
    instance_id = json.loads(data.get('instanceIdentityDocument') or '{}').get('instanceId')
    uid = hashlib.sha256(f'{name}{instance_id}'.encode()).hexdigest()[:32]
    arn = f'arn:aws:ecs:{get_region()}:{get_account_id()}:container-instance/{name}/{uid}'
    found = {'containerInstanceArn': arn, 'ec2InstanceId': instance_id, 'status': 'ACTIVE', 'agentConnected': True,
             'attributes': [], 'registeredAt': '2026-01-01T00:00:00.000Z', 'versionInfo': data.get('versionInfo', {}), 'tags': data.get('tags', [])}
    _registered.setdefault(name, {})[arn] = found
    if data.get('attributes'):
        own = [{**each, 'targetType': 'container-instance', 'targetId': arn} for each in data['attributes']]
        _ecs._put_attributes({'cluster': name, 'attributes': own})
    _ecs._clusters[name]['registeredContainerInstancesCount'] = len(_registered[name])
    send('aws.ecs', 'ECS Container Instance State Change', arn, {**found, 'clusterArn': _ecs._clusters[name]['clusterArn'], 'version': 1})
    return json_response({'containerInstance': found})


def instance_is_gone(instance_id):
    """ECS deregisters a container instance whose EC2 instance was terminated, but not one that it has lost: "instances with
    disconnected agents aren't automatically deregistered when terminated" (the guide, "Deregistering an Amazon ECS-optimized
    container instance")."""
    for cluster, arn, node in of_instance(instance_id):
        if node['agentConnected']:
            forget(cluster, arn)


def forget(cluster, arn):
    del _registered[cluster][arn]
    for key in [key for key, attribute in _ecs._attributes.items() if attribute.get('targetId') == arn]:
        _ecs._attributes.pop(key)


def of_one(handler):
    """A call about one container instance: the handler gets its cluster and its ARN."""
    def handle(data):
        cluster = _cluster_of(data)
        arn = _arn_of(of(cluster), data['containerInstance'])
        if arn in of(cluster):
            return handler(cluster, arn)
        message = 'Referenced container instance not found.'
        return error_response_json('InvalidParameterException', message, 400)
    return handle


def _attributes_of(arn):
    return {a['name']: a.get('value') for a in list(_ecs._attributes.values()) if a.get('targetId') == arn}


def of(cluster):
    return dict(_registered.get(cluster, {}))


def of_instance(instance_id):
    """What ECS has of an instance, (cluster, ARN, container instance): nothing before it joins, then one."""
    return [(cluster, arn, node) for cluster in list(_registered) for arn, node in of(cluster).items()
            if node['ec2InstanceId'] == instance_id]


def attribute(arn, name):
    return _attributes_of(arn).get(name)


def _arn_of(known, reference):
    """A container instance by its ARN or by the short form of its id."""
    return next((arn for arn in known if reference in (arn, arn.split('/')[-1])), reference)


def _matches(arn, found, term):
    """The terms of the cluster query language that the library uses, and no others."""
    if term.startswith('(') and term.endswith(')'):
        return any(_matches(arn, found, each) for each in term[1:-1].split(' or '))
    ids = re.fullmatch(r"ec2InstanceId in \[(.*)\]", term)
    if ids:
        return found['ec2InstanceId'] in re.findall(r"'([^']+)'", ids.group(1))
    group = re.fullmatch(r'task:group == (\S+)', term)
    if group:
        return any(task['group'] == group.group(1) for task in tasks_on(found['ec2InstanceId']) or [])
    count = re.fullmatch(r'runningTasksCount >= (\d+)', term)
    if count:
        return len(tasks_on(found['ec2InstanceId']) or []) >= int(count.group(1))
    if term in ('agentConnected == true', 'agentConnected == false'):
        return found['agentConnected'] == (term == 'agentConnected == true')
    attribute = re.fullmatch(r'attribute:(\S+) (!?exists|==|!=|=~)(?: (\S+))?', term)
    if not attribute:
        raise ValueError(term)
    name, operator, wanted = attribute.groups()
    value = _attributes_of(arn).get(name)
    if operator in ('exists', '!exists'):
        return (value is not None) == (operator == 'exists')
    # What a missing attribute is under != is not documented: nothing may rest on it.
    if value is None:
        return False
    return {'==': value == wanted, '!=': value != wanted, '=~': re.fullmatch(wanted or '', value) is not None}[operator]


def _list(data):
    text = data.get('filter') or ''
    terms = text.split(' and ') if text else []
    if len(text) > 2000:
        return error_response_json('InvalidParameterException', 'The filter is longer than 2000 characters', 400)
    try:
        arns = [arn for arn, found in list(_registered.get(_cluster_of(data), {}).items())
                if all(_matches(arn, found, term) for term in terms) and data.get('status') in (None, found['status'])]
    except ValueError as term:
        return error_response_json('InvalidParameterException', f'The shim does not know: {term}', 400)
    begin, size = int(data.get('nextToken') or 0), min(_PAGE, int(data.get('maxResults') or _PAGE))
    more = {'nextToken': str(begin + size)} if len(arns) > begin + size else {}
    return json_response({'containerInstanceArns': arns[begin:begin + size], **more})


def _described(known, arn):
    attributes = [{'name': name, 'value': value} for name, value in _attributes_of(arn).items()]
    said = {key: value for key, value in known[arn].items() if key != 'total'}
    return {**said, **load_of(known[arn]), 'attributes': known[arn]['attributes'] + attributes}


def say(cluster, instance, **says):
    """What an agent has registered of a node, or ECS has noted: `total` (CPU, MEMORY, GPU), zone, provider, age in hours."""
    arn = next(arn for arn, each in _registered[cluster].items() if each['ec2InstanceId'] == instance)
    found = _registered[cluster][arn]
    if 'zone' in says:
        found['attributes'] = [*found['attributes'], {'name': 'ecs.availability-zone', 'value': says['zone']}]
    if 'provider' in says:
        found['capacityProviderName'] = says['provider']
    if 'total' in says:
        found['total'] = says['total']
    if 'hours' in says:
        found['registeredAt'] = datetime.datetime.fromtimestamp(time.time() - 3600 * says['hours'], datetime.timezone.utc).isoformat(timespec='milliseconds')


def _describe(data):
    known = _registered.get(_cluster_of(data), {})
    arns = [_arn_of(known, reference) for reference in data.get('containerInstances', [])]
    if not 0 < len(arns) <= 100:
        return error_response_json('InvalidParameterException', 'One to a hundred container instances in a call', 400)
    with_health = 'CONTAINER_INSTANCE_HEALTH' in data.get('include', [])
    return json_response({
        'containerInstances': [{**_described(known, arn), **({'healthStatus': health_of(arn)} if with_health else {})}
                               for arn in arns if arn in known],
        'failures': [{'arn': arn, 'reason': 'MISSING'} for arn in arns if arn not in known]})


def _update_state(data):
    known = _registered.get(_cluster_of(data), {})
    references, status = data.get('containerInstances', []), data.get('status')
    if len(references) > 10:
        return error_response_json('InvalidParameterException', 'Container instances list length should be at most 10', 400)
    if status not in ('ACTIVE', 'DRAINING'):
        return error_response_json('InvalidParameterException', 'The status should be one of [ACTIVE,DRAINING]', 400)
    arns = [_arn_of(known, reference) for reference in references]
    calls.append(f'{status} {len(arns)}')
    for arn in arns:
        if arn in known:
            known[arn]['status'] = status
            if status == 'DRAINING':
                for begin in drained:
                    begin(_cluster_of(data), known[arn])
    return json_response({
        'containerInstances': [_described(known, arn) for arn in arns if arn in known],
        'failures': [{'arn': arn, 'reason': 'MISSING'} for arn in arns if arn not in known]})


def _checked(name, change):
    def handler(data):
        known = _registered.get(_cluster_of(data), {})
        attributes = [{**each, 'targetId': _arn_of(known, each.get('targetId'))} for each in data.get('attributes', [])]
        if not 0 < len(attributes) <= 10:
            return error_response_json('InvalidParameterException', 'One to ten attributes in a call', 400)
        if any(each['targetId'] not in known for each in attributes):
            return error_response_json('TargetNotFoundException', "The specified target wasn't found", 400)
        calls.append(f'{name} {len(attributes)}')
        return change({**data, 'attributes': attributes})
    return handler


def install():
    _ecs._ACTION_MAP.update(
        RegisterContainerInstance=_register,
        ListContainerInstances=throttled_json('ListContainerInstances', _list),
        DescribeContainerInstances=throttled_json('DescribeContainerInstances', _describe),
        UpdateContainerInstancesState=throttled_json('UpdateContainerInstancesState', _update_state),
        PutAttributes=_checked('PutAttributes', _ecs._put_attributes),
        DeleteAttributes=throttled_json('DeleteAttributes', _checked('DeleteAttributes', _ecs._delete_attributes)))
    reset = _ecs.reset

    def reset_too():
        _registered.clear()
        reset()
    _ecs.reset = reset_too
