"""What topics have been sent."""
from ministack.services import sns as _sns

_sent = []
_publish = _sns._publish


def _noted(params):
    response = _publish(params)
    if response[0] < 300:
        _sent.append({'topic': _sns._p(params, 'TopicArn'), 'subject': _sns._p(params, 'Subject'), 'message': _sns._p(params, 'Message')})
    return response


def taken():
    """Since the last time."""
    seen, _sent[:] = list(_sent), []
    return seen


def install():
    _sns._publish = _noted
