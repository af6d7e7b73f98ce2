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

/**
 * Boots the node: real systemd, real cloud-init, an instance metadata service and a Secrets Manager that
 * checks signatures.
 */
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
  const files = ['/etc/ecs/ecs.config', '/etc/sysctl.d/90-ecs-node.conf', '/root/.docker/config.json'].map(
    (path) => {
      const { mode = '', content = '(missing)' } = boot.files[path] ?? {};
      return { path, mode, text: masked(content) };
    },
  );
  const elsewhere = Object.values(boot.found)
    .flat()
    .filter((place) => !MAY_KNOW.includes(place));
  if (elsewhere.length > 0)
    throw new Error(`the secret was seen where it must not be: ${elsewhere.join(', ')}`);
  return { seconds: boot.durationSeconds, joined: boot.agent.started, files, sysctls: boot.sysctls ?? {} };
}

/**
 * The two files that hold the credentials, and the agent, which systemd hands its file as its environment.
 */
const MAY_KNOW = ['file /etc/ecs/ecs.config', 'file /root/.docker/config.json', 'environment in ecs.service'];

/** Credentials as stars: nobody needs to see them, even made-up ones. */
function masked(text: string): string {
  return text.replace(/("(?:auth|password)"\s*:\s*")[^"]*(")/g, '$1********$2');
}
