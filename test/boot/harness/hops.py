#!/usr/bin/env python3
"""Who gets an answer of the instance metadata service at a hop limit: the node itself, and a container behind its bridge.

  hops.py LIMIT     prints {"node": true, "container": false}

Three network namespaces, as on a node: the metadata service, the node, and a container in bridge mode, whose packets the node forwards. The service sends its
answers with the hop limit as their time to live, as EC2 does; the node's kernel does the rest. Nothing of the machine itself is touched.
"""
import json
import os
import subprocess
import sys

SERVER = '''
import http.server, socket, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'token')
    def log_message(self, *_): pass
server = http.server.HTTPServer(('169.254.169.254', 80), Answer)
server.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(sys.argv[1]))
print('ready', flush=True)
server.serve_forever()
'''
CLIENT = '''
import urllib.request
request = urllib.request.Request('http://169.254.169.254/latest/api/token', method='PUT')
print(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=1.5).read().decode())
'''


def main(limit):
    names = {role: f'hops-{os.getpid()}-{role}' for role in ('imds', 'node', 'container')}
    ip = lambda *words: subprocess.run(['ip', *words], check=True)
    inside = lambda role, *words: ['ip', 'netns', 'exec', names[role], *words]
    asks = lambda role: subprocess.run(inside(role, sys.executable, '-c', CLIENT), capture_output=True, text=True).stdout.strip() == 'token'
    server = None
    try:
        for name in names.values():
            ip('netns', 'add', name)
            ip('-n', name, 'link', 'set', 'lo', 'up')
        for link, (one, other) in {'m': ('node', 'imds'), 'c': ('node', 'container')}.items():
            ip('-n', names[one], 'link', 'add', f'{link}0', 'type', 'veth', 'peer', 'name', f'{link}1', 'netns', names[other])
            ip('-n', names[one], 'link', 'set', f'{link}0', 'up')
            ip('-n', names[other], 'link', 'set', f'{link}1', 'up')
        ip('-n', names['node'], 'addr', 'add', '10.0.0.1/24', 'dev', 'm0')
        ip('-n', names['node'], 'addr', 'add', '172.17.0.1/16', 'dev', 'c0')
        ip('-n', names['node'], 'route', 'add', '169.254.169.254', 'dev', 'm0')
        ip('-n', names['imds'], 'addr', 'add', '169.254.169.254/32', 'dev', 'm1')
        ip('-n', names['imds'], 'route', 'add', '10.0.0.1', 'dev', 'm1')
        ip('-n', names['imds'], 'route', 'add', '172.17.0.0/16', 'via', '10.0.0.1', 'dev', 'm1')
        ip('-n', names['container'], 'addr', 'add', '172.17.0.2/16', 'dev', 'c1')
        ip('-n', names['container'], 'route', 'add', 'default', 'via', '172.17.0.1')
        subprocess.run(inside('node', 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'), check=True)
        server = subprocess.Popen(inside('imds', sys.executable, '-c', SERVER, str(limit)), stdout=subprocess.PIPE, text=True)
        if server.stdout.readline().strip() != 'ready':
            sys.exit('the metadata service did not start')
        print(json.dumps({'node': asks('node'), 'container': asks('container')}))
    finally:
        if server:
            server.kill()
            server.wait()
        for name in names.values():
            subprocess.run(['ip', 'netns', 'del', name], stderr=subprocess.DEVNULL)


main(int(sys.argv[1]))
