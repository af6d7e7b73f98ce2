import { statSync } from 'node:fs';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { BootstrapStep } from '../../src/bootstrap/bootstrap-step';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import type { WriteFileStepOptions } from '../../src/bootstrap/step-options';
import { seeds } from '../helpers/on-demand';
import { evaluate, FakeNode, type Run } from '../helpers/user-data';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let node: FakeNode;
beforeEach(() => {
  node = new FakeNode();
});
afterEach(() => node.remove());

/** Boots a node that does these steps; `/…` in paths is the node's own. */
function boot(...bootstrapSteps: BootstrapStep[]): Promise<Run> {
  return node.run(new NodeBootstrap({ clusterName: 'orders', bootstrapSteps }).render());
}

const out = () => node.path('out');

test('a step says what it does, as the console of a node calls it, and none of its text', async () => {
  const steps = [
    BootstrapStep.run('exit 1'),
    BootstrapStep.writeFile('/etc/motd', 'hello'),
    BootstrapStep.installPackages(['git']),
    BootstrapStep.enableService('docker'),
  ];
  expect(steps.map(({ kind }) => kind)).toEqual(['run', 'writeFile', 'installPackages', 'enableService']);
  await boot(steps[0]);
  expect(node.reason).toBe(`failed at step 1 (${steps[0].kind}), status 1\n`);
});

