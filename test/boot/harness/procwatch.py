"""Looks at every process of the container again and again, and on SIGTERM writes down whom it saw: argument lists, when, and each
string of their environments, with the unit that they belong to. What lives shorter than one look can be missed."""
import json
import os
import signal
import sys
import time


def read(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError:
        return b''


def unit_of(cgroup):
    """The container's systemd keeps each unit's processes in a group named after it."""
    for line in cgroup.decode(errors='replace').splitlines():
        if line.startswith('0::') or ':name=systemd:' in line:
            name = line.rsplit('/', 1)[1]
            if name:
                return name
    return ''


def main(result_file, interval):
    own = set(os.listdir('/proc'))
    seen, environment, running = {}, {}, True

    def stop(*_):
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    print('watching', flush=True)
    while running:
        now = time.time()
        for pid in os.listdir('/proc'):
            if not pid.isdigit() or pid in own:
                continue
            arguments = read(f'/proc/{pid}/cmdline')
            if not arguments:
                continue
            process = seen.get((pid, arguments))
            if process:
                process['lastSeen'] = now
            else:
                unit = unit_of(read(f'/proc/{pid}/cgroup'))
                for string in read(f'/proc/{pid}/environ').split(b'\0'):
                    environment.setdefault(string, set()).add(unit)
                words = [word.decode(errors='backslashreplace') for word in arguments.rstrip(b'\0').split(b'\0')]
                seen[pid, arguments] = {'pid': int(pid), 'unit': unit, 'arguments': words, 'firstSeen': now, 'lastSeen': now}
        time.sleep(interval)
    with open(result_file, 'w') as file:
        strings = {string.decode(errors='backslashreplace'): sorted(units) for string, units in environment.items() if string}
        json.dump({'processes': list(seen.values()), 'environment': strings}, file)


main(sys.argv[1], float(sys.argv[2]))
