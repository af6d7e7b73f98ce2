"""What a stack's own deployments need: how DescribeStacks names looked-up parameters and the role, which images there are, how
long the newest has been there; a deployment that fails; calls that are throttled, or whose answer is lost."""
import datetime
import json
import time

import cloudformation_types
from common import SCALE, calls, lossy, throttled_xml
from ministack.core.responses import json_response
from ministack.services import ec2 as _ec2, ssm as _ssm, stepfunctions as _sfn
from ministack.services.cloudformation import _change_sets, _stacks, handlers as _cfn
from ministack.services.cloudformation.helpers import _error, _p

_roles = {}    # stack -> the role that it was deployed with last
_since = {}    # parameter -> since when it has its value
_made = {}     # image -> when it was made
_DAY = 86_400

_handlers = _cfn._ACTION_HANDLERS
_create, _update, _describe, _get_parameters, _images = (
    _handlers['CreateStack'], _handlers['UpdateStack'], _handlers['DescribeStacks'], _ssm._get_parameters, _ec2._ACTION_MAP['DescribeImages'])


def _days_ago(days):
    """As the clock of state machines has it."""
    moment = datetime.datetime.fromtimestamp(time.time() - days * _DAY * SCALE, datetime.timezone.utc)
    return moment.isoformat(timespec='milliseconds').replace('+00:00', 'Z')


# --- what a test makes happen ---

def publish(name, image, days=0):
    """A newer image: its parameter has named it for so many days."""
    _ssm._put_parameter({'Name': name, 'Value': image, 'Type': 'String', 'Overwrite': True})
    _since[name] = _days_ago(days)
    _made.setdefault(image, _days_ago(days))


def age(image, days):
    """An image was made so many days ago; none: it is no longer there."""
    if days is None:
        _made.pop(image, None)
    else:
        _made[image] = _days_ago(days)


def put_into(stack, status):
    """A state that a deployment has left the stack in."""
    _stacks[stack]['StackStatus'] = status


def break_update(group):
    """The next update of the group fails, as when its new nodes do not join."""
    cloudformation_types.failing.add(group)


def change_sets(stack):
    """Their names and states."""
    return [{'name': each['ChangeSetName'], 'execution': each['ExecutionStatus']} for each in _change_sets.values() if each['StackName'] == stack]


# --- what AWS answers ---

def _with_role(handler):
    def deploy(params):
        if _p(params, 'RoleARN'):
            _roles[_p(params, 'StackName')] = _p(params, 'RoleARN')
        return handler(params)
    return deploy


def _describe_stacks(params):
    status, headers, body = _describe(params)
    text = body.decode()
    for name, stack in list(_stacks.items()):
        for key, value in stack.get('_resolved_params', {}).items():
            if 'SsmName' in value:
                head, resolved = f'<ParameterKey>{key}</ParameterKey><ParameterValue>', value['Value']
                text = text.replace(f'{head}{resolved}</ParameterValue>', f"{head}{value['SsmName']}</ParameterValue><ResolvedValue>{resolved}</ResolvedValue>")
        if name in _roles:
            text = text.replace(f'<StackName>{name}</StackName>', f'<StackName>{name}</StackName><RoleARN>{_roles[name]}</RoleARN>')
    return status, headers, text.encode()


def _described_parameters(data):
    found = json.loads(_get_parameters(data)[2])
    for each in found['Parameters']:
        each['LastModifiedDate'] = _since.get(each['Name']) or _days_ago(0)
    return json_response(found)


def _describe_images(p):
    wanted = _ec2._parse_filters(p).get('image-id')
    if not wanted:
        return _images(p)
    items = ''.join(f'<item><imageId>{each}</imageId><creationDate>{_made[each]}</creationDate></item>' for each in wanted if each in _made)
    return _ec2._xml(200, 'DescribeImagesResponse', f'<imagesSet>{items}</imagesSet>')


def _noted(operation, handler):
    def call(params):
        response = handler(params)
        if response[0] < 300:
            calls.append(f"{operation} {_p(params, 'StackName')}")
        return response
    return call


def install():
    _sfn._AWS_SDK_SERVICE_MAP['cloudformation'] = {'protocol': 'query'}
    _sfn._AWS_SDK_ERROR_PREFIX['cloudformation'] = 'CloudFormation'
    _handlers.update(CreateStack=_with_role(_create), UpdateStack=_with_role(_update), DescribeStacks=throttled_xml('DescribeStacks', _error, _describe_stacks))
    for operation in ('CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet', 'DeleteChangeSet'):
        handler = throttled_xml(operation, _error, lossy(operation, _error, _handlers[operation]))
        _handlers[operation] = handler if operation == 'DescribeChangeSet' else _noted(operation, handler)
    _ssm._get_parameters = _described_parameters
    _ec2._ACTION_MAP['DescribeImages'] = _describe_images
