#!/usr/bin/env python3
"""Boots a user data for real in a throw-away machine and says what came of it.

  boot.py doctor                    one line: whether a boot is possible here, and if not, why
  boot.py setup                     fetches what a boot needs into .cache/boot, once
  boot.py run SCENARIO.json OUT.json

test/boot/README.md has the formats.
"""
import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True  # the work tree stays as it is
import provision  # noqa: E402

UNSHARE = ['unshare', '--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
CGROUP_PREFIX = 'cdk-boot-'


def doctor():
    """None, or why no boot is possible on this machine."""
    if sys.platform != 'linux':
        return f'it needs Linux, this is {sys.platform}'
    if os.geteuid() != 0:
        return 'it needs root'
    missing = [tool for tool in ('unshare', 'nsenter', 'mount', 'chroot', 'apt-get', 'dpkg-deb', 'tar', 'go') if shutil.which(tool) is None]
    if missing:
        return f'it needs a Debian-like machine with {", ".join(missing)}'
    trial = ('cd "$1" && mount -t tmpfs tmpfs . && mkdir l u w m && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m && touch m/x && '
             'test -e u/x && mount -t proc proc l')
    with tempfile.TemporaryDirectory() as place:
        tried = subprocess.run([*UNSHARE, 'sh', '-c', trial, 'trial', place], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if tried.returncode != 0:
        return f'it needs namespaces and overlay mounts: {tried.stdout.strip().splitlines()[-1] if tried.stdout.strip() else "refused"}'
    if not cgroup_mounts():
        return 'it needs a cgroup file system'
    return None


def cgroup_mounts():
    """The hierarchies by which systemd tells processes apart; containers side by side must not share a group in them."""
    found = []
    for line in Path('/proc/self/mountinfo').read_text().splitlines():
        place, (kind, options) = line.split()[4], (line.split(' - ')[1].split()[0], line)
        if kind == 'cgroup2' or (kind == 'cgroup' and 'name=systemd' in options):
            found.append(Path(place))
    return list(dict.fromkeys(found))


def make_cgroups():
    made = []
    name = f'{CGROUP_PREFIX}{os.getpid()}-{secrets.token_hex(3)}'  # one name: nspawn repeats it from one hierarchy in the other
    for mount in cgroup_mounts():
        group = mount / name
        try:
            group.mkdir()
            made.append(group)
        except OSError:
            if not made and mount == cgroup_mounts()[-1]:
                raise
    return made


def remove_cgroup(group):
    for folder, folders, _ in os.walk(group, topdown=False):
        for name in folders:
            try_rmdir(os.path.join(folder, name))
    try_rmdir(group)


def try_rmdir(folder):
    for _ in range(20):
        try:
            os.rmdir(folder)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)  # its last process is still going


def sweep_cgroups():
    """Those of runs that were killed before they could tidy up."""
    for mount in cgroup_mounts():
        for group in mount.glob(CGROUP_PREFIX + '*'):
            owner = group.name[len(CGROUP_PREFIX):].split('-')[0]
            if not os.path.exists(f'/proc/{owner}'):
                remove_cgroup(group)


def die_with_parent(signal_number):
    ctypes.CDLL(None).prctl(1, signal_number)  # PR_SET_PDEATHSIG


def run(scenario_file, result_file):
    """Runs one scenario; several may run side by side."""
    reason = doctor()
    if reason:
        raise RuntimeError(f'no boot is possible here: {reason}')
    parts = provision.ensure()
    sweep_cgroups()
    cgroups = make_cgroups()
    work = provision.CACHE / 'machine'  # an empty folder: each machine mounts its own disk there, seen by itself alone
    work.mkdir(exist_ok=True)
    try:
        inside = [sys.executable, str(HERE / 'boot.py'), 'inside', os.path.abspath(scenario_file), os.path.abspath(result_file), str(work), *map(str, cgroups)]
        done = subprocess.run([*UNSHARE, *inside], stdin=subprocess.DEVNULL, preexec_fn=lambda: die_with_parent(signal.SIGKILL))
        if done.returncode != 0:
            raise RuntimeError(f'the machine of {scenario_file} could not be run (status {done.returncode})')
    finally:
        for group in cgroups:
            remove_cgroup(group)


def terminate(*_):
    raise SystemExit(143)


def main(arguments):
    if arguments == ['doctor']:
        reason = doctor()
        print(f'no boot is possible here: {reason}' if reason else 'a boot is possible here')
        return 1 if reason else 0
    if arguments == ['setup']:
        provision.ensure()
        return 0
    if len(arguments) == 3 and arguments[0] == 'run':
        die_with_parent(signal.SIGTERM)
        signal.signal(signal.SIGTERM, terminate)
        try:
            run(arguments[1], arguments[2])
        except RuntimeError as error:
            print(f'boot: {error}', file=sys.stderr)
            return 1
        return 0
    if len(arguments) >= 4 and arguments[0] == 'inside':
        import machine
        machine.main(arguments[1], arguments[2], arguments[3], provision.ensure(), arguments[4:])
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
