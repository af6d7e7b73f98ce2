/** Why a command is no step of a boot. */
export type HazardKind =
  /** It waits for the agent, which waits for the boot. */
  | 'waitsForAgent'
  | 'startsAgent'
  | 'endsBoot'
  /** It always ends with a status other than 0. */
  | 'fails'
  | 'neverEnds'
  /** Commands behind it are never run. */
  | 'exits'
  /** It is not what bash reads. */
  | 'text';

/** What was found, in words that have nothing of the command in them but names of programs. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly what: string;
}

export const endsBoot = (what: string): Hazard => ({ kind: 'endsBoot', what });
export const neverEnds = (what: string): Hazard => ({ kind: 'neverEnds', what });
