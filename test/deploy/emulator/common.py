"""Small change of the shim."""
import json
import os

from ministack.services import eventbridge

SCALE = float(os.environ.get('SFN_WAIT_SCALE', '1'))


def send(source, detail_type, resource, detail):
    """An event of a service: PutEvents refuses an aws. source to everybody else, as on AWS."""
    eventbridge._put_events({'Entries': [{'Source': source, 'DetailType': detail_type, 'Resources': [resource], 'Detail': json.dumps(detail)}]},
                            allow_aws_source=True)


def from_json(response):
    status, body = response[0], response[2]
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(answer.get('message') or answer.get('Message') or body)
    return answer
