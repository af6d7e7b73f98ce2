"""Auto Scaling groups with launch hooks, mixed instances and instance refreshes."""
import contextvars
import threading
from xml.sax.saxutils import escape

from common import SCALE, send
from container_instances import instance_is_gone
from ministack.services import autoscaling as _asg, stepfunctions as _sfn
from ministack.services.cloudformation import provisioners as _p

_ACTIVE = ('Pending', 'InProgress')
_reconcile, _instance_xml, _describe = _asg._reconcile_instances, _asg._instance_member_xml, _asg._describe_asgs


def configure(name, props):
    """What ministack drops of a group's properties."""
    group = _asg._asgs[name]
    mixed = props.get('MixedInstancesPolicy', {}).get('LaunchTemplate')
    group['Mixed'] = mixed and {
        'LaunchTemplate': _p._asg_launch_template(mixed['LaunchTemplateSpecification']),
        'Types': [override['InstanceType'] for override in mixed.get('Overrides', [])]}


def _template_of(group):
    return (group.get('Mixed') or group)['LaunchTemplate']


# --- instances and the launch hook ---

def _hooks_of(group):
    return [h for h in _asg._hooks.values()
            if h['AutoScalingGroupName'] == group['AutoScalingGroupName'] and h['LifecycleTransition'].endswith('LAUNCHING')]


def _launch_and_terminate(group):
    before = {i['InstanceId'] for i in group['Instances']}
    _reconcile(group)
    for gone in before - {i['InstanceId'] for i in group['Instances']}:
        instance_is_gone(gone)
    for instance in [i for i in group['Instances'] if i['InstanceId'] not in before]:
        instance['LaunchTemplate'] = dict(_template_of(group))
        if group.get('Mixed'):
            instance['InstanceType'] = group['Mixed']['Types'][0]
        for hook in _hooks_of(group):
            _hold(group, instance, hook)


def _hold(group, instance, hook):
    instance['LifecycleState'] = 'Pending:Wait'
    send('aws.autoscaling', 'EC2 Instance-launch Lifecycle Action', group['AutoScalingGroupARN'], {
        'LifecycleActionToken': instance['InstanceId'], 'AutoScalingGroupName': group['AutoScalingGroupName'],
        'LifecycleHookName': hook['LifecycleHookName'], 'EC2InstanceId': instance['InstanceId'],
        'LifecycleTransition': 'autoscaling:EC2_INSTANCE_LAUNCHING', 'NotificationMetadata': hook['NotificationMetadata'],
        'Origin': 'EC2', 'Destination': 'AutoScalingGroup'})
    context = contextvars.copy_context()
    timer = threading.Timer(int(hook['HeartbeatTimeout']) * SCALE, lambda: context.run(_end, group, instance, hook['DefaultResult']))
    timer.daemon = True
    timer.start()


def _end(group, instance, result):
    if instance['LifecycleState'] != 'Pending:Wait' or instance not in group['Instances']:
        return False
    if result == 'CONTINUE':
        instance['LifecycleState'] = 'InService'
    else:
        _terminate(group, instance)
        if group['AutoScalingGroupName'] in _asg._asgs:
            _launch_and_terminate(group)
    return True


def _terminate(group, instance):
    instance['LifecycleState'] = 'Terminated'
    group['Instances'].remove(instance)
    instance_is_gone(instance['InstanceId'])


def _find(group_name, instance_id):
    for group in _asg._asgs.values():
        for instance in group['Instances']:
            if instance['InstanceId'] == instance_id and group_name in (None, '', group['AutoScalingGroupName']):
                return group, instance
    return None, None


def _complete(p):
    group_name, hook, instance_id = (_asg._p(p, key) for key in ('AutoScalingGroupName', 'LifecycleHookName', 'InstanceId'))
    group, instance = _find(group_name, instance_id)
    if f'{group_name}/{hook}' not in _asg._hooks or not instance or not _end(group, instance, _asg._p(p, 'LifecycleActionResult')):
        return _asg._error('ValidationError', f'No active Lifecycle Action found with instance ID {instance_id}')
    return _asg._xml(200, 'CompleteLifecycleActionResponse', '<CompleteLifecycleActionResult/>')


def _terminate_by_api(p):
    group, instance = _find(None, _asg._p(p, 'InstanceId'))
    if not instance:
        return _asg._error('ValidationError', 'Instance Id not found')
    _terminate(group, instance)
    if _asg._p(p, 'ShouldDecrementDesiredCapacity') == 'true':
        group['DesiredCapacity'] -= 1
    _launch_and_terminate(group)
    return _asg._xml(200, 'TerminateInstanceInAutoScalingGroupResponse', '<TerminateInstanceInAutoScalingGroupResult/>')


# --- what a group says of itself ---

def _template_xml(tag, template):
    return f'<{tag}>' + ''.join(f'<{k}>{escape(str(template.get(k, "")))}</{k}>' for k in ('LaunchTemplateId', 'LaunchTemplateName', 'Version')) + f'</{tag}>'


