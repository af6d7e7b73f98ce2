"""One throw-away machine, booted as often as its scenario says. Runs as the first process of namespaces of its own
(mount, process, network, host name, IPC): whatever happens to it, the kernel takes everything away with it."""
import base64
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import servers

HERE = Path(__file__).resolve().parent
INSTANCE_ID = 'i-0123456789abcdef0'
REPORTED_UNITS = ['ecs.service', 'docker.service', 'amazon-ssm-agent.service', 'cloud-final.service', 'ecs-bootstrap-guard.service']
REPORTED_SYSCTLS = ['net.core.somaxconn', 'net.ipv4.ip_local_port_range']
MASKED_UNITS = ['console-getty.service', 'getty@tty1.service', 'systemd-logind.service', 'cloud-init-hotplugd.socket', 'apt-daily.timer',
                'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'fstrim.timer', 'systemd-tmpfiles-clean.timer', 'dev-hugepages.mount']
BIGGEST_REPORTED_FILE = 200_000


def write(path, content, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)


def read_text(path):
    try:
        return path.read_text(errors='backslashreplace')
    except OSError:
        return None


class Machine:
    def __init__(self, scenario, folder, parts, work, cgroups):
        self.scenario, self.folder, self.parts, self.cgroups = scenario, folder, parts, cgroups
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=700', 'tmpfs', work], check=True)
        subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/run'], check=True)  # nspawn keeps state there
        self.work, self.root, disk = work, work / 'root', work / 'disk'
        disk.mkdir()
        size = f',size={scenario["diskMegabytes"]}m' if 'diskMegabytes' in scenario else ''
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'mode=755{size}', 'tmpfs', disk], check=True)
        self.upper = disk / 'upper'
        for layer in (self.root, self.upper, disk / 'work'):
            layer.mkdir()
        layers = f'lowerdir={parts.root},upperdir={self.upper},workdir={disk}/work'
        subprocess.run(['mount', '-t', 'overlay', 'overlay', '-o', layers, self.root], check=True)
        if size:  # the agent's stand-in writes down what it saw, full disk or not
            (self.root / 'var/lib/fake-agent').mkdir()
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', self.root / 'var/lib/fake-agent'], check=True)
        self.region = scenario.get('region', 'us-east-1')
        self.secrets_host = f'secretsmanager.{self.region}.amazonaws.com' + ('.cn' if self.region.startswith('cn-') else '')
        self.network()
        self.secrets_manager, self.credentials = None, {'AccessKeyId': 'AKIDTEST', 'SecretAccessKey': 'none', 'Token': 'none'}
        if scenario.get('secrets'):
            self.secrets_manager = servers.SecretsManager(parts.python, work, region=self.region, secrets=scenario['secrets'],
                                                          role_may_read=scenario.get('roleMayRead', True))
            self.certificate()
        self.furnish()
        if self.secrets_manager:
            self.credentials = self.secrets_manager.set_up()
        self.sysctls = {name: self.sysctl(name) for name in REPORTED_SYSCTLS + scenario.get('sysctls', [])}

    def in_root(self, *command, **options):
        return subprocess.run(['chroot', self.root, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={'PATH': '/usr/sbin:/usr/bin'}, **options)

    def network(self):
        self.in_root('ip', 'link', 'set', 'lo', 'up')
        for address in (servers.METADATA_ADDRESS, servers.SECRETS_ADDRESS):
            self.in_root('ip', 'address', 'add', f'{address}/32', 'dev', 'lo')

    def certificate(self):
        """A certificate for the real host name, by the authority that the root trusts; neither key is in the booted root."""
        host = self.secrets_host
        script = ('openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=boot-test -keyout /tmp/tls.key -out /tmp/tls.csr && '
                  f'printf "subjectAltName=DNS:{host}\\n" >/tmp/tls.ext && '
                  'openssl x509 -req -in /tmp/tls.csr -CA /boot/ca.crt -CAkey /boot/ca.key -CAcreateserial -days 30 -extfile /tmp/tls.ext -out /tmp/tls.crt')
        self.in_root('sh', '-c', script)
        for name in ('tls.key', 'tls.crt'):
            shutil.move(self.root / 'tmp' / name, self.work / name)
        for name in ('tmp/tls.csr', 'tmp/tls.ext', 'boot/ca.key', 'boot/ca.srl'):
            (self.root / name).unlink(missing_ok=True)

    def furnish(self):
        (self.root / 'boot/ca.key').unlink(missing_ok=True)
        shutil.copytree(HERE / 'node', self.root, dirs_exist_ok=True)
        units = self.root / 'etc/systemd/system'
        (units / 'multi-user.target.wants').mkdir(parents=True, exist_ok=True)
        for unit in ('ecs.service', 'docker.service', 'amazon-ssm-agent.service'):
            (units / 'multi-user.target.wants' / unit).symlink_to(f'/usr/lib/systemd/system/{unit}')
        for unit in MASKED_UNITS:
            (units / unit).unlink(missing_ok=True)
            (units / unit).symlink_to('/dev/null')
        (units / 'default.target').symlink_to('/usr/lib/systemd/system/multi-user.target')
        write(self.root / 'etc/machine-id', '')
        write(self.root / 'etc/fstab', '')
        write(self.root / 'etc/hosts', f'127.0.0.1 localhost\n{servers.SECRETS_ADDRESS} {self.secrets_host}\n')
        (self.root / 'var/log/journal').mkdir(parents=True, exist_ok=True)
        for name in self.scenario.get('remove', []):
            path = self.inside(name)
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name, file in self.scenario.get('files', {}).items():
            path = self.inside(name)
            write(path, file['content'], int(file.get('mode', '0644'), 8))

    def inside(self, name):
        path = self.root / name.lstrip('/')
        if not path.parent.resolve().is_relative_to(self.root):
            raise RuntimeError(f'{name} leads out of the machine')
        return path

    def sysctl(self, name):
        return read_text(Path('/proc/sys') / name.replace('.', '/'))

    def user_data(self):
        text = self.scenario['userData'] if 'userData' in self.scenario else (self.folder / self.scenario['userDataFile']).read_text()
        for pattern, replacement in self.scenario.get('substitute', []):
            text, times = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            if times == 0:
                raise RuntimeError(f'nothing in the user data matches {pattern!r}')
        return text.encode()

    def boot(self, number, plan):
        for name, value in self.sysctls.items():  # the network namespace outlives a boot, a kernel's parameters do not
            if value is not None and name.startswith('net.'):  # the others are the host's
                (Path('/proc/sys') / name.replace('.', '/')).write_text(value)
        faults = plan.get('faults', self.scenario.get('faults', {}))
        folder = self.work / f'boot-{number}'
        folder.mkdir()
        metadata = servers.Metadata(self.parts.metadata_mock, folder, user_data=self.user_data(), tags=plan.get('tags', self.scenario.get('tags')),
                                    region=self.region, instance_id=plan.get('instanceId', INSTANCE_ID), credentials=self.credentials,
                                    faults=faults.get('imds'))
        if self.secrets_manager:
            self.secrets_manager.listen(self.work / 'tls.crt', self.work / 'tls.key', faults.get('secretsmanager'))
        boot = Boot(self, folder, plan)
        try:
            report = boot.run()
        finally:
            boot.stop()
            requests = {'imds': metadata.stop(), 'secretsmanager': self.secrets_manager.close() if self.secrets_manager else []}
        report['requests'] = requests
        return report


class Boot:
    """From the start of systemd to the end of its last process."""

    def __init__(self, machine, folder, plan):
        self.machine, self.folder, self.plan = machine, folder, plan
        self.root = machine.root
        self.leader = None
        self.started = time.time()
        self.volatile = {}
        self.report = {'byHand': []}
        for record in (self.root / 'var/lib/fake-agent').glob('*'):
            shutil.rmtree(record)
        interval = '0.01' if machine.scenario.get('lookFor') else '0.04'  # looking closer costs a tenth of a core
        self.watch = subprocess.Popen([sys.executable, HERE / 'procwatch.py', folder / 'processes.json', interval], stdout=subprocess.PIPE)
        self.watch.stdout.readline()
        self.console = open(folder / 'console', 'wb')
        self.nspawn = subprocess.Popen(
            [*machine.parts.nspawn(), '--quiet', '--register=no', '--keep-unit', f'--network-namespace-path=/proc/{os.getpid()}/ns/net',
             '--machine=node', '-D', self.root, '--boot', '--console=read-only'],
            env={**os.environ, 'SYSTEMD_NSPAWN_API_VFS_WRITABLE': 'network', 'TERM': 'dumb'}, preexec_fn=self.enter_cgroups,
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT)

    def enter_cgroups(self):
        for cgroup in self.machine.cgroups:
            (Path(cgroup) / 'cgroup.procs').write_text('0')

    # What can be seen of the running machine.

    def alive(self):
        return self.nspawn.poll() is None

    def find_leader(self):
        """systemd is the process that is number 1 one namespace further down."""
        for status in Path('/proc').glob('[0-9]*/status'):
            text = read_text(status) or ''
            if re.search(r'^NSpid:\t\d+\t1$', text, re.MULTILINE):
                return int(status.parent.name)
        return None

    def live(self, path):
        return Path(f'/proc/{self.leader}/root') / path.lstrip('/')

    def agent_starts(self):
        return sorted(record.parent for record in (self.root / 'var/lib/fake-agent').glob('*/complete'))

    def cloud_init_over(self):
        return self.leader is not None and self.live('/run/cloud-init/result.json').exists()

    def script_processes(self):
        found = []
        for process in Path('/proc').glob('[0-9]*/cmdline'):
            words = (read_text(process) or '').split('\0')
            if len(words) > 1 and '/instance/scripts/' in ''.join(words[:3]):
                found.append(int(process.parent.name))
        return sorted(found)

    def happened(self, when):
        if 'after' in when:
            return time.time() - self.started >= when['after']
        if 'file' in when:
            return self.leader is not None and self.live(when['file']).exists()
        return {'agent': lambda: bool(self.agent_starts()), 'cloud-init': self.cloud_init_over,
                'script': lambda: bool(self.script_processes()), 'settled': self.settled}[when['event']]()

    def settled(self):
        return self.cloud_init_over() and bool(self.agent_starts())

    # What is done to it.

    def inside(self, *command):
        return subprocess.run(['nsenter', '-t', str(self.leader), '-m', '-u', '-i', '-n', '-p', '-r', '-w', *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='backslashreplace', timeout=120,
                              env={'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'})

    def act(self, step):
        action = step['action']
        if action == 'kill-script':  # the script itself, not what it runs
            os.kill(self.script_processes()[0], signal.SIGKILL)
        elif action == 'crash':
            os.kill(self.leader, signal.SIGKILL)
        elif action in ('reboot', 'poweroff'):  # systemd's own signals for these
            os.kill(self.leader, signal.SIGRTMIN + (5 if action == 'reboot' else 4))
        elif action in ('run', 'script-by-hand'):
            command = step['command'] if action == 'run' else 'for script in /var/lib/cloud/instance/scripts/*; do "$script" || exit; done'
            done = self.inside('/bin/bash', '-c', command)
            self.report['byHand'].append({'command': command, 'status': done.returncode, 'output': done.stdout})
        else:
            raise RuntimeError(f'unknown action {action!r}')
        return action in ('crash', 'reboot', 'poweroff')

    def run(self):
        limit = self.started + self.plan.get('limitSeconds', 150)
        to_do, settle = list(self.plan.get('do', [])), self.plan.get('settleSeconds', 1.0)
        ending, settled_at, looked = None, None, False
        while self.alive():
            if self.leader is None:
                self.leader = self.find_leader()
            if self.cloud_init_over() and not looked:
                looked = True
                self.look_at_volatile_files()
            if not to_do and ending is None and self.settled():
                settled_at = settled_at or time.time()
                if time.time() - settled_at >= settle:
                    self.look_while_running()
                    ending = self.plan.get('end', 'crash')
                    self.act({'action': ending})
            if to_do and self.leader is not None and self.happened(to_do[0]['when']):
                step = to_do.pop(0)
                if self.act(step):
                    ending = step['action']
                settled_at = None
            if time.time() > limit:
                if ending is None:
                    self.look_while_running()
                ending = 'limit'
                break
            time.sleep(0.03)
        ended = time.time()
        self.stop()
        self.report.update({
            'durationSeconds': round(ended - self.started, 2),
            'end': ending or {0: 'powered-off', 133: 'rebooted'}.get(self.nspawn.returncode, f'nspawn status {self.nspawn.returncode}'),
            'poweredOff': ending is None and self.nspawn.returncode == 0,
            'notDone': to_do,
        })
        self.look_at_what_is_left()
        return self.report

    def stop(self):
        if self.alive() and self.leader:
            try:
                os.kill(self.leader, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            self.nspawn.wait(20 if self.leader else 0.1)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
        if self.watch.poll() is None:
            self.watch.terminate()
            self.watch.wait()
        self.console.close()

    # What is written down about it.

    def look_at_volatile_files(self):
        """/run, /tmp and /dev/shm go away with the machine."""
        files = {}
        for folder in ('/run', '/tmp', '/dev/shm'):
            files.update(describe_tree(self.live(folder), folder, skip=('/run/systemd', '/run/udev', '/run/log')))
        self.volatile = files

    def look_while_running(self):
        if self.leader is None:
            return
        self.look_at_volatile_files()
        self.report['sysctls'] = {name: (self.machine.sysctl(name) or '').strip().replace('\t', ' ') for name in self.machine.sysctls}
        try:
            shown = self.inside('systemctl', 'show', '--no-pager', *REPORTED_UNITS).stdout
            self.report['tools'] = {tool: self.inside('/bin/bash', '-c', f'command -v {tool}').stdout.strip() for tool in ('aws', 'jq')}
        except subprocess.TimeoutExpired:
            return
        units = {}
        for block in shown.split('\n\n'):
            properties = dict(line.split('=', 1) for line in block.splitlines() if '=' in line)
            units[properties.get('Id', '?')] = properties
        self.report['units'] = units

    def look_at_what_is_left(self):
        watched = json.loads((self.folder / 'processes.json').read_text())
        console = (self.folder / 'console').read_bytes().decode(errors='backslashreplace')
        journal = self.machine.in_root('journalctl', '--directory=/var/log/journal', '--no-pager', '--quiet', '--output=short-precise',
                                       f'--since=@{self.started:.3f}').stdout.decode(errors='backslashreplace')
        agents = []
        for record in self.agent_starts():
            variables = dict(pair.split('=', 1) for pair in record.joinpath('environment').read_text(errors='backslashreplace').split('\0') if '=' in pair)
            agents.append({'time': float(record.name), 'environment': variables, 'config': record.joinpath('ecs.config').read_text(errors='backslashreplace')})
        changed = describe_tree(self.machine.upper, '', skip=('/var/log/journal', '/var/lib/fake-agent', '/var/lib/systemd', '/var/cache'))
        self.report.update({
            'agent': {'started': bool(agents), 'starts': agents},
            'console': re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]', '', console).replace('\r\n', '\n'),
            'journal': journal,
            'cloudInit': {
                'result': (self.volatile.get('/run/cloud-init/result.json') or {}).get('content'),
                'output': read_text(self.root / 'var/log/cloud-init-output.log'),
                'log': read_text(self.root / 'var/log/cloud-init.log'),
            },
            'files': {**changed, **self.volatile},
            'processes': watched['processes'],
            'environment': watched['environment'],
            'found': self.look_for(self.machine.scenario.get('lookFor', []), watched['processes'], watched['environment']),
            'events': self.events(watched['processes'], agents),
        })

    def look_for(self, needles, processes, environment):
        """Where each of these strings is to be found, in whatever the boot has left or shown."""
        journal = self.machine.in_root('journalctl', '--directory=/var/log/journal', '--no-pager', '--quiet', '--all', '--output=export').stdout
        places = {'console': (self.folder / 'console').read_bytes(), 'journal': journal}
        for folder, _, names in os.walk(self.machine.upper):
            for path in (Path(folder) / name for name in names):
                if path.is_file() and not path.is_symlink() and not re.search('/var/(log/journal|lib/fake-agent)/', str(path)):
                    places[f'file {str(path)[len(str(self.machine.upper)):]}'] = path.read_bytes()
        for path, file in self.volatile.items():
            places[f'file {path}'] = file.get('content', '').encode() or base64.b64decode(file.get('base64', ''))
        for process in processes:
            key = f'arguments in {process["unit"]}'
            places[key] = places.get(key, b'') + '\0'.join(process['arguments']).encode() + b'\n'
        for string, units in environment.items():
            for unit in units:
                key = f'environment in {unit}'
                places[key] = places.get(key, b'') + string.encode() + b'\n'
        return {needle: sorted(place for place, content in places.items() if needle.encode() in content) for needle in needles}

    def events(self, processes, agents):
        """In order: what happened when, as far as it can be seen from outside."""
        events = [{'time': agent['time'], 'what': 'ecs.service started'} for agent in agents]
        scripts = [process for process in processes if len(process['arguments']) > 1 and '/instance/scripts/' in process['arguments'][1]]
        if scripts:
            events.append({'time': min(process['firstSeen'] for process in scripts), 'what': 'script started'})
            events.append({'time': max(process['lastSeen'] for process in scripts), 'what': 'script last seen'})
        for file in (self.root / 'var/lib/cloud/instances').glob('*/ecs-*'):
            if file.stat().st_mtime >= self.started:
                events.append({'time': file.stat().st_mtime, 'what': f'{file.name} written'})
        return sorted(({'time': round(event['time'] - self.started, 3), 'what': event['what']} for event in events), key=lambda event: event['time'])


def describe_tree(base, prefix, skip):
    """Every file below base, as {path in the machine: {type, mode, owner, size, content}}."""
    described = {}
    for folder, folders, names in os.walk(base):
        inside = prefix + folder[len(str(base)):]
        folders[:] = [name for name in folders if f'{inside}/{name}' not in skip and not os.path.ismount(os.path.join(folder, name))]
        for name in [*folders, *names]:
            try:
                described[f'{inside}/{name}'] = describe(Path(folder) / name)
            except OSError:
                pass  # gone meanwhile
    return described


def describe(path):
    status = path.lstat()
    kind = {stat.S_IFREG: 'file', stat.S_IFDIR: 'folder', stat.S_IFLNK: 'link'}.get(stat.S_IFMT(status.st_mode), 'other')
    described = {'type': kind, 'mode': f'{stat.S_IMODE(status.st_mode):04o}', 'owner': f'{status.st_uid}:{status.st_gid}', 'size': status.st_size,
                 'time': status.st_mtime}
    if kind == 'link':
        described['target'] = os.readlink(path)
    if kind == 'file' and status.st_size <= BIGGEST_REPORTED_FILE:
        content = path.read_bytes()
        try:
            described['content'] = content.decode()
        except UnicodeDecodeError:
            described['base64'] = base64.b64encode(content).decode()
    return described


def main(scenario_file, result_file, work, parts, cgroups):
    scenario = json.loads(Path(scenario_file).read_text())
    machine = Machine(scenario, Path(scenario_file).parent, parts, Path(work), cgroups)
    boots = [machine.boot(number, plan) for number, plan in enumerate(scenario.get('boots', [{}]))]
    Path(result_file).write_text(json.dumps({'scenario': scenario.get('name'), 'boots': boots}, indent=1))
