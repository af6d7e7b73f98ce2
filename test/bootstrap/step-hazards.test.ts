import * as fc from 'fast-check';
import { hazardsOf } from '../../src/bootstrap/private/step-hazards';

const kinds = (command: string) => [...new Set(hazardsOf(command).map(({ kind }) => kind))];

describe('a command that ends the boot is found', () => {
  test.each([
    'reboot',
    '/sbin/reboot',
    '/usr/sbin/shutdown -r now',
    'shutdown -h +1',
    'poweroff -f',
    'halt',
    'init 6',
    'telinit 0',
    'systemctl reboot',
    'systemctl --no-wall -i reboot',
    'systemctl start reboot.target',
    'systemctl isolate rescue.target',
    'systemctl kexec',
    'kexec -e',
    'echo b >/proc/sysrq-trigger',
    'echo b | sudo tee /proc/sysrq-trigger',
    'cloud-init clean --logs',
    'systemctl stop cloud-final',
    'systemctl restart cloud-init.service',
    'pkill -f cloud-init',
    'rm -rf /var/lib/cloud/instances/*',
    'systemctl mask ecs',
    // behind other programs
    'sudo reboot',
    'sudo -n -u root -- /sbin/reboot',
    'env A=1 B=2 reboot',
    'A=1 reboot',
    'nohup reboot &',
    'nice -n 5 reboot',
    'command reboot',
    'exec reboot',
    'timeout 60 reboot',
    'flock /run/lock reboot',
    'systemd-run reboot',
    "bash -c 'reboot'",
    'bash -lc "dnf -y update && reboot"',
    "sudo sh -ec 'sleep 1; reboot'",
    "su - root -c 'reboot'",
    'eval "reboot"',
    'trap reboot EXIT',
    // among others
    'dnf -y update && reboot',
    'needs-restarting -r || reboot',
    'true; reboot',
    'echo y | reboot',
    '(sleep 10; reboot) &',
    '{ reboot; }',
    'if [ -f /run/reboot-required ]; then reboot; fi',
    'case "$1" in a) reboot ;; esac',
    'for i in 1 2; do reboot; done',
    'while read -r l; do reboot; done <list',
    'finish() { reboot; }\nfinish',
    'x=$(reboot)',
    'echo "`reboot`"',
    'echo "$(systemctl reboot)"',
    're"boo"t',
    "'reboot'",
    're\\boot',
    'reb\\\noot',
    'echo a # b\nreboot',
    'cat <<EOF\nhello\nEOF\nreboot',
    'cat <<-EOF && reboot\n\thello\n\tEOF',
    '[[ -f /a && -d /b ]] && reboot',
    '((1 > 0)) && reboot',
    'a=(x y); reboot',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's
    'echo ${a:-"}"} $((1+(2*3))); reboot',
    'time reboot',
    '! reboot',
  ])('%s', (command) => {
    expect(kinds(command)).toEqual(['endsBoot']);
  });
});

describe('a command that never ends is found', () => {
  test.each([
    'while true; do sleep 5; done',
    'while :\ndo\n  date\ndone',
    'while [ 1 ]; do sleep 1; done',
    'while [[ 1 ]]; do sleep 1; done',
    'while ((1)); do sleep 1; done',
    'until false; do sleep 1; done',
    'for ((;;)); do sleep 1; done',
    'while sleep 5; do date; done',
    'if true; then while true; do date; done; fi',
    'watchdog() { while true; do date; done; }\nwatchdog',
    'while true; do date; done | logger',
    'tail -f /var/log/messages',
    'tail -F -n0 /var/log/messages',
    'tail -n 100 --follow=name /a',
    'sudo tail -fn0 /a | logger',
    'sleep infinity',
    'exec sleep infinity',
    'sleep 1h',
    'sleep 10m 5m',
    'journalctl -fu docker',
    'journalctl -u docker --follow',
    'dmesg -w',
    'docker logs -f app',
    'docker compose up',
    'docker events',
    'watch -n1 date',
    'ping 10.0.0.1',
    'yes',
    'inotifywait -m /etc',
    'cloud-init status --wait',
    'systemctl is-system-running --wait',
    'systemctl start multi-user.target',
    'systemctl restart cloud-final --job-mode=fail; true',
    "bash -c 'while true; do date; done'",
    'nohup sleep infinity',
    'x=$(tail -f /a)',
  ])('%s', (command) => {
    expect(kinds(command)).toContain('neverEnds');
  });
});

