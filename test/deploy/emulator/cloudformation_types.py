"""CloudFormation types that ministack lacks, and what an update of a group does."""
import json
import re

import auto_scaling
import refreshes
from common import from_json
from ministack.services import autoscaling as _asg, ecs as _ecs
from ministack.services.cloudformation import _stacks, provisioners as _p

_camel = _p._pascal_to_camel
# What makes CloudFormation start an instance refresh.
_REFRESHED_FOR = ('LaunchTemplate', 'MixedInstancesPolicy', 'VPCZoneIdentifier', 'AvailabilityZones', 'PlacementGroup')


def _provider(props):
    return {'autoScalingGroupProvider': _camel(props['AutoScalingGroupProvider']), 'tags': _camel(props.get('Tags') or [])}


def _drain(props):
    provider = props['AutoScalingGroupProvider']
    if provider.get('ManagedDraining') == 'ENABLED':
        auto_scaling.put_drain_hook(provider['AutoScalingGroupArn'].split('/')[-1])


def _provider_create(logical_id, props, stack_name):
    name = props.get('Name') or _p._physical_name(stack_name, logical_id, max_len=255)
    if re.match(r'(aws|ecs|fargate)', name, re.I):
        raise ValueError(f'The specified capacity provider name is invalid: {name}')
    from_json(_ecs._create_capacity_provider({'name': name, **_provider(props)}))
    from_json(_ecs._update_capacity_provider({'name': name, **_provider(props)}))  # create drops managedDraining
    _drain(props)
    return name, {}


def _provider_update(physical_id, old, new, stack_name, logical_id=None):
    if old.get('Name') != new.get('Name'):
        return _provider_create(logical_id or physical_id, new, stack_name)
    from_json(_ecs._update_capacity_provider({'name': physical_id, **_provider(new)}))
    _drain(new)
    return physical_id, {}


def _provider_delete(physical_id, props):
    if physical_id not in _ecs._capacity_providers:
        return  # deleted by hand
    from_json(_ecs._delete_capacity_provider({'capacityProvider': physical_id}))


def _associate(props):
    from_json(_ecs._put_cluster_capacity_providers({
        'cluster': props['Cluster'], 'capacityProviders': props.get('CapacityProviders', []),
        'defaultCapacityProviderStrategy': _camel(props.get('DefaultCapacityProviderStrategy') or [])}))
    return props['Cluster'], {}


def _dissociate(physical_id, props):
    cluster = _ecs._resolve_cluster_name(physical_id)
    if cluster not in _ecs._clusters:
        return
    for service in _ecs._services.values():
        if _ecs._resolve_cluster_name(service.get('clusterArn', '')) == cluster and service.get('status') == 'ACTIVE':
            raise ValueError(f'The specified capacity provider is in use: by the service {service.get("serviceName")}')
    _associate({'Cluster': physical_id})


failing = set()  # groups whose next update fails
_create_group, _update_group = _p._asg_create, _p._asg_update


def _group_create(logical_id, props, stack_name):
    name, attributes = _create_group(logical_id, props, stack_name)
    auto_scaling.configure(name, props)
    auto_scaling.put_hooks(name, {}, props)
    auto_scaling.launch_and_terminate(_asg._asgs[name])  # its first nodes, behind the hooks of its own list
    return name, attributes


def _group_update(physical_id, old, new, stack_name, logical_id=None):
    if physical_id in failing:
        failing.discard(physical_id)
        raise ValueError('the new nodes do not join')
    before = _asg._asgs.get(physical_id, {}).get('DesiredCapacity')
    name, attributes = _update_group(physical_id, old, new, stack_name, logical_id)
    if before is not None and 'DesiredCapacity' not in new:
        _asg._asgs[name]['DesiredCapacity'] = before  # ministack goes back to the minimum
    auto_scaling.configure(name, new)
    auto_scaling.put_hooks(name, old, new)  # before the refresh: whether CloudFormation does so is for AWS to show
    template = json.loads(_stacks[stack_name]['_template_body'])
    policy = template['Resources'].get(logical_id, {}).get('UpdatePolicy', {}).get('AutoScalingInstanceRefresh')
    if policy and any(old.get(key) != new.get(key) for key in _REFRESHED_FOR):
        refreshes.start(name, policy.get('Preferences', {}), {})
    return name, attributes


def install():
    handlers = _p._RESOURCE_HANDLERS
    handlers['AWS::ECS::CapacityProvider'] = {
        'create': _provider_create, 'update': _provider_update, 'update_with_logical_id': True, 'delete': _provider_delete}
    handlers['AWS::ECS::ClusterCapacityProviderAssociations'] = {
        'create': lambda logical_id, props, stack_name: _associate(props),
        'update': lambda physical_id, old, new, stack_name: _associate(new), 'delete': _dissociate}
    handlers['AWS::AutoScaling::AutoScalingGroup'].update(create=_group_create, update=_group_update, update_with_logical_id=True)