def _mixed_xml(template, types):
    overrides = ''.join(f'<member><InstanceType>{t}</InstanceType></member>' for t in types)
    return ('<MixedInstancesPolicy><LaunchTemplate>' + _template_xml('LaunchTemplateSpecification', template)
            + f'<Overrides>{overrides}</Overrides></LaunchTemplate></MixedInstancesPolicy>')


def _instance_with_type(instance, *args):
    kind = f"<InstanceType>{instance['InstanceType']}</InstanceType>" if 'InstanceType' in instance else ''
    return _instance_xml(instance, *args).replace('</InstanceId>', f'</InstanceId>{kind}', 1)


def _describe_with_mixed(p):
    status, headers, body = _describe(p)
    text = body.decode() if isinstance(body, bytes) else body
    for name, group in _asg._asgs.items():
        if group.get('Mixed'):
            head = f'<member><AutoScalingGroupName>{name}</AutoScalingGroupName>'
            text = text.replace(head, head + _mixed_xml(group['Mixed']['LaunchTemplate'], group['Mixed']['Types']))
    return status, headers, text.encode() if isinstance(body, bytes) else text


# --- instance refreshes: in progress until the nodes of then are gone, whoever replaces them ---

def start_refresh(name, preferences, desired):
    group = _asg._asgs[name]
    if any(r['Status'] in _ACTIVE for r in group.get('InstanceRefreshes', [])):
        raise ValueError('InstanceRefreshInProgress: An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.')
    skip = str(preferences.get('SkipMatching', 'false')).lower() == 'true'
    target = desired.get('LaunchTemplate') or _template_of(group)
    response = _asg._start_instance_refresh({'AutoScalingGroupName': name})
    refresh = group['InstanceRefreshes'][0]
    refresh.update(
        Status='InProgress', PercentageComplete=0, StatusReason='', SkipMatching=skip, Desired=desired,
        Old=[i['InstanceId'] for i in group['Instances'] if not skip or i['LaunchTemplate'].get('Version') != target.get('Version')])
    send('aws.autoscaling', 'EC2 Auto Scaling Instance Refresh Started', group['AutoScalingGroupARN'],
         {'InstanceRefreshId': refresh['InstanceRefreshId'], 'AutoScalingGroupName': name})
    return response


def _start(p):
    name = _asg._p(p, 'AutoScalingGroupName')
    if name not in _asg._asgs:
        return _asg._error('ValidationError', f'AutoScalingGroup {name} not found')
    desired = {key: _asg._p(p, f'DesiredConfiguration.LaunchTemplate.{key}') for key in ('LaunchTemplateId', 'LaunchTemplateName', 'Version')}
    desired = {key: value for key, value in desired.items() if value}
    try:
        return start_refresh(name, {'SkipMatching': _asg._p(p, 'Preferences.SkipMatching')}, {'LaunchTemplate': desired} if desired else {})
    except ValueError as problem:
        return _asg._error('InstanceRefreshInProgress', str(problem))


def _refreshes(p):
    name = _asg._p(p, 'AutoScalingGroupName')
    group = _asg._asgs.get(name)
    if not group:
        return _asg._error('ValidationError', f'AutoScalingGroup name not found - AutoScalingGroup {name} not found')
    wanted = _asg._parse_member_list(p, 'InstanceRefreshIds')
    there = {i['InstanceId'] for i in group['Instances']}
    members = ''
    for refresh in group.get('InstanceRefreshes', []):
        if refresh['Status'] == 'InProgress' and not there & set(refresh['Old']):
            refresh.update(Status='Successful', PercentageComplete=100)
        if wanted and refresh['InstanceRefreshId'] not in wanted:
            continue
        desired = refresh['Desired'].get('LaunchTemplate')
        members += '<member>' + ''.join(f'<{key}>{escape(str(refresh[key]))}</{key}>' for key in (
            'InstanceRefreshId', 'AutoScalingGroupName', 'Status', 'StatusReason', 'StartTime', 'PercentageComplete')) + (
            f"<Preferences><SkipMatching>{str(refresh['SkipMatching']).lower()}</SkipMatching></Preferences>") + (
            f'<DesiredConfiguration>{_template_xml("LaunchTemplate", desired)}</DesiredConfiguration>' if desired else '') + '</member>'
    return _asg._xml(200, 'DescribeInstanceRefreshesResponse',
                     f'<DescribeInstanceRefreshesResult><InstanceRefreshes>{members}</InstanceRefreshes></DescribeInstanceRefreshesResult>')


def install():
    _sfn._AWS_SDK_SERVICE_MAP['autoscaling'] = {'protocol': 'query'}
    _asg._reconcile_instances = _launch_and_terminate
    _asg._instance_member_xml = _instance_with_type
    _asg._ACTION_MAP.update(
        CompleteLifecycleAction=_complete, TerminateInstanceInAutoScalingGroup=_terminate_by_api, DescribeAutoScalingGroups=_describe_with_mixed,
        StartInstanceRefresh=_start, DescribeInstanceRefreshes=_refreshes)
