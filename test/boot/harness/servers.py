"""The two endpoints of a node: instance metadata and Secrets Manager. Third parties answer (amazon-ec2-metadata-mock and
moto); the fronts here add what those lack and break what a scenario wants broken."""
import base64
import http.client
import http.server
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import uuid

METADATA_ADDRESS = '169.254.169.254'
SECRETS_ADDRESS = '10.0.0.10'
METADATA_MOCK_PORT = 1338
MOTO_PORT = 5000
HOP_BY_HOP = ('host', 'content-length', 'transfer-encoding', 'connection')


class Faults:
    """The first rule that fits a request decides. A rule: {match: regular expression over "METHOD path", one of status, hang,
    delay, reset or body; skip: requests left alone first; times: how often it strikes; cloudInit: strikes cloud-init as well}."""

    def __init__(self, rules):
        self.rules = [dict(rule, seen=0) for rule in rules or []]
        self.lock = threading.Lock()

    def strike(self, method, path, user_agent):
        with self.lock:
            for rule in self.rules:
                if user_agent.startswith(('Cloud-Init/', 'python-requests/')) and not rule.get('cloudInit'):
                    continue
                if not re.search(rule.get('match', ''), f'{method} {path}'):
                    continue
                rule['seen'] += 1
                if rule.get('skip', 0) < rule['seen'] <= rule.get('skip', 0) + rule.get('times', 1 << 30):
                    return rule
        return None


class Front(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, port, upstream_port, faults, answer=None, tls=None):
        self.upstream_port, self.faults, self.answer, self.tls = upstream_port, Faults(faults), answer, tls
        self.requests = []
        super().__init__((address, port), Handler)
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    def finish_request(self, request, client_address):  # in the request's own thread, so a slow handshake stops nobody else
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that went away; what a client sees is what the tests look at

    def forward(self, method, path, headers, body):
        upstream = http.client.HTTPConnection('127.0.0.1', self.upstream_port, timeout=30)
        try:
            upstream.request(method, path, body=body, headers=headers)
            response = upstream.getresponse()
            kept = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
            return response.status, kept, response.read()
        finally:
            upstream.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def respond(self):
        length = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(length) if length else None
        agent = self.headers.get('User-Agent', '')
        entry = {'time': time.time(), 'method': self.command, 'path': self.path, 'userAgent': agent, 'target': self.headers.get('X-Amz-Target', '')}
        self.server.requests.append(entry)
        fault = self.server.faults.strike(self.command, self.path, agent)
        if fault:
            entry['fault'] = True
            if fault.get('hang'):
                time.sleep(3600)
            if fault.get('reset'):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                self.close_connection = True
                return
            time.sleep(fault.get('delay', 0))
        if fault and ('status' in fault or 'body' in fault):
            status, headers, content = fault.get('status', 200), [], fault.get('body', '').encode()
        else:
            # The Host header is part of the signature and of how moto tells its services apart, so it goes through.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP[1:]}
            forward = lambda method, path: self.server.forward(method, path, headers, body)
            answer = self.server.answer or (lambda method, path, forward: forward(method, path))
            status, headers, content = answer(self.command, self.path, forward)
        entry['status'] = status
        if status >= 400:
            entry['answer'] = content[:500].decode(errors='backslashreplace')
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = respond

    def log_message(self, *_):
        pass


def wait_for(port, process):
    for _ in range(1200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f'{" ".join(map(str, process.args[:3]))} does not answer on port {port}')


class Metadata:
    """IMDSv2. The mock knows two tags at most and no dated versions; the front serves the other tags, after asking the mock whether
    it takes the request's token."""

    def __init__(self, mock, folder, *, user_data, tags, region, instance_id, credentials, faults):
        configuration = {
            'imdsv2': True,
            'server': {'hostname': '127.0.0.1', 'port': str(METADATA_MOCK_PORT)},
            'metadata': {
                'paths': {'tags-instance-test': '/latest/meta-data/tags/instance/ClusterName'},
                'values': {
                    'tags-instance-test': (tags or {}).get('ClusterName', 'none'),
                    'instance-id': instance_id,
                    'placement-region': region,
                    'placement-availability-zone': f'{region}a',
                    'instance-type': 'm7i.large',
                    'iam-security-credentials-role': 'NodeRole',
                    'iam-security-credentials': {
                        'Code': 'Success', 'LastUpdated': '2026-01-01T00:00:00Z', 'Type': 'AWS-HMAC', 'Expiration': '2099-01-01T00:00:00Z', **credentials},
                },
            },
            'dynamic': {'values': {'instance-identity-document': {'instanceId': instance_id, 'region': region, 'accountId': '123456789012'}}},
            'userdata': {'values': {'userdata': base64.b64encode(user_data).decode()}},
        }
        file = folder / 'metadata-mock.json'
        file.write_text(json.dumps(configuration))
        self.tags = tags
        self.process = subprocess.Popen([mock, '-c', file], stdin=subprocess.DEVNULL, stdout=open(folder / 'metadata-mock.log', 'w'), stderr=subprocess.STDOUT)
        wait_for(METADATA_MOCK_PORT, self.process)
        self.front = Front(METADATA_ADDRESS, 80, METADATA_MOCK_PORT, faults, self.answer)

    def answer(self, method, path, forward):
        if path in ('', '/'):
            return 200, [('Content-Type', 'text/plain')], b'2009-04-04\n2021-03-23\nlatest'
        path = re.sub(r'^/20\d\d-\d\d-\d\d(?=/)', '/latest', path)
        if path == '/latest/meta-data/' and self.tags is None:  # tags are not allowed in metadata: the folder is not even listed
            status, headers, content = forward(method, path)
            return status, headers, content.replace(b'tags/', b'').replace(b'\n\n', b'\n')
        tag = re.fullmatch(r'/latest/meta-data/tags(?:/(?:instance(?:/([^/]+))?/?)?)?', path)
        if not tag:
            return forward(method, path)
        status, headers, content = forward(method, '/latest/meta-data/instance-id')
        if status != 200:  # no token or a wrong one
            return status, headers, content
        key = tag.group(1)
        if self.tags is None or (key and key not in self.tags):
            return 404, headers, b''
        if key == 'ClusterName' and self.tags[key]:
            return forward(method, path)
        text = self.tags[key] if key else '\n'.join(self.tags) if 'instance' in path else 'instance/'
        return 200, headers, text.encode()

    def stop(self):
        self.front.shutdown()
        self.front.server_close()
        self.process.kill()
        self.process.wait()
        return self.front.requests


