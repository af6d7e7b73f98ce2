/** What any step may have. */
export interface AnyStepNode {
  /** Whether the boot goes on when it fails. */
  readonly continueOnError: boolean;
}

/** A command for a separate shell. */
export interface RunNode extends AnyStepNode {
  readonly kind: 'run';
  readonly command: string;
  /** In seconds, as text: it may be a token. */
  readonly timeout?: string;
  /** Sorted by name. */
  readonly environment: readonly (readonly [name: string, value: string])[];
}

/** A file, written whole. */
export interface WriteFileNode extends AnyStepNode {
  readonly kind: 'writeFile';
  readonly path: string;
  readonly content: string;
  readonly mode: string;
  readonly owner?: string;
}

/** Packages from the system's repositories. */
export interface InstallPackagesNode extends AnyStepNode {
  readonly kind: 'installPackages';
  readonly packages: readonly string[];
  readonly attempts: string;
  /** In seconds, for all attempts together. */
  readonly timeout: string;
}

/** A unit of the init system. */
export interface EnableServiceNode extends AnyStepNode {
  readonly kind: 'enableService';
  readonly name: string;
  readonly start: boolean;
}

/**
 * What a `BootstrapStep` holds. Each renderer switches over `kind`, so a new one without a case does not
 * compile.
 */
export type StepNode = RunNode | WriteFileNode | InstallPackagesNode | EnableServiceNode;