describe('a command', () => {
  test('may be several lines, with variables and pipes', async () => {
    expect(await boot(BootstrapStep.run(`word=hello\necho "$word" | tr a-z A-Z >${out()}`))).toMatchObject({
      status: 0,
    });
    expect(node.read('out')).toBe('HELLO\n');
  });

  test.each([
    ['exit 0'],
    ['exec true'],
    ['set +e; false; true'],
    ['cat <<NEVER\nno end'],
    ['cat >/dev/null'],
    ['read -r line || true'],
    // the real one: a job that has ended already cannot be disowned
    ['/bin/sleep 5 >/dev/null 2>&1 & disown'],
    ['trap "exit 0" EXIT'],
    ['cd /; umask 777; unset PATH; stamp=/nowhere'],
    ['exec </dev/null >/dev/null 2>&1'],
    ['-x || true'],
  ])('cannot skip or change what comes after it: %s', async (command) => {
    expect(await boot(BootstrapStep.run(command), BootstrapStep.run(`echo after >>${out()}`))).toMatchObject({
      status: 0,
    });
    expect(node.read('out')).toBe('after\n');
    expect(node.stamped).toBe(true);
  });

  test.each([
    ['false', 1],
    ['exit 7', 7],
    ['false; true', 1],
    ['false | cat', 1],
    ['kill -9 $$', 137],
    ['if then', 2],
    ['no-such-command', 127],
    ['echo "never closed', 2],
  ])('that fails stops the node, and everything after it is left out: %s', async (command, status) => {
    const run = await boot(
      BootstrapStep.run('true'),
      BootstrapStep.run(command),
      BootstrapStep.run(`echo after >${out()}`),
    );
    expect(run.status).toBe(status);
    expect(node.reason).toBe(`failed at step 2 (run), status ${status}\n`);
    expect(node.exists('out')).toBe(false);
    expect(node.stamped).toBe(false);
    expect(node.calls).not.toContain('systemctl start --no-block ecs.service');
  });

  test('that fails is named by number and kind, and its text is not shown', async () => {
    const { output } = await boot(BootstrapStep.run('test hunter2 = "$(true hunter2)"'));
    expect(output).toContain('ECS bootstrap: failed at step 1 (run), status 1');
    expect(node.read('dev/console')).toBe('ECS bootstrap: failed at step 1 (run), status 1\n');
    expect(output + node.reason + node.read('dev/console')).not.toContain('hunter2');
  });

  test('that runs out of its time is stopped, with what it has started', async () => {
    const step = BootstrapStep.run(`(command sleep 3; echo late >${out()}) & wait`, {
      timeout: Duration.seconds(1),
    });
    node.command('sleep', 'exec /bin/sleep "$@"');
    expect(await boot(step)).toMatchObject({ status: 124 });
    expect(node.reason).toBe('failed at step 1 (run), status 124: out of time or shut down\n');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(node.exists('out')).toBe(false);
  });

  test('has the home and path of root, an empty standard input, and files that others may read', async () => {
    await boot(BootstrapStep.run(`{ echo "$HOME"; cat; umask; } >${out()}`));
    expect(node.read('out')).toBe(`${node.path('root')}\n0022\n`);
  });

  test('has its environment to the letter, whatever characters it has', async () => {
    const values = fc.sample(
      fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\0', '')),
      { numRuns: seeds(10, 40), seed: 1 },
    );
    values.push("it's", '"$HOME" `id`', 'é\n\n', '-n');
    const environment = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
    const command = values.map((_, index) => `printf '%s\\0' "$V${index}"`).join('\n');
    expect(await boot(BootstrapStep.run(`{ ${command}\n} >${out()}`, { environment }))).toMatchObject({
      status: 0,
    });
    expect(node.read('out').split('\0').slice(0, -1)).toEqual(values);
  });

  test('may have names in its environment that the script uses itself', async () => {
    const environment = {
      PATH: '/usr/bin:/bin',
      at: 'a',
      err: 'e',
      new: 'n',
      out: 'o',
      stamp: 's',
      v1: 'v',
      z: 'é',
    };
    const names = Object.keys(environment);
    const step = BootstrapStep.run(`echo ${names.map((name) => `"$${name}"`).join(' ')} >${out()}`, {
      environment,
    });
    expect(await boot(step)).toMatchObject({ status: 0 });
    expect(node.read('out')).toBe('/usr/bin:/bin a e n o s v é\n');
    expect(node.stamped).toBe(true);
  });

  test('renders the same whatever the order of its environment', () => {
    const render = (environment: { [name: string]: string }) =>
      new NodeBootstrap({
        clusterName: 'a',
        bootstrapSteps: [BootstrapStep.run('true', { environment })],
      }).render();
    expect(render({ B: 'ü', A: 'é' })).toBe(render({ A: 'é', B: 'ü' }));
  });

  test('may have tokens, whose values cannot break out of their place', async () => {
    const stack = new Stack(new App(), 'Estate');
    const value = new CfnParameter(stack, 'Value').valueAsString;
    const step = BootstrapStep.run(`printf %s "$TOKEN" >${out()}`, { environment: { TOKEN: `<${value}>` } });
    const userData = stack.resolve(
      new NodeBootstrap({ clusterName: 'orders', bootstrapSteps: [step] }).render(),
    );
    const hostile = "'; touch /tmp/broken-out; echo '\"$(id)`id`\nX\n";
    expect(await node.run(evaluate(userData, { Value: hostile }))).toMatchObject({ status: 0 });
    expect(node.read('out')).toBe(`<${hostile}>`);
  });
});