class SecretsManager:
    """moto with its signature and policy checks on, behind TLS for the real host name."""

    def __init__(self, python, folder, *, region, secrets, role_may_read):
        self.region, self.secrets, self.role_may_read = region, secrets, role_may_read
        set_up_calls = len(secrets) + 3  # those of set_up(); every later one must be signed and allowed
        environment = {**os.environ, 'INITIAL_NO_AUTH_ACTION_COUNT': str(set_up_calls)}
        self.process = subprocess.Popen([python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', str(MOTO_PORT)], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=open(folder / 'moto.log', 'w'), stderr=subprocess.STDOUT)
        self.front = None

    def set_up(self):
        """Secrets, and a role that may read them or not: moto knows a policy's actions, but no resources. Gives the role's credentials."""
        wait_for(MOTO_PORT, self.process)
        for secret in self.secrets:
            content = {'SecretBinary': secret['binaryBase64']} if 'binaryBase64' in secret else {'SecretString': secret['string']}
            request = {'Name': secret['name'], 'ClientRequestToken': str(uuid.uuid4()), **content}
            self.call('secretsmanager', json.dumps(request), {'X-Amz-Target': 'secretsmanager.CreateSecret', 'Content-Type': 'application/x-amz-json-1.1'})
        trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}
        self.query('iam', Action='CreateRole', Version='2010-05-08', RoleName='NodeRole', AssumeRolePolicyDocument=json.dumps(trust))
        action = 'secretsmanager:GetSecretValue' if self.role_may_read else 'secretsmanager:ListSecrets'
        policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': [action], 'Resource': '*'}]}
        self.query('iam', Action='PutRolePolicy', Version='2010-05-08', RoleName='NodeRole', PolicyName='node', PolicyDocument=json.dumps(policy))
        role = self.query('sts', Action='AssumeRole', Version='2011-06-15', RoleArn='arn:aws:iam::123456789012:role/NodeRole', RoleSessionName='i-0123')
        return {name: re.search(f'<{tag}>(.*?)</{tag}>', role)[1]
                for name, tag in (('AccessKeyId', 'AccessKeyId'), ('SecretAccessKey', 'SecretAccessKey'), ('Token', 'SessionToken'))}

    def query(self, service, **parameters):
        return self.call(service, urllib.parse.urlencode(parameters), {'Content-Type': 'application/x-www-form-urlencoded'})

    def call(self, service, body, headers):
        scope = f'20260101/{self.region}/{service}/aws4_request'  # tells moto which service is meant
        unsigned = f'AWS4-HMAC-SHA256 Credential=AKIASETUP/{scope}, SignedHeaders=host, Signature=none'
        request = urllib.request.Request(f'http://127.0.0.1:{MOTO_PORT}/', body.encode(), {'Authorization': unsigned, **headers})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read().decode()

    def listen(self, certificate, key, faults):
        """One front for each boot, since faults and requests belong to a boot. A fault {refuse: true} leaves the port closed."""
        if any(rule.get('refuse') for rule in faults or []):
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.front = Front(SECRETS_ADDRESS, 443, MOTO_PORT, faults, self.answer, tls=context)

    def answer(self, method, path, forward):
        """moto refuses in XML and with 403, the service in JSON and with 400."""
        status, headers, content = forward(method, path)
        refused = re.search(rb'<Code>(\w+)</Code>', content)
        if status == 403 and refused:
            return 400, [('Content-Type', 'application/x-amz-json-1.1')], json.dumps({'__type': f'{refused[1].decode()}Exception'}).encode()
        return status, headers, content

    def close(self):
        if not self.front:
            return []
        self.front.shutdown()
        self.front.server_close()
        requests, self.front = self.front.requests, None
        return requests
