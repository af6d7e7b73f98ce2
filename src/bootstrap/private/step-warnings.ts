import type { IConstruct } from 'constructs';
import { warn } from '../../private/warning';
import type { Hazard, HazardKind } from './hazard';

/** Says what a step's command does, in one warning for each kind. */
export function warnOfHazards(
  scope: IConstruct,
  step: string,
  hazards: readonly Hazard[],
  isForgiven: boolean,
): void {
  const of = (...kinds: HazardKind[]) =>
    hazards
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ what }) => what)
      .join(', ');
  const subject = `${step} of "${scope.node.path}"`;
  const acknowledge = 'Acknowledge this where it is not so, because the command is only reached elsewhere.';
  const [starts, ends, endless] = [of('startsAgent'), of('endsBoot'), of('neverEnds')];
  const [fails, exits, text] = [isForgiven ? '' : of('fails'), of('exits'), of('text')];
  if (starts !== '') {
    warn(
      scope,
      'BootstrapStep.startsAgent',
      `${subject} starts the ECS agent itself (${starts}). It must not run before all steps have ` +
        'succeeded: it would not know its cluster. Leave the command out, the library starts the agent. ' +
        `${acknowledge}`,
    );
  }
  if (ends !== '') {
    warn(
      scope,
      'BootstrapStep.endsBoot',
      `${subject} ends the boot of the node (${ends}). A node that is stopped before its first boot is ` +
        'over powers off at its next boot, joins no cluster and is replaced, again and again. What needs ' +
        `a reboot belongs into the image. ${acknowledge}`,
    );
  }
  if (fails !== '') {
    warn(
      scope,
      'BootstrapStep.fails',
      `${subject} always fails (${fails}), so that no node joins its cluster. Leave it out, or set ` +
        `\`continueOnError\`. ${acknowledge}`,
    );
  }
  if (endless !== '') {
    warn(
      scope,
      'BootstrapStep.neverEnds',
      `${subject} never ends (${endless}). The boot waits for it, and after 15 minutes the node powers ` +
        'off. Make it a service (`BootstrapStep.writeFile` and `BootstrapStep.enableService`), put `&` ' +
        `behind it, or give it an end, as with \`timeout 60 …\`. ${acknowledge}`,
    );
  }
  if (exits !== '') {
    warn(
      scope,
      'BootstrapStep.exits',
      `${subject} has commands behind an ${exits} that is always reached: they never run. Steps after ` +
        'it do. Leave out the one or the other.',
    );
  }
  if (text !== '') {
    warn(
      scope,
      'BootstrapStep.text',
      `${subject} is read by bash in another way than it looks: ${text}. Write it anew, and leave ` +
        'white space that indents a text in your code out of it.',
    );
  }
}
