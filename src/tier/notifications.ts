import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import { instance, listOf, refined } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { inPython } from '../private/language';
import { checkRegion } from '../private/regions';
import type { Value } from '../private/value';
import { warn } from '../private/warning';
import { MESSAGES } from '../replacement/messages';

type Notification = autoscaling.NotificationConfiguration;

const CODE = 'InvalidNotifications';

/** jsii drops these names before the library sees the list. */
const DICT_IN_A_LIST =
  'Write each item as `autoscaling.NotificationConfiguration(topic=…, scaling_events=…)`: a dict in a list ' +
  'loses all names with an underscore';

const SCALING_EVENTS = refined(
  instance<autoscaling.ScalingEvents>({
    name: 'an autoscaling.ScalingEvents, such as `autoscaling.ScalingEvents.ERRORS`',
    member: '_types' as keyof autoscaling.ScalingEvents & string,
  }),
  (field, events, scope) => {
    const { _types: types } = events as unknown as { readonly _types: unknown[] };
    if (types.length === 0)
      fail(CODE, `\`${field}\` must have at least one event, or be left out for all of them`, scope);
  },
);

const FIELDS = {
  topic: { value: MESSAGES, required: true, to: RENDERED },
  scalingEvents: { value: SCALING_EVENTS, to: RENDERED },
} satisfies Fields<Notification>;

const NOTIFICATION = new Struct<Notification, typeof FIELDS>(
  'autoscaling.NotificationConfiguration',
  FIELDS,
  { such: '{ topic, scalingEvents: autoscaling.ScalingEvents.ERRORS }' },
);

const LIST = listOf(NOTIFICATION, { max: 10, named: 'topic', code: CODE });

/** The notifications of a group: CDK's own struct, whose names CDK does not check. */
export const NOTIFICATIONS: Value<Notification[]> = refined(LIST, (field, notifications, scope) => {
  notifications.forEach(({ topic }, index) => {
    const first = notifications.findIndex((other) => other.topic.topicArn === topic.topicArn);
    if (first === index) return;
    fail(
      CODE,
      `\`${field}\` must have each topic once, got one at ${first} and ${index}: the events of one would ` +
        'replace those of the other. Write `new autoscaling.ScalingEvents(…)` with all of them',
      scope,
    );
  });
});

/** Refuses topics of another region, where both are known, and says what Python may have lost. */
export function checkNotifications(scope: IConstruct, notifications: readonly Notification[] = []): void {
  notifications.forEach(({ topic, scalingEvents }, index) => {
    const field = `\`notifications[${index}].topic\``;
    checkRegion(scope, topic, { code: 'InvalidTopic', field, at: scope });
    const hint = inPython(DICT_IN_A_LIST);
    if (hint === '' || scalingEvents !== undefined) return;
    warn(
      scope,
      'InstanceTier.notifications',
      `\`notifications[${index}]\` of the tier "${scope.node.path}" has no \`scaling_events\`, so its topic ` +
        `gets all events${hint}. Where all are meant, write \`autoscaling.ScalingEvents.ALL\`.`,
    );
  });
}
