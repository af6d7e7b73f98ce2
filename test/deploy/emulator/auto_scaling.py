"""Auto Scaling groups with launch hooks, hooks of their own list, and mixed instances."""
import re
import uuid
from xml.sax.saxutils import escape

from common import later, send, throttled_xml
from container_instances import instance_is_gone
from ministack.services import autoscaling as _asg, stepfunctions as _sfn
from ministack.services.cloudformation import provisioners as _p

_reconcile, _instance_xml, _describe = _asg._reconcile_instances, _asg._instance_member_xml, _asg._describe_asgs

dead = set()  # instances that have shut down; their group does not notice while a hook holds them
former = {}  # instance -> the group that it was in, which its tag names for a while longer
when_gone = []  # called with a group that has lost an instance
completes = []  # asked with group, instance and hook, where no launch hook holds the instance


def configure(name, props):
    """What ministack drops of a group's properties."""
    group = _asg._asgs[name]
    mixed = props.get('MixedInstancesPolicy', {}).get('LaunchTemplate')
    group['Mixed'] = mixed and {
        'LaunchTemplate': _p._asg_launch_template(mixed['LaunchTemplateSpecification']),
        'Types': [override['InstanceType'] for override in mixed.get('Overrides', [])]}


def put_hooks(name, old, new):
    """The hooks of the group's own list: put, and taken away when they have left it. Others stay, those of ECS
    and those that are resources of their own: whether CloudFormation does so is for AWS to show."""
    wanted = {hook['LifecycleHookName']: hook for hook in new.get('LifecycleHookSpecificationList') or []}
    for hook in old.get('LifecycleHookSpecificationList') or []:
        if hook['LifecycleHookName'] not in wanted:
            _asg._hooks.pop(f"{name}/{hook['LifecycleHookName']}", None)
    for hook_name, hook in wanted.items():
        _asg._hooks[f'{name}/{hook_name}'] = _asg._hook_record(name, hook_name, hook)


def put_drain_hook(name):
    """As ECS does when managed draining is turned on."""
    hook = 'ecs-managed-draining-termination-hook'
    _asg._hooks[f'{name}/{hook}'] = _asg._hook_record(name, hook, {
        'LifecycleHookName': hook, 'LifecycleTransition': 'autoscaling:EC2_INSTANCE_TERMINATING', 'HeartbeatTimeout': 3600,
        'DefaultResult': 'CONTINUE'})


def template_of(group):
    return (group.get('Mixed') or group)['LaunchTemplate']


# --- instances and the launch hook ---

def hooks_of(group, transition):
    return [h for h in _asg._hooks.values() if h['AutoScalingGroupName'] == group['AutoScalingGroupName']
            and h['LifecycleTransition'].endswith(transition)]


def tell_hook(group, instance, hook, what, origin, destination):
    """The event of a hook that holds an instance. `what`: launch or terminate."""
    metadata = {'NotificationMetadata': hook['NotificationMetadata']} if hook['NotificationMetadata'] else {}
    send('aws.autoscaling', f'EC2 Instance-{what} Lifecycle Action', group['AutoScalingGroupARN'], {
        'LifecycleActionToken': str(uuid.uuid4()), 'AutoScalingGroupName': group['AutoScalingGroupName'],
        'LifecycleHookName': hook['LifecycleHookName'], 'EC2InstanceId': instance['InstanceId'],
        'LifecycleTransition': hook['LifecycleTransition'], **metadata,
        'Origin': origin, 'Destination': destination})


def launch_and_terminate(group):
    """As many instances as the group wants."""
    before = {i['InstanceId'] for i in group['Instances']}
    going = sum(i['LifecycleState'].startswith('Terminating') for i in group['Instances'])
    group['DesiredCapacity'] += going
    try:
        _reconcile(group)
    finally:
        group['DesiredCapacity'] -= going
    for gone in before - {i['InstanceId'] for i in group['Instances']}:
        dead.add(gone)
        instance_is_gone(gone)
    for instance in [i for i in group['Instances'] if i['InstanceId'] not in before]:
        former[instance['InstanceId']] = group['AutoScalingGroupName']
        instance['LaunchTemplate'] = dict(template_of(group))
        if group.get('Mixed'):
            instance['InstanceType'] = group['Mixed']['Types'][0]
        for hook in hooks_of(group, 'LAUNCHING'):
            _hold(group, instance, hook)


def surge(group, more):
    """So many instances above the desired capacity, as a refresh launches them."""
    desired, group['DesiredCapacity'] = group['DesiredCapacity'], len(group['Instances']) + more
    launch_and_terminate(group)
    group['DesiredCapacity'] = desired


def _hold(group, instance, hook):
    instance['LifecycleState'] = 'Pending:Wait'
    tell_hook(group, instance, hook, 'launch', 'EC2', 'AutoScalingGroup')
    later(int(hook['HeartbeatTimeout']), lambda: _end(group, instance, hook['DefaultResult']))


def _end(group, instance, result):
    if instance['LifecycleState'] != 'Pending:Wait' or instance not in group['Instances']:
        return False
    if result == 'CONTINUE':
        instance['LifecycleState'] = 'InService'
    else:
        terminate(group, instance)
        if group['AutoScalingGroupName'] in _asg._asgs and len(group['Instances']) < group['DesiredCapacity']:
            launch_and_terminate(group)
    return True


