"""What the parts of the shim share."""
import contextvars
import json
import os
import threading
import time

from ministack.core.responses import error_response_json
from ministack.services import eventbridge, stepfunctions as _sfn

SCALE = float(os.environ.get('SFN_WAIT_SCALE', '1'))


def send(source, detail_type, resource, detail):
    """An event of a service: PutEvents refuses an aws. source to everybody else, as on AWS."""
    eventbridge._put_events({'Entries': [{'Source': source, 'DetailType': detail_type, 'Resources': [resource], 'Detail': json.dumps(detail)}]},
                            allow_aws_source=True)


def later(seconds, do):
    """In so many seconds of the real time, in the account of the call that is answered now."""
    context = contextvars.copy_context()
    timer = threading.Timer(seconds * SCALE, lambda: context.run(do))
    timer.daemon = True
    timer.start()


def from_json(response):
    status, body = response[0], response[2]
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(answer.get('message') or answer.get('Message') or body)
    return answer


# --- throttling, and what was done ---

throttled = []  # operations
lost = []  # operations whose next answer does not arrive
calls = []


def throttled_json(operation, handler):
    return lambda data: error_response_json('ThrottlingException', 'Rate exceeded', 400) if operation in throttled else handler(data)


def throttled_xml(operation, error, handler):
    return lambda p: error('Throttling', 'Rate exceeded') if operation in throttled else handler(p)


def lossy(operation, error, handler):
    def call(params):
        response = handler(params)
        if operation not in lost:
            return response
        lost.remove(operation)
        return error('InternalFailure', 'The answer is lost', 500)
    return call


# --- the limit of what a state may get, 256 KiB. `States.ALL` catches neither this nor a failed choice ---

_LIMIT = 262_144
_invoke, _matches = _sfn._invoke_aws_sdk_integration, _sfn._error_matches


def _invoke_within_the_limit(resource, data):
    result = _invoke(resource, data)
    if len(json.dumps(result)) > _LIMIT:
        raise _sfn._ExecutionError('States.DataLimitExceeded', f'{resource}: an answer of more than {_LIMIT} bytes')
    return result


def _not_by_all(error_equals, error):
    return error in error_equals if error in ('States.DataLimitExceeded', 'States.Runtime') else _matches(error_equals, error)


# --- the clock of state machines, which runs as fast as their waits do ---

_BEGIN = time.time() * 1000
_register, _to_millis = _sfn._register_sfn_jsonata_functions, _sfn._sfn_jsonata_to_millis


def _scaled(millis):
    return millis if millis is None else _BEGIN + (millis - _BEGIN) / SCALE


def _with_the_clock(expression):
    _register(expression)
    expression.register_lambda('millis', lambda: _scaled(time.time() * 1000))
    expression.register_lambda('toMillis', lambda *given: _scaled(_to_millis(*given)))


# --- an expression has a second; this engine takes some ten times as long as the one of JavaScript, and the cores are shared ---

_parse = _sfn.jsonata.Jsonata.jsonata


def _with_time(expression, timeout=None):
    return _parse(expression, timeout=timeout and 20 * timeout)


def install():
    _sfn.jsonata.Jsonata.jsonata = staticmethod(_with_time)
    _sfn._register_sfn_jsonata_functions = _with_the_clock
    _sfn._invoke_aws_sdk_integration = _invoke_within_the_limit
    _sfn._error_matches = _not_by_all
