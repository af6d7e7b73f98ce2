import { BootQueue, setUp, whyNoBoot } from '../test/boot/harness';
import { type EstateNode, registrySecret } from './synthesis';

/** What the boot left behind, ready to print. */
export interface BootedNode {
  readonly seconds: number;
  readonly joined: boolean;
  readonly files: { path: string; mode: string; text: string }[];
  readonly sysctls: Record<string, string>;
}

/** Why this machine cannot boot a node; undefined if it can. */
export const cannotBoot = whyNoBoot;

/** Boots the node: real systemd, real cloud-init, an instance metadata service and a Secrets Manager that checks signatures. */
export async function bootNode(node: EstateNode): Promise<BootedNode> {
  setUp();
  const secret = registrySecret();
  const [boot] = await new BootQueue(1).boot('demo', {
    userData: node.userData,
    region: 'eu-central-1',
    tags: node.tags,
    secrets: [{ name: secret.name, string: secret.string }],
    lookFor: [secret.password],
  });
  const files = ['/etc/ecs/ecs.config', '/etc/sysctl.d/90-ecs-node.conf', '/root/.docker/config.json'].map((path) => {
    const { mode = '', content = '(missing)' } = boot.files[path] ?? {};
    return { path, mode, text: masked(content) };
  });
  const seen = Object.keys(boot.found ?? {}).length;
  if (
    seen > 0 &&
    Object.values(boot.found).some((places) => places.some((place) => !FILES_WITH_CREDENTIALS.some((path) => place.includes(path))))
  ) {
    throw new Error(`the secret was seen outside of its files: ${JSON.stringify(boot.found)}`);
  }
  return { seconds: boot.durationSeconds, joined: boot.agent.started, files, sysctls: boot.sysctls ?? {} };
}

const FILES_WITH_CREDENTIALS = ['/etc/ecs/ecs.config', '/root/.docker/config.json'];

/** Credentials as stars: nobody needs to see them, even made-up ones. */
function masked(text: string): string {
  return text.replace(/("(?:auth|password)"\s*:\s*")[^"]*(")/g, '$1********$2');
}
