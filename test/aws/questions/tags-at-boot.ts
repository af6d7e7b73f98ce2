import { NodeTemplate } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined, SMALL } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, endOf, group, instancesOf, node, sample, seen } from '../seen';

export const experiment: Experiment = {
  name: 'tags-at-boot',
  deploys: 'a tier of three nodes from a shared template, which find their cluster in the tag of their group',
  nodes: 3,
  minutes: 30,
  steps: ['deployed'],
  app: (stack) => {
    const template = new NodeTemplate(stack, 'Shared', {
      instanceTypes: [SMALL],
      associatePublicIpAddress: true,
    });
    cluster(stack, { template, minCapacity: 3 });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    await lab.watch('booted', 15, joined(3));
  },
  questions: [
    {
      id: 'tags-are-there-at-boot',
      asks: "Are the tags of a group in its nodes' instance metadata at their first boot?",
      settledBy: {
        look: 'Three nodes of a shared template.',
        yes: 'Each of the first three joins the cluster.',
        no: 'One of them was replaced, or has not joined within 15 minutes.',
      },
      assumes:
        'They are: Auto Scaling sets them in the call that launches the node. A node without its tag powers ' +
        'off, and another one starts.',
      expects: 'yes',
      documented: ['docs/shared-templates.md'],
      judge: (record) => {
        const known = new Set(
          [...during(record, 'deployed'), ...during(record, 'booted')].flatMap((each) =>
            instancesOf(each).map(({ id }) => id),
          ),
        );
        if (known.size === 0) return undecided('no node was launched');
        const last = endOf(record, 'booted');
        if (last === undefined) return undecided('the nodes were not looked at');
        const there = new Set(
          last.nodes.filter(({ connected }) => connected).map(({ instance }) => instance),
        );
        const missing = [...known].filter((id) => !there.has(id));
        return missing.length === 0
          ? yes(`all ${known.size} nodes joined`)
          : no(`did not join: ${missing.join(', ')}`);
      },
      examples: {
        yes: seen([sample('booted', 200, { group: group(['i-1 InService']), nodes: [node('i-1')] })]),
        no: seen([
          sample('booted', 60, { group: group(['i-1 InService']) }),
          sample('booted', 200, { group: group(['i-2 InService']), nodes: [node('i-2')] }),
        ]),
      },
    },
  ],
};
