"""What EC2 says of the instances of groups: their state, and the tag with their group's name."""
import auto_scaling
from common import throttled_xml
from ministack.services import autoscaling as _asg, ec2 as _ec2, stepfunctions as _sfn

_normalize, _tags = _sfn._normalize_query_response, _ec2._describe_tags


def _numbered(p, prefix):
    return [v if isinstance(v, str) else v[0] for k, v in p.items() if k.startswith(prefix)]


def _status(p):
    known = auto_scaling.dead | {i['InstanceId'] for g in _asg._asgs.values() for i in g['Instances']}
    items = ''.join(
        f'<item><instanceId>{i}</instanceId><instanceState><code>0</code>'
        f'<name>{"terminated" if i in auto_scaling.dead else "running"}</name></instanceState></item>'
        for i in _numbered(p, 'InstanceId.') if i in known)
    return _ec2._xml(200, 'DescribeInstanceStatusResponse', f'<instanceStatusSet>{items}</instanceStatusSet>')


def _describe_tags(p):
    filters = _ec2._parse_filters(p)
    if 'aws:autoscaling:groupName' not in filters.get('key', []):
        return _tags(p)
    # Those that have gone are listed for an hour.
    found = [i for i, group in auto_scaling.former.items() if group in filters['value']]
    begin, size = int(_ec2._p(p, 'NextToken') or 0), int(_ec2._p(p, 'MaxResults') or 1000)
    page = found[begin:begin + size]
    items = ''.join(
        f'<item><resourceId>{i}</resourceId><resourceType>instance</resourceType><key>aws:autoscaling:groupName</key>'
        f'<value>{auto_scaling.former[i]}</value></item>' for i in page)
    more = f'<nextToken>{begin + size}</nextToken>' if len(found) > begin + size else ''
    return _ec2._xml(200, 'DescribeTagsResponse', f'<tagSet>{items}</tagSet>{more}')


def _with_instance_state(service, action, result):
    """ministack's Step Functions call the state of DescribeInstanceStatus as that of DescribeInstances."""
    shaped = _normalize(service, action, result)
    if action == 'DescribeInstanceStatus':
        for status in shaped.get('InstanceStatuses', []):
            status['InstanceState'] = status.pop('State', None)
    return shaped


def install():
    _sfn._normalize_query_response = _with_instance_state
    _ec2._ACTION_MAP.update(
        DescribeInstanceStatus=throttled_xml('DescribeInstanceStatus', _asg._error, _status), DescribeTags=_describe_tags)
