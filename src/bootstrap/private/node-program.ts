/**
 * What the node asks other machines for, in Python: cloud-init runs on it, so it is on every image that runs
 * user data, and its standard library signs requests and parses JSON where the image has neither AWS CLI nor
 * jq. Python 3.7 is enough.
 *
 * A failure ends it with a reason on standard error that never has the content of a secret in it.
 */
const COMMON = `# Prints lines for ecs.config. Whatever fails is tried for a minute, then said without what was read.
import json, re, sys, time, urllib.request as web
direct = web.build_opener(web.ProxyHandler({}))
def imds(path):
    url = 'http://169.254.169.254/latest/'
    ask = web.Request(url + 'api/token', method='PUT', headers={'X-aws-ec2-metadata-token-ttl-seconds': '60'})
    token = direct.open(ask, timeout=4).read().decode()
    ask = web.Request(url + 'meta-data/' + path, headers={'X-aws-ec2-metadata-token': token})
    return direct.open(ask, timeout=4).read().decode()
def insist(what, act):
    for wait in 1, 2, 4, 8, 16, 32, 0:
        try:
            return act()
        except Exception as e:
            why = str(e) if isinstance(e, OSError) else type(e).__name__
        time.sleep(wait)
    sys.exit(what + ': ' + why)`;

const CLUSTER_NAME = `name = insist('the ClusterName tag', lambda: imds('tags/instance/ClusterName'))
if not re.fullmatch('[A-Za-z0-9_-]{1,255}', name):
    sys.exit('the ClusterName tag is not the name of a cluster')
print('ECS_CLUSTER=' + name)`;

const REGISTRIES = `import base64, hashlib, hmac, os, urllib.error
arn, suffix, kind = sys.argv[1:]
def secret():
    role = imds('iam/security-credentials/').split()[0]
    c = json.loads(imds('iam/security-credentials/' + role))
    region = arn.split(':')[3]
    now = time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())
    scope = now[:8] + '/' + region + '/secretsmanager/aws4_request'
    body = json.dumps({'SecretId': arn}).encode()
    h = {'content-type': 'application/x-amz-json-1.1', 'host': 'secretsmanager.' + region + '.' + suffix,
         'x-amz-date': now, 'x-amz-security-token': c['Token'], 'x-amz-target': 'secretsmanager.GetSecretValue'}
    sha = lambda data: hashlib.sha256(data).hexdigest()
    names = ';'.join(h)
    text = '\\n'.join(['POST', '/', '', *(k + ':' + h[k] for k in h), '', names, sha(body)])
    text = '\\n'.join(['AWS4-HMAC-SHA256', now, scope, sha(text.encode())])
    key = b'AWS4' + c['SecretAccessKey'].encode()
    for part in [*scope.split('/'), text]:
        key = hmac.new(key, part.encode(), 'sha256').digest()
    h['authorization'] = ('AWS4-HMAC-SHA256 Credential=' + c['AccessKeyId'] + '/' + scope
                          + ', SignedHeaders=' + names + ', Signature=' + key.hex())
    try:
        return json.load(web.urlopen(web.Request('https://' + h['host'] + '/', body, h), timeout=10)).get('SecretString')
    except urllib.error.HTTPError as e:
        code = re.search('"__type" *: *"(?:[^"]*#)?([A-Za-z]+)', e.read().decode())
        code = code[1] if code else str(e)
        if re.match('ResourceNotFound|InvalidRequest|InvalidParameter|Validation|DecryptionFailure', code):
            sys.exit('the registry secret: ' + code)
        raise OSError(code)
def bad(why):
    sys.exit('the registry secret ' + why)
text = insist('the registry secret', secret)
if not text:
    bad('is empty or binary')
try:
    data = json.loads(text)
except Exception:
    bad('is not JSON')
if kind == 'dockercfg' and isinstance(data, dict):
    data = data.get('auths', data)
if not isinstance(data, dict) or not data:
    bad('is not a JSON object of registries')
auths = {}
for n, (registry, entry) in enumerate(data.items(), 1):
    try:
        if kind == 'dockercfg':
            user, password = base64.b64decode(entry['auth'], validate=True).decode().split(':', 1)
        else:
            user, password = entry['username'], entry['password']
            data[registry] = {k: entry[k] + '' for k in ('username', 'password', 'email') if k in entry}
            if ':' in user:
                raise ValueError
        if not (registry and user and password):
            raise ValueError
        auths[registry] = {'auth': base64.b64encode((user + ':' + password).encode()).decode()}
        if kind == 'dockercfg':
            data[registry] = auths[registry]
        ''.join([registry, *data[registry].values()]).encode()
    except Exception:
        bad('has no valid ' + ('auth' if kind == 'dockercfg' else 'username and password') + ' for registry ' + str(n))
data = json.dumps(data, separators=(',', ':'))
if len(data) > 130000:
    bad('is too large for an environment variable')
os.makedirs('/root/.docker', 0o700, exist_ok=True)
os.chmod('/root/.docker', 0o700)
new = '/root/.docker/config.json.new'
with open(new, 'w') as f:
    json.dump({'auths': auths}, f)
os.replace(new, new[:-4])
print('ECS_ENGINE_AUTH_TYPE=' + kind)
print('ECS_ENGINE_AUTH_DATA=' + data)`;

/** Which of its two tasks the program has. It prints lines for `ecs.config`. */
export interface NodeProgramTasks {
  /** Find the cluster's name in the instance's `ClusterName` tag. */
  readonly clusterName: boolean;
  /** Read the registries' secret; the arguments are its ARN, the domain of AWS there, and the format. */
  readonly registries: boolean;
}

/** The program's text, or nothing when it has nothing to do. */
export function nodeProgram({ clusterName, registries }: NodeProgramTasks): string | undefined {
  if (!clusterName && !registries) return undefined;
  return [COMMON, ...(clusterName ? [CLUSTER_NAME] : []), ...(registries ? [REGISTRIES] : [])].join('\n');
}