describe('a command that starts the agent is found', () => {
  test.each([
    'docker run -d --name ecs-agent amazon/amazon-ecs-agent:latest',
    'docker run public.ecr.aws/ecs/amazon-ecs-agent:latest',
    'docker start ecs-agent',
    'start ecs',
    'sudo initctl start ecs',
    '/usr/libexec/amazon-ecs-init start',
  ])('%s', (command) => {
    expect(kinds(command)).toEqual(['startsAgent']);
  });

  test.each([
    'systemctl start ecs',
    'systemctl --quiet restart ecs.service',
    'systemctl enable --now ecs',
    'sudo systemctl enable docker ecs --now',
    'service ecs start',
    'sudo service ecs restart',
    '/etc/init.d/ecs start',
    'env A=1 systemctl start ecs',
    'true && systemctl start ecs || true',
    '(systemctl start ecs)',
    "bash -c 'systemctl start ecs'",
    'if true; then systemctl start ecs; fi',
    'timeout 60 systemctl start ecs',
  ])('%s, which waits for it', (command) => {
    expect(kinds(command)).toEqual(['waitsForAgent']);
  });
});

describe('an exit that is always reached is found', () => {
  test.each([
    ['exit 1', ['fails']],
    ['echo no\nexit 3', ['fails']],
    ['exit 0; echo never', ['exits']],
    ['exit\necho never', ['exits']],
    ['[ -f /a ] || exit 1\nexit 0\necho never', ['exits']],
  ])('%s', (command, found) => {
    expect(kinds(command)).toEqual(found);
  });
});

describe('a text that bash reads in another way than it looks is found', () => {
  test.each([
    'cat >/etc/motd <<EOF\nhello\n  EOF\nsystemctl restart x',
    'cat <<-EOF\n    hello\n    EOF',
    'dnf\u00a0-y install jq',
    '\u200bdnf -y install jq',
  ])('%j', (command) => {
    expect(kinds(command)).toEqual(['text']);
  });
});

