"""What a boot needs and a machine does not have: fetched once, kept in .cache/boot, never installed on the host.

Each part is built beside its place and renamed into it, so an interrupted set-up leaves nothing that looks finished.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / '.cache' / 'boot'
UV = HERE.parents[1] / 'helpers' / 'uv' / 'requirements.txt'  # installs packages in a twentieth of pip's time

# Of the ECS-optimized AMI's tools only these are in the root: no jq, no AWS CLI.
PACKAGES = ['usr-is-merged', 'systemd', 'systemd-sysv', 'systemd-container', 'cloud-init', 'python3', 'curl', 'iproute2',
            'ca-certificates', 'openssl', 'procps']
METADATA_MOCK = 'github.com/aws/amazon-ec2-metadata-mock/cmd/ec2-metadata-mock@v1.13.0'


def say(text):
    print(f'boot: {text}', file=sys.stderr, flush=True)


class Provisioned:
    """Where the parts are, after ensure()."""

    def __init__(self, root, moto, metadata_mock):
        self.root = root                    # a clean Debian with systemd and cloud-init; only ever a lower layer
        self.python = moto / 'bin' / 'python'
        self.metadata_mock = metadata_mock / 'ec2-metadata-mock'

    def nspawn(self):
        """systemd-nspawn out of the root, with the root's own libraries: nothing of the host's is used."""
        loader = next((self.root / 'usr').glob('lib*/ld-linux-*.so.*'), None) or next((self.root / 'usr/lib').glob('*/ld-linux-*.so.*'))
        libraries = next((self.root / 'usr/lib').glob('*-linux-gnu*'))
        return [str(loader), '--library-path', f'{libraries}:{libraries}/systemd', str(self.root / 'usr/bin/systemd-nspawn')]


def digest(*parts):
    return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:12]


def run(command, **options):
    """Runs a quiet command that ends with this process; what it printed is shown only if it fails."""
    result = subprocess.run(['setpriv', '--pdeathsig', 'KILL', *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', **options)
    if result.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, command[:4]))} … ended with status {result.returncode}:\n{result.stdout[-3000:]}')
    return result.stdout


def apt_configuration(work):
    """An apt of its own: the host's sources and keys, but no state, cache, hook or installed package of the host."""
    etc = work / 'apt/etc'
    for folder in ('apt.conf.d', 'preferences.d'):
        (etc / folder).mkdir(parents=True)
    for folder in ('state/lists/partial', 'cache/archives/partial'):
        (work / 'apt' / folder).mkdir(parents=True)
    (work / 'apt/status').touch()
    host = Path('/etc/apt')
    for name in ('sources.list', 'sources.list.d', 'trusted.gpg', 'trusted.gpg.d', 'auth.conf', 'auth.conf.d'):
        source = host / name
        if source.is_dir():
            shutil.copytree(source, etc / name, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, etc / name)
    for source in sorted((host / 'apt.conf.d').glob('*')) if (host / 'apt.conf.d').is_dir() else []:
        text = source.read_text(errors='replace')
        if not any(word in text for word in ('Invoke', 'Pre-Install', 'IndexTargets')):  # hooks and desktop indexes
            shutil.copy(source, etc / 'apt.conf.d')
    configuration = work / 'apt.conf'
    configuration.write_text(
        f'Dir::Etc "{etc}";\nDir::State "{work}/apt/state";\nDir::State::status "{work}/apt/status";\nDir::Cache "{work}/apt/cache";\n'
        'APT::Sandbox::User "root";\nAcquire::Languages "none";\nAcquire::Retries "3";\n')
    return configuration


# Runs in mount, process and network namespaces of its own; the host's kernel parameters are read-only in there.
CONFIGURE = r'''
set -e
mount --make-rprivate /
cd "$1"
mount -t proc proc proc; mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys
mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs dev
for n in null zero full random urandom; do : >dev/$n; mount --bind /dev/$n dev/$n; done
mkdir debs; mount --bind "$2" debs
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d; chmod +x usr/sbin/policy-rc.d
in_root() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot . "$@"; }
in_root sh -c 'dpkg --force-unsafe-io --force-depends --force-confnew --install debs/*.deb'
in_root openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Boot test CA' \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' -keyout /boot/ca.key -out /boot/ca.crt
cp boot/ca.crt usr/local/share/ca-certificates/boot-test.crt
in_root update-ca-certificates
rm -f usr/sbin/policy-rc.d etc/machine-id var/lib/dbus/machine-id
umount debs; rmdir debs
'''

