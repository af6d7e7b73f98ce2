"""The list of capacity providers of a cluster, as ECS guards it: PutClusterCapacityProviders replaces it, and says no only where a provider is unknown,
where one that leaves the list is in use, or above twenty. A service names providers of the list alone. A provider in a list cannot be deleted.

In use is, here, named by an active service: no task is placed. What is idle goes without a word, as the API's documentation says.
"""
import json

from ministack.core.responses import error_response_json
from ministack.services import ecs as _ecs

_FARGATE = ('FARGATE', 'FARGATE_SPOT')
_MOST = 20
_put, _create, _update, _delete = (_ecs._put_cluster_capacity_providers, _ecs._create_service, _ecs._update_service, _ecs._delete_capacity_provider)


def _refused(message):
    return error_response_json('InvalidParameterException', message, 400)


def _cluster_of(data):
    return _ecs._resolve_cluster_name(data.get('cluster', 'default'))


def _named(strategy):
    return [item['capacityProvider'] for item in strategy or []]


def _users(cluster, provider):
    return [service['serviceName'] for service in _ecs._services.values()
            if _ecs._resolve_cluster_name(service.get('clusterArn', '')) == cluster and service.get('status') == 'ACTIVE'
            and provider in _named(service.get('capacityProviderStrategy'))]


def _put_list(data):
    wanted, cluster = data.get('capacityProviders') or [], _cluster_of(data)
    for name in wanted:
        if name not in _ecs._capacity_providers and name not in _FARGATE:
            return _refused(f'The specified capacity provider {name} was not found')
    for name in _named(data.get('defaultCapacityProviderStrategy')):
        if name not in wanted:
            return _refused(f'The specified capacity provider {name} is not associated with the cluster')
    before = _ecs._clusters.get(cluster, {}).get('capacityProviders') or []
    if len({*before, *wanted}) > _MOST:
        return _refused(f'A cluster can have at most {_MOST} capacity providers')
    for name in before:
        if name not in wanted and _users(cluster, name):
            return _refused(f'The specified capacity provider {name} is in use by {", ".join(_users(cluster, name))}')
    return _put(data)


def _unlisted(data):
    listed = _ecs._clusters.get(_cluster_of(data), {}).get('capacityProviders') or []
    return [name for name in _named(data.get('capacityProviderStrategy')) if name not in listed]


def _create_service(data):
    unlisted = _unlisted(data)
    return _refused(f'The specified capacity provider {unlisted[0]} is not associated with the cluster') if unlisted else _create(data)


def _update_service(data):
    unlisted = _unlisted(data)
    if unlisted:
        return _refused(f'The specified capacity provider {unlisted[0]} is not associated with the cluster')
    answer = _update(data)
    if answer[0] < 400 and 'capacityProviderStrategy' in data:  # ministack leaves both as they are
        name = json.loads(answer[2])['service']['serviceName']
        strategy = data['capacityProviderStrategy'] or None
        _ecs._services[f'{_cluster_of(data)}/{name}'].update(capacityProviderStrategy=strategy, launchType=None if strategy else 'EC2')
    return answer


def _delete_provider(data):
    name = _ecs._resolve_capacity_provider_name(data.get('capacityProvider', ''))
    if any(name in (cluster.get('capacityProviders') or []) for cluster in _ecs._clusters.values()):
        return _refused(f'The specified capacity provider is in use and cannot be removed: {name}')
    return _delete(data)


def install():
    guarded = {'PutClusterCapacityProviders': _put_list, 'CreateService': _create_service, 'UpdateService': _update_service,
               'DeleteCapacityProvider': _delete_provider}
    _ecs._ACTION_MAP.update(guarded)
    # CloudFormation of ministack calls the functions themselves.
    _ecs._put_cluster_capacity_providers, _ecs._create_service, _ecs._update_service, _ecs._delete_capacity_provider = guarded.values()
