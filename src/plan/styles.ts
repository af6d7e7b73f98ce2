/** Colors of a terminal. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly careful: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string) => text;
export const PLAIN: Style = { bold: same, faint: same, good: same, careful: same, bad: same };

const code = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const COLORS: Style = {
  bold: code(1, 22),
  faint: code(2, 22),
  good: code(32, 39),
  careful: code(33, 39),
  bad: code(31, 39),
};

/** Colors only on a terminal, and not where the environment asks for none (https://no-color.org). */
export const styleFor = (isTerminal: boolean, environment: NodeJS.ProcessEnv): Style =>
  isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb' ? COLORS : PLAIN;