def terminate(group, instance):
    instance['LifecycleState'] = 'Terminated'
    group['Instances'].remove(instance)
    dead.add(instance['InstanceId'])
    instance_is_gone(instance['InstanceId'])
    for tell in when_gone:
        tell(group)


def protect(instance):
    """From scale-in, as a user does."""
    find(None, instance)[1]['ProtectedFromScaleIn'] = True


def find(group_name, instance_id):
    for group in _asg._asgs.values():
        for instance in group['Instances']:
            if instance['InstanceId'] == instance_id and group_name in (None, '', group['AutoScalingGroupName']):
                return group, instance
    return None, None


def _complete(p):
    group_name, hook, instance_id = (_asg._p(p, key) for key in ('AutoScalingGroupName', 'LifecycleHookName', 'InstanceId'))
    group, instance = find(group_name, instance_id)
    held = f'{group_name}/{hook}' in _asg._hooks and instance
    done = held and (_end(group, instance, _asg._p(p, 'LifecycleActionResult'))
                     or any(complete(group, instance, hook) for complete in completes))
    if not done:
        return _asg._error('ValidationError', f'No active Lifecycle Action found with instance ID {instance_id}')
    return _asg._xml(200, 'CompleteLifecycleActionResponse', '<CompleteLifecycleActionResult/>')


def _terminate_by_api(p):
    group, instance = find(None, _asg._p(p, 'InstanceId'))
    if not instance:
        return _asg._error('ValidationError', 'Instance Id not found')
    lowers = _asg._p(p, 'ShouldDecrementDesiredCapacity') == 'true'
    if lowers and group['DesiredCapacity'] <= int(group['MinSize']):
        return _asg._error('ValidationError', "Currently, desiredSize equals minSize. Terminating instance without replacement will violate "
                           "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.")
    terminate(group, instance)
    if lowers:
        group['DesiredCapacity'] -= 1
    if len(group['Instances']) < group['DesiredCapacity']:
        launch_and_terminate(group)
    return _asg._xml(200, 'TerminateInstanceInAutoScalingGroupResponse', '<TerminateInstanceInAutoScalingGroupResult/>')


# --- what a group says of itself ---

def template_xml(tag, template):
    inner = ''.join(f'<{k}>{escape(str(template.get(k, "")))}</{k}>' for k in ('LaunchTemplateId', 'LaunchTemplateName', 'Version'))
    return f'<{tag}>{inner}</{tag}>'


def _mixed_xml(template, types):
    overrides = ''.join(f'<member><InstanceType>{t}</InstanceType></member>' for t in types)
    return ('<MixedInstancesPolicy><LaunchTemplate>' + template_xml('LaunchTemplateSpecification', template)
            + f'<Overrides>{overrides}</Overrides></LaunchTemplate></MixedInstancesPolicy>')


def _instance_with_type(instance, *args, **kwargs):
    kind = f"<InstanceType>{instance['InstanceType']}</InstanceType>" if 'InstanceType' in instance else ''
    return _instance_xml(instance, *args, **kwargs).replace('</InstanceId>', f'</InstanceId>{kind}', 1)


def _names_with_tag(p):
    """The names of the groups that a filter by a tag finds; None without one. No other filter is known."""
    name = _asg._p(p, 'Filters.member.1.Name')
    if not name:
        return None
    values = _asg._parse_member_list(p, 'Filters.member.1.Values')
    return [group for group, found in _asg._asgs.items()
            if any(f"tag:{tag['Key']}" == name and tag['Value'] in values for tag in found.get('Tags', []))]


def _describe_groups(p):
    tagged = _names_with_tag(p)
    if tagged is not None:
        begin, size = int(_asg._p(p, 'NextToken') or 0), int(_asg._p(p, 'MaxRecords') or 50)
        page, more = tagged[begin:begin + size], tagged[begin + size:]
        p = {**p, **{f'AutoScalingGroupNames.member.{index + 1}': name for index, name in enumerate(page or ['none-of-them'])}}
    status, headers, body = _describe(p)
    text = body.decode() if isinstance(body, bytes) else body
    if tagged is not None and more:
        text = text.replace('</AutoScalingGroups>', f'</AutoScalingGroups><NextToken>{begin + size}</NextToken>')
    for name, group in _asg._asgs.items():
        if group.get('Mixed'):
            head = f'<member><AutoScalingGroupName>{name}</AutoScalingGroupName>'
            text = text.replace(head, head + _mixed_xml(group['Mixed']['LaunchTemplate'], group['Mixed']['Types']))
    if _asg._p(p, 'IncludeInstances') == 'false':
        text = re.sub(r'<Instances>.*?</Instances>', '<Instances/>', text, flags=re.S)
    return status, headers, text.encode() if isinstance(body, bytes) else text


def install():
    _sfn._AWS_SDK_SERVICE_MAP['autoscaling'] = {'protocol': 'query'}
    _asg._reconcile_instances = launch_and_terminate
    _asg._instance_member_xml = _instance_with_type
    _asg._ACTION_MAP.update(
        CompleteLifecycleAction=throttled_xml('CompleteLifecycleAction', _asg._error, _complete),
        TerminateInstanceInAutoScalingGroup=throttled_xml('TerminateInstanceInAutoScalingGroup', _asg._error, _terminate_by_api), DescribeAutoScalingGroups=_describe_groups)
