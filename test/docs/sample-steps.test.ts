import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const CONFIG = '/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json';

/** The lists of steps of a file's samples. */
function stepLists(path: string): string[] {
  return read(path)
    .split('bootstrapSteps: [')
    .slice(1)
    .map((rest) => rest.split('\n});')[0].split('\n * });')[0]);
}

describe('the CloudWatch agent of a sample', () => {
  test.each(['README.md', 'src/node/node-role.ts'])(
    'finds its configuration when it starts, without which it ends at once: %s',
    (path) => {
      const lists = stepLists(path).filter((list) =>
        list.includes("enableService('amazon-cloudwatch-agent')"),
      );
      expect(lists.length).toBeGreaterThan(0);
      for (const list of lists) {
        const written = list.indexOf(CONFIG);
        expect(written).toBeGreaterThan(list.indexOf("installPackages(['amazon-cloudwatch-agent'])"));
        expect(written).toBeLessThan(list.indexOf("enableService('amazon-cloudwatch-agent')"));
      }
      expect(read(path)).toContain('CloudWatchAgentServerPolicy');
    },
  );
});

test('no other sample of a class starts the CloudWatch agent without its configuration', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const lists = files.filter((path) => path.endsWith('.ts')).flatMap((path) => stepLists(join('src', path)));
  const starts = lists.filter((list) => list.includes("enableService('amazon-cloudwatch-agent')"));
  expect(starts.filter((list) => !list.includes(CONFIG))).toEqual([]);
});

/** The commands of the sample that formats and mounts a volume, as a bash program. */
function volumeSample(): string {
  const sample = /\/\/ Each line can run twice.*?\n( \* {5}BootstrapStep\.run\(.*?) \* {3}\],/s.exec(
    read('src/node/node-volume.ts'),
  );
  if (sample === null) throw new Error('there is no sample of a data volume in node-volume.ts');
  return [...sample[1].matchAll(/BootstrapStep\.run\('(.*)'\)/g)].map(([, line]) => line).join('\n');
}

describe('the sample of a data volume', () => {
  // The commands are the sample's and so is mkfs; only mounting is played, which takes more
  // than a test may do.
  test('can run twice, and keeps what is on the volume', () => {
    const folder = mkdtempSync(join(tmpdir(), 'data-volume-'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const stub = (name: string, body: string) => {
      writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    stub('mount', `echo mounted >> ${folder}/mounts`);
    stub('mountpoint', `[ -e ${folder}/mounts ]`);
    const disk = join(folder, 'disk');
    execFileSync('truncate', ['-s', '8M', disk]);
    const program = volumeSample()
      .replaceAll('/dev/xvdb', disk)
      .replaceAll('/etc/fstab', join(folder, 'fstab'))
      .replaceAll('mkdir -p /data', `mkdir -p ${folder}/data`);
    writeFileSync(join(folder, 'fstab'), '');
    const run = () =>
      execFileSync('bash', ['-e', '-o', 'pipefail', '-c', program], {
        env: { PATH: `${bin}:/usr/sbin:/sbin:/usr/bin:/bin` },
        stdio: 'pipe',
      });
    const uuid = () =>
      execFileSync('blkid', ['-p', '-s', 'UUID', '-o', 'value', disk], {
        env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
      }).toString();
    run();
    const first = uuid();
    run();
    expect(uuid()).toBe(first);
    expect(readFileSync(join(folder, 'fstab'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(readFileSync(join(folder, 'mounts'), 'utf8').trim().split('\n')).toHaveLength(1);
  });
});
