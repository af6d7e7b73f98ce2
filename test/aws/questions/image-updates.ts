import { Duration } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { ImageUpdates, NodeImage, NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { type Seen, seen } from '../seen';

const PARAMETER = '/prove-image-updates/image';
const PUBLIC = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id';
const DAY = 86_400_000;

const STATUS = 'the run ended as';
const CAUSE = 'because';
const AGE = 'days from the image to the change of its parameter';

/** The longest time in which the roll of one node is waited for, in minutes. */
const PATIENCE = 45;

const text = (record: Seen, key: string): string => String(record.notes[key] ?? '');
const ended = (status: string, cause = '') => seen([], { notes: { [STATUS]: status, [CAUSE]: cause } });

/** The CLI gives times as texts, other clients as seconds. */
const time = (value: string | number): number =>
  typeof value === 'number' ? value * 1000 : Date.parse(value);

export const experiment: Experiment = {
  name: 'image-updates',
  deploys:
    'a gated tier of one node whose image is named by a parameter of the experiment. The parameter then names a ' +
    'newer image, and the state machine of the image updates is started by hand',
  nodes: 2,
  minutes: 75,
  touches: `the parameter ${PARAMETER} of the parameter store`,
  steps: ['deployed'],
  app: (stack) => {
    const imageUpdates = ImageUpdates.scheduled({
      schedule: scheduler.ScheduleExpression.cron({ month: '1', day: '1', hour: '3', minute: '0' }),
      minimumAge: Duration.days(0),
    });
    cluster(stack, {
      minCapacity: 1,
      machineImage: NodeImage.fromSsmParameter(PARAMETER),
      replacement: NodeReplacement.rolling({ imageUpdates }),
    });
  },
  run: async (lab) => {
    const name = (Value: string) =>
      lab.call('ssm', 'put-parameter', { Name: PARAMETER, Value, Type: 'String', Overwrite: true });
    const { Parameter } = await lab.call('ssm', 'get-parameter', { Name: PUBLIC });
    const { Images } = await lab.call('ec2', 'describe-images', {
      Owners: ['amazon'],
      Filters: [{ Name: 'name', Values: ['al2023-ami-ecs-hvm-2023.0.*-x86_64'] }],
    });
    const images = [...Images].sort((a: any, b: any) => a.CreationDate.localeCompare(b.CreationDate));
    const newest = images.find(({ ImageId }: any) => ImageId === Parameter.Value);
    if (newest !== undefined) {
      const from = Date.parse(newest.CreationDate);
      lab.note(AGE, Math.round((10 * (time(Parameter.LastModifiedDate) - from)) / DAY) / 10);
    }
    await name(images[0].ImageId);
    await lab.deploy('deployed');
    await lab.watch('joined', 15, joined(1));
    await name(images[images.length - 1].ImageId);

    const { StackResources } = await lab.call('cloudformation', 'describe-stack-resources', {
      StackName: lab.stack,
    });
    const { PhysicalResourceId: stateMachineArn } = StackResources.find(
      ({ ResourceType, LogicalResourceId }: any) =>
        ResourceType === 'AWS::StepFunctions::StateMachine' && LogicalResourceId.includes('ImageUpdates'),
    );
    const { executionArn } = await lab.call('stepfunctions', 'start-execution', { stateMachineArn });
    for (let minute = 0; minute < PATIENCE; minute += 1) {
      await lab.watch('rolls', 1);
      const run = await lab.call('stepfunctions', 'describe-execution', { executionArn });
      lab.note(STATUS, run.error ?? run.status);
      lab.note(CAUSE, run.cause ?? '');
      if (run.status !== 'RUNNING') return;
    }
  },
  cleanUp: async (lab) => {
    await lab.call('ssm', 'delete-parameters', { Names: [PARAMETER] });
  },
  questions: [
    {
      id: 'image-update-changes-nodes-only',
      asks:
        "Does a change set of a stack's previous template list only launch templates, groups and what reads " +
        'them, when an image is newer?',
      settledBy: {
        look: 'How the run of the state machine ends.',
        yes: 'It has executed the change set.',
        no: 'It fails with `MoreWouldChange`, and names resources.',
      },
      assumes: 'It does. A resource that only reads an attribute has details that are all `Dynamic`.',
      expects: 'yes',
      documented: ['docs/image-updates.md'],
      judge: (record) => {
        const status = text(record, STATUS);
        if (status === 'MoreWouldChange') return no(text(record, CAUSE));
        return status === 'SUCCEEDED'
          ? yes('the change set was executed, and the node was replaced')
          : undecided(`the run ended as ${status || 'nothing that was seen'}`);
      },
      examples: {
        yes: ended('SUCCEEDED'),
        no: ended('MoreWouldChange', 'Not only nodes would change: Modify Service (AWS::ECS::Service)'),
      },
    },
    {
      id: 'image-update-has-all-permissions',
      asks: 'Are the permissions of the state machine enough to make and execute the change set?',
      settledBy: {
        look: 'How the run of the state machine ends.',
        yes: 'It has executed the change set.',
        no: 'It fails, and its cause is a permission that is missing.',
      },
      assumes:
        'They are. It may read the parameters that the template looks up, because no text says with whose ' +
        'rights CloudFormation reads them.',
      expects: 'yes',
      documented: ['docs/image-updates.md'],
      judge: (record) => {
        const [status, cause] = [text(record, STATUS), text(record, CAUSE)];
        if (/not authorized|AccessDenied/i.test(cause)) return no(cause.slice(0, 300));
        return ['SUCCEEDED', 'MoreWouldChange'].includes(status)
          ? yes(`the run ended as ${status}`)
          : undecided(`the run ended as ${status || 'nothing that was seen'}`);
      },
      examples: {
        yes: ended('SUCCEEDED'),
        no: ended('NoChangeSet', 'The role is not authorized to perform: ssm:GetParameters'),
      },
    },
    {
      id: 'public-parameter-tells-its-age',
      asks: "Does the public parameter of Amazon's image say when it began to name the newest image?",
      settledBy: {
        look: 'The time of the last change of the parameter, and when its image was made.',
        yes: 'It was changed within two weeks after the image was made.',
        no: 'It was changed before, or much later.',
      },
      assumes: 'It does: `minimumAge` counts from there.',
      expects: 'yes',
      documented: ['docs/image-updates.md'],
      judge: (record) => {
        const days = record.notes[AGE];
        if (typeof days !== 'number') return undecided('the image of the parameter was not found');
        const because = `the parameter was changed ${days} days after its image was made`;
        return days >= 0 && days <= 14 ? yes(because) : no(because);
      },
      examples: { yes: seen([], { notes: { [AGE]: 1.5 } }), no: seen([], { notes: { [AGE]: -200 } }) },
    },
  ],
};