describe('a step that may fail', () => {
  const mayFail = { continueOnError: true };

  test.each<[string, () => BootstrapStep, number]>([
    ['run', () => BootstrapStep.run('echo half; exit 7; echo more', mayFail), 7],
    ['run', () => BootstrapStep.run('exit 7', { ...mayFail, environment: { A: 'é' } }), 7],
    ['run', () => BootstrapStep.run('exec /bin/sleep 9', { ...mayFail, timeout: Duration.seconds(1) }), 124],
    ['writeFile', () => BootstrapStep.writeFile(node.path('file'), 'a', { ...mayFail, owner: 'nobody' }), 1],
    ['writeFile', () => BootstrapStep.writeFile(node.path('calls/file'), 'a', mayFail), 1],
    ['writeFile', () => BootstrapStep.writeFile(node.path('etc'), 'a', mayFail), 1],
    ['installPackages', () => BootstrapStep.installPackages(['jq'], { ...mayFail, attempts: 2 }), 1],
    ['enableService', () => BootstrapStep.enableService('nothing', mayFail), 1],
  ])('does not stop the boot, says so, and leaves nothing half done (%s)', async (kind, step, status) => {
    node.command('chown', 'exit 1');
    node.command('dnf', 'exit 1');
    node.command('systemctl', '[[ "$*" != *nothing* ]]');
    const run = await boot(step(), BootstrapStep.run(`echo after >${out()}`));
    expect(run.status).toBe(0);
    const said = `ECS bootstrap: failed at step 1 (${kind}), status ${status}, going on without\n`;
    expect([run.output.endsWith(said), node.read('dev/console')]).toEqual([true, said]);
    expect([node.read('out'), node.stamped, node.reason]).toEqual(['after\n', true, '']);
    expect([node.exists('file'), node.exists('file.ecs-new'), node.exists('etc.ecs-new')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('that succeeds says nothing, and a later one that may not fail still stops the boot', async () => {
    const run = await boot(BootstrapStep.run('true', mayFail), BootstrapStep.run('false'));
    expect(run).toEqual({ status: 1, output: 'ECS bootstrap: failed at step 2 (run), status 1\n' });
  });

  test('is stopped with the boot when its time is over', async () => {
    const userData = new NodeBootstrap({
      clusterName: 'orders',
      bootstrapSteps: [BootstrapStep.run(`touch ${node.path('begun')}; exec /bin/sleep 60`, mayFail)],
    }).render();
    expect(await node.run(userData, { stopAt: 'begun' })).toMatchObject({ status: 143 });
    expect([node.stamped, node.reason]).toEqual([
      false,
      'failed at step 1 (run), stopped, status 143: out of time or shut down\n',
    ]);
  });
});

describe('a file', () => {
  test('arrives byte for byte, whatever is in it', async () => {
    const contents = fc.sample(
      fc.string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\0', '')),
      { numRuns: seeds(8, 30), seed: 2 },
    );
    contents.push('', '\n', 'no newline', "'; exit 0 #\n", 'X\nPY\n', '\\n%s', '-n', 'é\r\n');
    await boot(
      ...contents.map((content, index) => BootstrapStep.writeFile(node.path(`file${index}`), content)),
    );
    expect(contents.map((_, index) => node.read(`file${index}`))).toEqual(contents);
  });

  test('has mode 0644 unless told otherwise, in folders that are made with 0755', async () => {
    const mode = (file: string) => (statSync(node.path(file)).mode & 0o7777).toString(8);
    await boot(
      BootstrapStep.writeFile(node.path('new/folder/a file'), 'a'),
      BootstrapStep.writeFile(node.path("it's -n"), 'b', { mode: '4750' }),
    );
    expect(node.stamped).toBe(true);
    expect([mode('new'), mode('new/folder'), mode('new/folder/a file'), mode("it's -n")]).toEqual([
      '755',
      '755',
      '644',
      '4750',
    ]);
  });

  test('belongs to whom it should, before anybody else may read it', async () => {
    node.command('chown', `stat -c 'mode %a' "\${@: -1}" >>${out()}`);
    await boot(BootstrapStep.writeFile(node.path('file'), 'a', { owner: 'app:users', mode: '0640' }));
    expect(node.calls).toContain(`chown -- app:users ${node.path('file.ecs-new')}`);
    expect(node.read('out')).toBe('mode 600\n');
  });

  test('replaces a file whole, and can be written again', async () => {
    const twice = () => BootstrapStep.writeFile(node.path('file'), 'new');
    await boot(BootstrapStep.run(`echo old and long >${node.path('file')}`), twice(), twice());
    expect(node.read('file')).toBe('new');
    expect(node.exists('file.ecs-new')).toBe(false);
  });

  test('that cannot be written stops the node and leaves nothing behind', async () => {
    node.command('chown', 'exit 1');
    expect(await boot(BootstrapStep.writeFile(node.path('file'), 'a', { owner: 'nobody' }))).toMatchObject({
      status: 1,
    });
    expect(node.reason).toBe('failed at step 1 (writeFile), status 1\n');
    expect([node.exists('file'), node.exists('file.ecs-new'), node.stamped]).toEqual([false, false, false]);
  });

  test('cannot take the place of a folder', async () => {
    expect(await boot(BootstrapStep.writeFile(node.path('etc'), 'a'))).toMatchObject({ status: 1 });
    expect(node.stamped).toBe(false);
  });
});

describe('packages', () => {
  test('are installed with dnf, in one go', async () => {
    await boot(BootstrapStep.installPackages(['jq', 'gcc-c++', 'nginx-1:1.26.2']));
    expect(node.calls).toContain('dnf -y install jq gcc-c++ nginx-1:1.26.2');
    expect(node.stamped).toBe(true);
  });

  test('are tried again, with pauses that grow', async () => {
    node.command('dnf', `[ $(grep -c ^dnf ${node.path('calls')}) = 4 ]`);
    await boot(BootstrapStep.installPackages(['jq']));
    expect(node.calls.filter((call) => /^(dnf|sleep)/.test(call))).toEqual([
      'dnf -y install jq',
      'sleep 4',
      'dnf -y install jq',
      'sleep 16',
      'dnf -y install jq',
      'sleep 36',
      'dnf -y install jq',
    ]);
    expect(node.stamped).toBe(true);
  });

  test('that cannot be had stop the node after the attempts', async () => {
    node.command('dnf', 'exit 1');
    await boot(BootstrapStep.installPackages(['jq'], { attempts: 2 }));
    expect(node.calls.filter((call) => call.startsWith('dnf'))).toHaveLength(2);
    expect(node.reason).toBe('failed at step 1 (installPackages), status 1\n');
  });

  test('whose mirror hangs stop the node when their time is up', async () => {
    node.command('dnf', 'exec /bin/sleep 20');
    expect(await boot(BootstrapStep.installPackages(['jq'], { timeout: Duration.seconds(1) }))).toMatchObject(
      { status: 1 },
    );
    expect(node.calls.filter((call) => call.startsWith('dnf'))).toHaveLength(1);
  });

  test.each([
    ['ahead', 'SECONDS=31536000'],
    ['back', 'SECONDS=-3600'],
  ])('are tried again when the clock is set %s meanwhile', async (_, jump) => {
    node.command('dnf', `[ $(grep -c ^dnf ${node.path('calls')}) = 2 ]`);
    const userData = new NodeBootstrap({
      clusterName: 'orders',
      bootstrapSteps: [BootstrapStep.installPackages(['jq'])],
    }).render();
    // Bash's own count of the seconds goes by the clock that somebody sets.
    const adapt = (script: string) =>
      script.replace('dnf -y install "$@" </dev/null; do', (text) => `${text} ${jump}`);
    await node.run(userData, { adapt });
    expect(node.calls.filter((call) => call.startsWith('dnf'))).toHaveLength(2);
    expect(node.stamped).toBe(true);
  });

  test('cannot turn out to be options', async () => {
    const stack = new Stack(new App(), 'Estate');
    const step = BootstrapStep.installPackages([new CfnParameter(stack, 'Value').valueAsString]);
    const userData = stack.resolve(
      new NodeBootstrap({ clusterName: 'orders', bootstrapSteps: [step] }).render(),
    );
    await node.run(evaluate(userData, { Value: '--nogpgcheck' }));
    expect(node.reason).toBe('failed at step 1 (installPackages), status 1\n');
    expect(node.calls.some((call) => call.startsWith('dnf'))).toBe(false);
  });
});

describe('a service', () => {
  test('is enabled and started, and nothing waits for it', async () => {
    await boot(
      BootstrapStep.enableService('amazon-cloudwatch-agent'),
      BootstrapStep.enableService('my@1.timer', { start: false }),
    );
    expect(node.calls).toContain('systemctl enable --now --no-block -- amazon-cloudwatch-agent');
    expect(node.calls).toContain('systemctl enable -- my@1.timer');
  });

  test('that does not exist stops the node', async () => {
    node.command('systemctl', '[[ "$*" != *nothing* ]]');
    await boot(BootstrapStep.enableService('nothing'));
    expect(node.reason).toBe('failed at step 1 (enableService), status 1\n');
  });
});

describe('a step is refused', () => {
  const agentWaits =
    '`command` must not start the ecs service: it waits for user data to end, so user data cannot wait ' +
    'for it. Leave it out, the agent is started when all steps have succeeded (InvalidBootstrapStep)';

  test.each<[string, () => BootstrapStep, string]>([
    [
      'a command without text',
      () => BootstrapStep.run(' \n'),
      '`command` must not be empty (InvalidBootstrapStep)',
    ],
    [
      'a NUL character',
      () => BootstrapStep.run('a\0'),
      '`command` must not contain a NUL character or half a surrogate pair: it was cut inside of a ' +
        'character, or read with another encoding than it has. Windows writes UTF-16 too: ' +
        "`readFileSync(path, 'utf16le')`. What is no text belongs into an image or into an S3 object " +
        '(InvalidText)',
    ],
    ['a start of the agent', () => BootstrapStep.run('echo a\nsystemctl enable --now ecs'), agentWaits],
    [
      'a restart of the agent',
      () => BootstrapStep.run('true && sudo systemctl restart ecs.service'),
      agentWaits,
    ],
    [
      'no time',
      () => BootstrapStep.run('true', { timeout: Duration.millis(999) }),
      '`timeout` must be a duration from 1 s to 840 s, got: 0.999 s (InvalidBootstrapStep)',
    ],
    [
      'more time than there is',
      () => BootstrapStep.run('true', { timeout: Duration.minutes(15) }),
      '`timeout` must be a duration from 1 s to 840 s, got: 900 s (InvalidBootstrapStep)',
    ],
    [
      'a variable that is none',
      () => BootstrapStep.run('true', { environment: { 'a-b': '' } }),
      '`environment` must have names of letters, digits and `_` that bash does not set itself, got: ' +
        '"a-b" (InvalidBootstrapStep)',
    ],
    [
      "a variable of bash's own",
      () => BootstrapStep.run('true', { environment: { UID: '1' } }),
      '`environment` must have names of letters, digits and `_` that bash does not set itself, got: ' +
        '"UID" (InvalidBootstrapStep)',
    ],
    [
      'a NUL character in a variable',
      () => BootstrapStep.run('true', { environment: { A: '\0' } }),
      '`environment.A` must not contain a NUL character or half a surrogate pair: it was cut inside of ' +
        'a character, or read with another encoding than it has. Windows writes UTF-16 too: ' +
        "`readFileSync(path, 'utf16le')`. What is no text belongs into an image or into an S3 object " +
        '(InvalidText)',
    ],
    [
      'a relative path',
      () => BootstrapStep.writeFile('etc/motd', ''),
      '`path` must be the absolute path of a file, got: "etc/motd" (InvalidBootstrapStep)',
    ],
    [
      'a folder',
      () => BootstrapStep.writeFile('/etc/', ''),
      '`path` must be the absolute path of a file, got: "/etc/" (InvalidBootstrapStep)',
    ],
    [
      "the agent's configuration",
      () => BootstrapStep.writeFile('/etc/ecs/ecs.config', ''),
      '`path` must not be /etc/ecs/ecs.config, which the library writes itself: use `agent` ' +
        '(InvalidBootstrapStep)',
    ],
    [
      'a file of the kernel',
      () => BootstrapStep.writeFile('/proc/sys/vm/swappiness', '1'),
      '`path` must not be in /proc, /sys or /dev, where no file can be replaced: use ' +
        '`BootstrapStep.run`, got: "/proc/sys/vm/swappiness" (InvalidBootstrapStep)',
    ],
    [
      'a mode that is none',
      () => BootstrapStep.writeFile('/a', '', { mode: 'u+x' }),
      '`mode` must be three or four octal digits, got: "u+x" (InvalidBootstrapStep)',
    ],
    [
      'an owner that is none',
      () => BootstrapStep.writeFile('/a', '', { owner: '-R' }),
      '`owner` must be `user` or `user:group`, got: "-R" (InvalidBootstrapStep)',
    ],
    [
      'no package',
      () => BootstrapStep.installPackages([]),
      '`packages` must have at least one name (InvalidBootstrapStep)',
    ],
    [
      'an option among packages',
      () => BootstrapStep.installPackages(['jq', '--nogpgcheck']),
      '`packages[1]` must be the name of a package, of letters, digits and `._+:~^-`, got: "--nogpgcheck" ' +
        '(InvalidBootstrapStep)',
    ],
    [
      'two packages in one',
      () => BootstrapStep.installPackages(['jq vim']),
      '`packages[0]` must be the name of a package, of letters, digits and `._+:~^-`, got: "jq vim" ' +
        '(InvalidBootstrapStep)',
    ],
    [
      'no attempt',
      () => BootstrapStep.installPackages(['jq'], { attempts: 0 }),
      '`attempts` must be a whole number from 1 to 10, got: 0 (InvalidBootstrapStep)',
    ],
    [
      'the agent as a service',
      () => BootstrapStep.enableService('ecs.service'),
      '`name` must not be the ecs service: the library starts it itself when all steps have succeeded ' +
        '(InvalidBootstrapStep)',
    ],
    [
      'an option as a service',
      () => BootstrapStep.enableService('--force'),
      '`name` must be the name of a systemd unit, got: "--force" (InvalidBootstrapStep)',
    ],
  ])('with %s', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });

  test.each([
    ['a file from Windows', 'dnf -y install jq\r\nsystemctl start x\r\n', 1],
    ['a file from an old Macintosh', 'true\rfalse', 1],
    ['one line of many', 'true\nfalse\ntrue\r\n', 3],
  ])('with a carriage return in its command: %s', (_, command, line) => {
    const message =
      `\`command\` must not contain a carriage return, got one in line ${line}: bash takes it for a ` +
      "part of a word. Write `.replaceAll('\\r', '')` where it was read from a file with Windows' line " +
      "ends; where one is meant, the script can write `$'\\r'` (InvalidText)";
    expect(() => BootstrapStep.run(command)).toThrow(new Error(message));
    expect(() => new NodeBootstrap({ clusterName: 'a' }).addCommands('true', command)).toThrow(
      'must not contain a carriage',
    );
    BootstrapStep.run(command.replaceAll('\r', ''));
  });

  test('with a byte order mark before its command', () => {
    expect(() => BootstrapStep.run('\uFEFFtrue')).toThrow(
      new Error(
        '`command` must not begin with a byte order mark, which bash takes for a part of the first ' +
          "word: leave it out, as with `.replace(/^\\uFEFF/, '')` (InvalidText)",
      ),
    );
  });

  test.each<[string, string, WriteFileStepOptions?]>([
    ['carriage returns', '#!/bin/bash\r\ntrue\r\n', {}],
    ['a carriage return somewhere', '#!/usr/bin/python3\nprint(1)\r\n', { mode: '0755' }],
    ['a byte order mark', '\uFEFF#!/bin/bash\ntrue\n', {}],
    ['an empty line before it', '\n#!/bin/bash\ntrue\n', { mode: '0755' }],
    ['white space before it', '    #!/usr/bin/env python3\n', { mode: '755' }],
  ])('whose file is a script that the kernel cannot start: %s', (_, content, options) => {
    expect(() => BootstrapStep.writeFile('/opt/run', content, options)).toThrow(
      /^`content` must .*#!.*\(InvalidText\)$/s,
    );
    BootstrapStep.writeFile('/opt/run', content.trimStart().replaceAll('\r', ''), options);
  });

  test.each<[string, WriteFileStepOptions?]>([
    ['[Unit]\r\nDescription=a\r\n', {}],
    ['\uFEFF{"a": 1}\r\n', {}],
    ['\n#!/bin/bash\n# run as `bash /opt/run`\n', { mode: '0644' }],
    ['echo "#!/bin/bash"\r\n', { mode: '0755' }],
    ['#include <stdio.h>\r\n', {}],
  ])('but no other file is: %j', (content, options) => {
    BootstrapStep.writeFile('/opt/file', content, options);
  });

  test.each([
    "cat >/etc/x <<'EOF'\nsystemctl restart ecs\nEOF",
    'systemctl restart ecs &',
    'systemctl restart docker',
    'systemctl start --no-block ecs',
    'systemctl start ecs-exporter',
    'systemctl status ecs',
    'echo systemctl start ecs',
    '# systemctl start ecs',
  ])('but not a command that leaves the agent alone: %s', (command) => {
    BootstrapStep.run(command);
  });
});
