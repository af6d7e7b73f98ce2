"""Calls of AWS, one JSON object a line, through botocore: it checks every call against AWS's own models of the APIs.

{"id": 1, "service": "ecs", "operation": "list_clusters", "params": {}} -> {"id": 1, "result": {...}} or {"id": 1, "error": "...", "code": "..."}
The service "test" is what a test makes happen (for_tests.py). The service "jsonata" evaluates an expression as the emulator's Step Functions does: params are the expression, $states.result and the variables.
"""
import json
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import botocore.session
from botocore.exceptions import ClientError

session = botocore.session.Session()
clients, lock = {}, Lock()


def client(service):
    with lock:
        if service not in clients:
            # A twelve-digit key is the account. Only here: the real ones of the environment are never used.
            clients[service] = session.create_client(
                service, region_name='us-east-1', endpoint_url=os.environ['EMULATOR'], aws_access_key_id='111122223333', aws_secret_access_key='none')
        return clients[service]


def evaluate(expression, result, variables):
    from ministack.services import stepfunctions
    return stepfunctions._evaluate_jsonata(expression, {}, {'variables': variables}, result)


def make_happen(operation, params):
    headers = {'X-Amz-Target': 'AmazonEC2ContainerServiceV20141113.ForTests', 'Content-Type': 'application/x-amz-json-1.1',
               'Authorization': 'AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/ecs/aws4_request'}
    body = json.dumps({'operation': operation, 'params': params}).encode()
    with urllib.request.urlopen(urllib.request.Request(os.environ['EMULATOR'], body, headers)) as answered:
        return json.load(answered)['result']


def answer(line):
    call = json.loads(line)
    try:
        if call['service'] == 'test':
            result = make_happen(call['operation'], call['params'])
        else:
            run = evaluate if call['service'] == 'jsonata' else getattr(client(call['service']), call['operation'])
            result = run(**call['params'])
        reply = {'id': call['id'], 'result': result}
    except ClientError as error:
        reply = {'id': call['id'], 'error': error.response['Error'].get('Message', ''), 'code': error.response['Error'].get('Code', '')}
    except Exception as error:
        reply = {'id': call['id'], 'error': f'{type(error).__name__}: {error}', 'code': type(error).__name__}
    text = json.dumps(reply, default=str)
    with lock:
        print(text, flush=True)


with ThreadPoolExecutor(8) as pool:
    for each in sys.stdin:
        pool.submit(answer, each)
