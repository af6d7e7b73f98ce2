"""Container instances: as an agent registers them, until their EC2 instance is gone."""
import hashlib
import json
import re

from common import send
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecs as _ecs

_PAGE = 100
_registered = {}  # cluster's name -> ARN -> container instance


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
             'attributes': data.get('attributes', []), 'versionInfo': data.get('versionInfo', {}), 'tags': data.get('tags', [])}
    _registered.setdefault(name, {})[arn] = found
    _ecs._clusters[name]['registeredContainerInstancesCount'] = len(_registered[name])
    send('aws.ecs', 'ECS Container Instance State Change', arn, {**found, 'clusterArn': _ecs._clusters[name]['clusterArn'], 'version': 1})
    return json_response({'containerInstance': found})


def instance_is_gone(instance_id):
    """ECS deregisters a container instance whose EC2 instance was terminated."""
    for known in _registered.values():
        for arn in [arn for arn, found in known.items() if found['ec2InstanceId'] == instance_id]:
            del known[arn]
            for key in [key for key, attribute in _ecs._attributes.items() if attribute.get('targetId') == arn]:
                _ecs._attributes.pop(key)


def _attributes_of(arn):
    return {a['name']: a.get('value') for a in list(_ecs._attributes.values()) if a.get('targetId') == arn}


def _matches(arn, found, term):
    """The terms of the cluster query language that the library uses, and no others."""
    ids = re.fullmatch(r"ec2InstanceId in \[(.*)\]", term)
    if ids:
        return found['ec2InstanceId'] in re.findall(r"'([^']+)'", ids.group(1))
    if term == 'agentConnected == true':
        return found['agentConnected']
    absent = re.fullmatch(r'attribute:(\S+) !exists', term)
    if absent:
        return absent.group(1) not in _attributes_of(arn)
    raise ValueError(term)


def _list(data):
    terms = (data.get('filter') or '').split(' and ') if data.get('filter') else []
    if len(data.get('filter') or '') > 2000:
        return error_response_json('InvalidParameterException', 'The filter is longer than 2000 characters', 400)
    try:
        arns = [arn for arn, found in _registered.get(_cluster_of(data), {}).items() if all(_matches(arn, found, term) for term in terms)]
    except ValueError as term:
        return error_response_json('InvalidParameterException', f'The shim does not know: {term}', 400)
    return json_response({'containerInstanceArns': arns[:_PAGE], **({'nextToken': 'more'} if len(arns) > _PAGE else {})})


def _describe(data):
    known = _registered.get(_cluster_of(data), {})
    arns = data.get('containerInstances', [])
    return json_response({
        'containerInstances': [{**known[arn], 'attributes': known[arn]['attributes'] + [
            {'name': name, 'value': value} for name, value in _attributes_of(arn).items()]} for arn in arns if arn in known],
        'failures': [{'arn': arn, 'reason': 'MISSING'} for arn in arns if arn not in known]})


def _checked(change):
    def handler(data):
        known = _registered.get(_cluster_of(data), {})
        attributes = data.get('attributes', [])
        if len(attributes) > 10:
            return error_response_json('InvalidParameterException', 'At most 10 attributes in a call', 400)
        if any(attribute.get('targetId') not in known for attribute in attributes):
            return error_response_json('TargetNotFoundException', 'The specified target wasn\'t found', 400)
        return change(data)
    return handler


def _list_attributes(data):
    known = _registered.get(_cluster_of(data), {})
    found = [attribute for attribute in list(_ecs._attributes.values()) if attribute.get('targetId') in known and all(
        data.get(asked) in (None, attribute.get(name)) for asked, name in (('attributeName', 'name'), ('attributeValue', 'value')))]
    return json_response({'attributes': found[:_PAGE], **({'nextToken': 'more'} if len(found) > _PAGE else {})})


def install():
    _ecs._ACTION_MAP.update(
        RegisterContainerInstance=_register, ListContainerInstances=_list, DescribeContainerInstances=_describe, ListAttributes=_list_attributes,
        PutAttributes=_checked(_ecs._put_attributes), DeleteAttributes=_checked(_ecs._delete_attributes))
    reset = _ecs.reset

    def reset_too():
        _registered.clear()
        reset()
    _ecs.reset = reset_too
