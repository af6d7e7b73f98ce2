import { DockerAuthFormat } from '../../registry/docker-auth';

/**
 * What the node requests over the network, in Python. cloud-init runs on Python, so it is on every image that
 * runs user data. Its standard library signs requests and parses JSON where the image has neither AWS CLI nor
 * jq. Python 3.7 is enough.
 *
 * A failure ends it with a reason on standard error that never has the content of a secret in it.
 */
const COMMON = `# Prints lines for ecs.config. What fails is tried for a minute.
import json, re, signal, sys, time, urllib.request as web
sys.tracebacklimit = 0
direct = web.build_opener(web.ProxyHandler({}))
token = []
def imds(path):
    url = 'http://169.254.169.254/latest/'
    if not token:
        ask = web.Request(url + 'api/token', method='PUT', headers={'X-aws-ec2-metadata-token-ttl-seconds': '300'})
        token.append(direct.open(ask, timeout=4).read().decode())
    ask = web.Request(url + 'meta-data/' + path, headers={'X-aws-ec2-metadata-token': token[0]})
    return direct.open(ask, timeout=4).read().decode()
def insist(what, act):
    signal.signal(15, lambda *_: sys.exit(what + ': no end of the answer'))
    for wait in 1, 2, 4, 8, 16, 32, 0:
        try:
            return act()
        except Exception as e:
            why = str(e) if isinstance(e, OSError) else type(e).__name__
        token.clear()
        time.sleep(wait)
    sys.exit(what + ': ' + why)`;

const CLUSTER_NAME = `name = insist('the ClusterName tag', lambda: imds('tags/instance/ClusterName'))
if not re.fullmatch('[A-Za-z0-9_-]{1,255}', name):
    sys.exit('the ClusterName tag is not the name of a cluster')
print('ECS_CLUSTER=' + name)`;

/** What differs between the formats of a secret: only the one that is used is rendered. */
interface Format {
  /** Where the registries are, when they are not the whole secret. */
  readonly registries: string;
  /** An entry's user and password. */
  readonly entry: string;
  /** What an entry must have. */
  readonly has: string;
  /** The map that the agent gets, and what of an entry is in it; docker gets `auths`, of `auth`. */
  readonly agent: { readonly map: string; readonly one: string };
  /** Where both maps begin, and where they grow. */
  readonly begin: string;
  readonly grow: string;
}

const FORMATS: { readonly [format in DockerAuthFormat]: Format } = {
  [DockerAuthFormat.DOCKERCFG]: {
    registries: `
if isinstance(data, dict):
    data = data.get('auths', data)`,
    entry: `
        user, password = base64.b64decode(entry['auth'], validate=True).decode().split(':', 1)`,
    has: 'auth',
    agent: { map: 'auths', one: 'auth' },
    begin: 'auths = {}',
    grow: 'auths[registry] = auth',
  },
  [DockerAuthFormat.DOCKER]: {
    registries: '',
    entry: `
        user, password = entry['username'], entry['password']
        mine = {k: entry[k] + '' for k in ('username', 'password', 'email') if k in entry}
        if ':' in user:
            raise ValueError`,
    has: 'username and password',
    agent: { map: 'agent', one: 'mine' },
    begin: 'agent, auths = {}, {}',
    grow: 'agent[registry], auths[registry] = mine, auth',
  },
};

/**
 * The agent looks a registry up by its domain name, to the letter, and Docker Hub by one key alone
 * (`agent/dockerclient/dockerauth`); podman and others write other names for both. A key that is right
 * already wins over one that had to be changed.
 */
const registriesOf = (
  { registries, entry, has, agent, begin, grow }: Format,
  format: DockerAuthFormat,
) => `import base64, hashlib, hmac, os, urllib.error
arn, suffix = sys.argv[1:]
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
    data = json.loads(text.lstrip('\\ufeff'))
except Exception:
    bad('is not JSON')${registries}
if not isinstance(data, dict) or not data:
    bad('is not a JSON object of registries')
${begin}
for n, (key, entry) in enumerate(data.items(), 1):
    try:${entry}
        m = re.match(r'(?i)((https?://)?[\\w-]+([.][\\w-]+)+(:\\d+)?)(/\\S*)?$', key.strip())
        registry = m[1].lower() + (m[5] or '') if m else key
        if re.fullmatch('(https?://)?((index|registry-1)[.])?docker[.]io(/.*)?', registry):
            registry = 'https://index.docker.io/v1/'
        if not (registry and user and password):
            raise ValueError
        auth = {'auth': base64.b64encode((user + ':' + password).encode()).decode()}
        ''.join([registry, *${agent.one}.values()]).encode()
    except Exception:
        bad('has no valid ${has} for registry ' + str(n))
    if registry == key or registry not in data:
        ${grow}
data = json.dumps(${agent.map}, separators=(',', ':'))
if len(data) > 130000:
    bad('is too large for an environment variable')
os.makedirs('/root/.docker', 0o700, exist_ok=True)
os.chmod('/root/.docker', 0o700)
new = '/root/.docker/config.json.new'
with open(new, 'w') as f:
    json.dump({'auths': auths}, f)
os.replace(new, new[:-4])
print('ECS_ENGINE_AUTH_TYPE=${format}')
print('ECS_ENGINE_AUTH_DATA=' + data)`;

/** Which of its two tasks the program has. It prints lines for `ecs.config`. */
export interface NodeProgramTasks {
  /** Find the cluster's name in the instance's `ClusterName` tag. */
  readonly clusterName: boolean;
  /** Read the registries' secret, of this format; the arguments are its ARN and the domain of AWS there. */
  readonly registries?: DockerAuthFormat;
}

/** The program's text, or nothing when it has nothing to do. */
export function nodeProgram({ clusterName, registries }: NodeProgramTasks): string | undefined {
  if (!clusterName && registries === undefined) return undefined;
  return [
    COMMON,
    ...(clusterName ? [CLUSTER_NAME] : []),
    ...(registries === undefined ? [] : [registriesOf(FORMATS[registries], registries)]),
  ]
    .join('\n')
    .replace(/^ +/gm, (indent) => ' '.repeat(indent.length / 4)); // user data is short of room
}