describe('is no hit', () => {
  test.each([
    '',
    'echo reboot',
    'printf "%s\\n" reboot',
    'logger "reboot now"',
    'grep reboot /var/log/messages',
    'echo "systemctl start ecs"',
    "echo 'while true; do :; done'",
    '# reboot',
    'true # reboot',
    'echo a#b; # reboot\ntrue',
    "cat >/etc/cron.d/x <<'EOF'\nreboot\nsystemctl start ecs\nwhile true; do :; done\nEOF",
    'cat <<EOF\n$(reboot)\nEOF',
    'bash <<EOF\nreboot\nEOF',
    'cat <<EOF >a; cat <<EOT >b\nreboot\nEOF\nreboot\nEOT',
    "sed -i 's/reboot/halt/' /etc/x",
    'touch /run/reboot',
    'rm -f /tmp/shutdown',
    'command -v reboot',
    'type reboot',
    'man reboot',
    'which shutdown && echo yes',
    './reboot',
    '/opt/app/bin/shutdown',
    'aws ec2 reboot-instances --instance-ids i-1',
    'shutdown -c',
    'shutdown -h +480',
    'shutdown -P 22:00',
    'reboot --help',
    'systemctl enable reboot-notifier',
    'systemctl status reboot.target',
    'systemctl cat ecs',
    'ssh backup reboot',
    'docker exec app reboot',
    'chroot /mnt reboot',
    'systemd-run --on-active=1h reboot',
    'reboot() { :; }\nreboot',
    'systemctl restart docker',
    'systemctl start --no-block ecs',
    'systemctl --no-block restart ecs.service',
    'systemctl start ecs-exporter',
    'systemctl status ecs',
    'systemctl is-active ecs || true',
    'systemctl stop ecs',
    'systemctl restart ecs &',
    '(systemctl restart ecs) &',
    'systemctl enable ecs',
    'systemctl start amazon-cloudwatch-agent',
    'docker pull amazon/amazon-ecs-agent',
    'docker run --rm busybox true',
    'docker compose up -d',
    'docker logs app',
    'while true; do sleep 5; done &',
    'while true; do curl -fs x && break; sleep 5; done',
    'while true; do curl -fs x && exit 0; sleep 5; done',
    'while ! curl -fs http://localhost; do sleep 1; done',
    'until docker info; do sleep 1; done',
    'until [ -S /run/docker.sock ]; do sleep 1; done',
    'while read -r line; do echo "$line"; done </etc/hosts',
    'for i in 1 2 3; do sleep 1; done',
    'for ((i = 0; i < 3; i++)); do sleep 1; done',
    'nohup bash -c "while true; do date; done" >/dev/null 2>&1 &',
    'watchdog() { while true; do date; done; }\nwatchdog &',
    'setsid -f tail -f /a',
    'systemd-run tail -f /a',
    'timeout 60 tail -f /a',
    'timeout 5m bash -c "until docker info; do sleep 1; done"',
    'timeout 60 bash -c "while true; do date; done"',
    'tail -f /a | grep -q ready',
    'tail -f /a | sed /ready/q',
    'tail -f --pid=$! /a',
    'tail -n 5 /a',
    'head -n1 < <(tail -f /a)',
    'yes | cfdisk /dev/x',
    'ping -c 3 10.0.0.1',
    'sleep 30',
    'sleep "$SECONDS_TO_WAIT"',
    'journalctl -u docker --no-pager -n 50',
    'journalctl -ufluentd',
    'dmesg -T',
    'cloud-init status',
    'cloud-init query ds',
    '[ -f /a ] || exit 1',
    'if ! true; then exit 1; fi',
    'exit 0',
    'exit',
    'for i in 1 2 3; do try && exit 0; done\nexit 1',
    'fail() { echo "$1"; exit 1; }\ntrue || fail no',
    'exec >/var/log/user-data.log 2>&1\ntrue',
    'exec > >(tee /var/log/user-data.log | logger -t user-data) 2>&1',
    'set -euo pipefail\ncd /opt && ./install.sh || { echo no; exit 1; }',
    "awk '{ if ($1 > 3) print }' /etc/hosts",
    'echo "a\u00a0b"',
    'cat <<EOF\na\u00a0b\nEOF',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's
    'echo $$ $? $! $- $# $@ $* "${a[@]}" ${#a} ${a%/*} ${a//\\/ /}',
    'echo "unfinished',
    'if then',
    'a=b',
    '>/etc/empty',
    'echo {a,b} *.txt [ab] ~',
    'shopt -s extglob; rm -f !(a|b)',
    'case x in (a|b) echo 1;; *) echo 2 ;; esac',
    'select x in a b; do break; done',
    'cat <<< "reboot"',
    'diff <(echo reboot) <(true)',
    'echo $\'re\\x62oot\' $"reboot"',
    'coproc tail -f /a',
    'if [ $# -gt 0 ]; then echo "$1"; elif true; then :; else :; fi',
  ])('%j', (command) => {
    expect(kinds(command)).toEqual([]);
  });
});

test('any text is looked at, and no text is too deep or too long', () => {
  const piece = fc.constantFrom(
    ...'$(|`|)|{|}|((|))|[[|]]|if |then |fi|case |esac|in |;;|while |do |done|<<EOF|EOF|\n|;|&|&&|"|\'|\\|a|=|#| '.split(
      '|',
    ),
    '|',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.string(), (pieces, text) => {
      hazardsOf(pieces.join(''));
      hazardsOf(text);
    }),
    { numRuns: 2000 },
  );
  for (const text of [
    '( '.repeat(30_000),
    '$(echo '.repeat(9_000),
    '{ '.repeat(30_000),
    `${'a '.repeat(2 ** 20)}`,
  ]) {
    expect(hazardsOf(text)).toEqual([]);
  }
});
