"""Instance refreshes: in progress until the nodes of then are gone, whoever replaces them. A test does, by `surge` and by
terminating nodes."""
from xml.sax.saxutils import escape

from auto_scaling import template_of, template_xml, when_gone
from common import send, throttled_xml
from ministack.services import autoscaling as _asg

_ACTIVE = ('Pending', 'InProgress')
_PREFERENCES = ('CheckpointPercentages', 'CheckpointDelay')


def start(name, preferences, desired):
    group = _asg._asgs[name]
    if any(r['Status'] in _ACTIVE for r in group.get('InstanceRefreshes', [])):
        raise ValueError('InstanceRefreshInProgress: An Instance Refresh is already in progress and blocks the execution '
                         'of this Instance Refresh.')
    skip = str(preferences.get('SkipMatching', 'false')).lower() == 'true'
    target = desired.get('LaunchTemplate') or template_of(group)
    response = _asg._start_instance_refresh({'AutoScalingGroupName': name})
    refresh = group['InstanceRefreshes'][0]
    refresh.update(
        Status='InProgress', PercentageComplete=0, StatusReason='', SkipMatching=skip, Desired=desired,
        Preferences={key: preferences[key] for key in _PREFERENCES if key in preferences},
        Old=[i['InstanceId'] for i in group['Instances'] if not skip or i['LaunchTemplate'].get('Version') != target.get('Version')])
    _tell(group, refresh, 'Started')
    # "If you enable skip matching, but none of these are changing, the instance refresh will succeed immediately".
    _settle(group)
    return response


def _tell(group, refresh, what):
    send('aws.autoscaling', f'EC2 Auto Scaling Instance Refresh {what}', group['AutoScalingGroupARN'],
         {'InstanceRefreshId': refresh['InstanceRefreshId'], 'AutoScalingGroupName': group['AutoScalingGroupName']})


def _settle(group):
    there = {i['InstanceId'] for i in group['Instances']}
    for refresh in group.get('InstanceRefreshes', []):
        if refresh['Status'] != 'InProgress':
            continue
        old = refresh['Old']
        left = len(there & set(old))
        refresh['PercentageComplete'] = 100 * (len(old) - left) // len(old) if old else 100
        if left == 0:
            refresh['Status'] = 'Successful'
            _tell(group, refresh, 'Succeeded')


def end(group, status, what):
    """The refresh that runs ends otherwise than by success."""
    for refresh in group.get('InstanceRefreshes', []):
        if refresh['Status'] in _ACTIVE:
            refresh['Status'] = status
            _tell(group, refresh, what)
            return refresh['InstanceRefreshId']
    return None


def _start(p):
    name = _asg._p(p, 'AutoScalingGroupName')
    if name not in _asg._asgs:
        return _asg._error('ValidationError', f'AutoScalingGroup {name} not found')
    desired = {key: _asg._p(p, f'DesiredConfiguration.LaunchTemplate.{key}') for key in ('LaunchTemplateId', 'LaunchTemplateName', 'Version')}
    desired = {key: value for key, value in desired.items() if value}
    preferences = {'SkipMatching': _asg._p(p, 'Preferences.SkipMatching')}
    try:
        return start(name, preferences, {'LaunchTemplate': desired} if desired else {})
    except ValueError as problem:
        return _asg._error('InstanceRefreshInProgress', str(problem))


def _cancel(p):
    ended = end(_asg._asgs[_asg._p(p, 'AutoScalingGroupName')], 'Cancelled', 'Cancelled')
    if ended is None:
        return _asg._error('ActiveInstanceRefreshNotFound', 'No active Instance Refresh')
    return _asg._xml(200, 'CancelInstanceRefreshResponse',
                     f'<CancelInstanceRefreshResult><InstanceRefreshId>{ended}</InstanceRefreshId></CancelInstanceRefreshResult>')


def _preferences_xml(refresh):
    text = f"<SkipMatching>{str(refresh['SkipMatching']).lower()}</SkipMatching>"
    for key, value in refresh['Preferences'].items():
        inner = ''.join(f'<member>{each}</member>' for each in value) if isinstance(value, list) else value
        text += f'<{key}>{inner}</{key}>'
    return f'<Preferences>{text}</Preferences>'


def _describe(p):
    name = _asg._p(p, 'AutoScalingGroupName')
    group = _asg._asgs.get(name)
    if not group:
        return _asg._error('ValidationError', f'AutoScalingGroup name not found - AutoScalingGroup {name} not found')
    wanted = _asg._parse_member_list(p, 'InstanceRefreshIds')
    members = ''
    for refresh in group.get('InstanceRefreshes', []):
        if wanted and refresh['InstanceRefreshId'] not in wanted:
            continue
        desired = refresh['Desired'].get('LaunchTemplate')
        members += '<member>' + ''.join(f'<{key}>{escape(str(refresh[key]))}</{key}>' for key in (
            'InstanceRefreshId', 'AutoScalingGroupName', 'Status', 'StatusReason', 'StartTime', 'PercentageComplete')) + (
            _preferences_xml(refresh)) + (
            f'<DesiredConfiguration>{template_xml("LaunchTemplate", desired)}</DesiredConfiguration>' if desired else '') + '</member>'
    return _asg._xml(200, 'DescribeInstanceRefreshesResponse',
                     f'<DescribeInstanceRefreshesResult><InstanceRefreshes>{members}</InstanceRefreshes></DescribeInstanceRefreshesResult>')


def install():
    when_gone.append(_settle)
    _asg._ACTION_MAP.update(
        StartInstanceRefresh=_start, CancelInstanceRefresh=_cancel,
        DescribeInstanceRefreshes=throttled_xml('DescribeInstanceRefreshes', _asg._error, _describe))