PATCHES = {
    # Debian's unit waits for multi-user.target, Amazon's does not; with Debian's the agent would start before the user data.
    'usr/lib/systemd/system/cloud-final.service': ('After=multi-user.target\n', ''),
    # A container has no /sys/hypervisor; this is where cloud-init looks for "this is EC2", and so speaks IMDSv2.
    'usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py': ('"/sys/hypervisor/uuid"', '"/etc/cloud/hypervisor-uuid"'),
}


def build_root(target):
    say('fetching a clean Debian with systemd and cloud-init (about 60 MB)')
    work = target.with_name(target.name + '.work')
    shutil.rmtree(work, ignore_errors=True)
    try:
        environment = {**os.environ, 'APT_CONFIG': str(apt_configuration(work)), 'DEBIAN_FRONTEND': 'noninteractive'}
        run(['apt-get', 'update'], env=environment)
        run(['apt-get', 'install', '--yes', '--no-install-recommends', '--download-only', '?essential', *PACKAGES], env=environment)
        say('unpacking and configuring it')
        (target / 'usr').mkdir(parents=True)
        for name in ('bin', 'sbin', 'lib', 'lib64'):
            (target / 'usr' / name).mkdir()
            (target / name).symlink_to(f'usr/{name}')
        archives = work / 'apt/cache/archives'
        for package in sorted(archives.glob('*.deb')):
            with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', package], stdout=subprocess.PIPE) as unpacked:
                subprocess.run(['tar', '-x', '-C', target, '--keep-directory-symlink'], stdin=unpacked.stdout, check=True)
            if unpacked.returncode != 0:
                raise RuntimeError(f'{package.name} could not be unpacked')
        for name in ('status', 'available'):
            (target / 'var/lib/dpkg').mkdir(parents=True, exist_ok=True)
            (target / 'var/lib/dpkg' / name).touch()
        run(['unshare', '--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', 'bash', '-c', CONFIGURE, 'configure', target, archives])
        for name, (old, new) in PATCHES.items():
            text = (target / name).read_text()
            if old not in text:
                raise RuntimeError(f'{name} is not as expected: {old.strip()!r} is missing')
            (target / name).write_text(text.replace(old, new))
        (target / 'usr/bin/sh').unlink()
        (target / 'usr/bin/sh').symlink_to('bash')  # as on Amazon Linux
    finally:
        shutil.rmtree(work, ignore_errors=True)


def build_moto(target):
    say('installing moto, the Secrets Manager of the tests')
    run([sys.executable, '-m', 'venv', target])
    python = target / 'bin/python'
    run([python, '-m', 'pip', 'install', '--quiet', '--no-compile', '--no-deps', '-r', UV])
    run([target / 'bin/uv', 'pip', 'install', '--quiet', '--no-config', '--no-cache', '--no-deps', '--python', python, '-r', HERE / 'requirements.txt'])
    run([target / 'bin/python', '-m', 'moto.server', '--help'])


def build_metadata_mock(target):
    say('building the EC2 metadata mock')
    run(['go', 'install', METADATA_MOCK], env={**os.environ, 'GOBIN': str(target), 'GOFLAGS': '-buildvcs=false'})


PARTS = {
    'root': (build_root, digest(CONFIGURE, str(PATCHES), *PACKAGES, 'sh=bash')),
    'moto': (build_moto, digest((HERE / 'requirements.txt').read_text(), sys.version)),
    'metadata-mock': (build_metadata_mock, digest(METADATA_MOCK)),
}


@contextlib.contextmanager
def locked(name, how):
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / name, 'w') as lock:
        fcntl.flock(lock, how)
        yield


def ensure():
    places = {name: CACHE / f'{name}-{version}' for name, (_, version) in PARTS.items()}
    if not all(place.exists() for place in places.values()):
        with locked('lock', fcntl.LOCK_EX):
            build_missing(places)
    return Provisioned(places['root'], places['moto'], places['metadata-mock'])


def build_missing(places):
    started = time.monotonic()
    failures = {}

    def build(name, place):
        try:
            unfinished = place.with_name(place.name + '.unfinished')
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            PARTS[name][0](unfinished)
            unfinished.rename(place)
            say(f'{name} is ready ({time.monotonic() - started:.0f} s)')
        except Exception as error:
            failures[name] = error

    missing = {name: place for name, place in places.items() if not place.exists()}
    threads = [threading.Thread(target=build, args=item) for item in missing.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError('\n'.join(f'{name} could not be set up: {error}' for name, error in failures.items()))
    for name in missing:  # what older recipes made
        for old in CACHE.glob(f'{name}-*'):
            if old != places[name]:
                shutil.rmtree(old, ignore_errors=True)
