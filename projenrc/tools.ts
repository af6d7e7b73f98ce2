import { JsonFile, type Project, TextFile } from 'projen';

/** The versions with which CI builds and tests all packages; a machine for developing has the same. */
export const VERSIONS = { node: '24', python: '3.11', java: '17', go: '1.25' };

/**
 * `.nvmrc`, and a container with all that the tests need: they boot machines, which takes root and
 * privileges.
 */
export function addDevelopmentTools(project: Project): void {
  new TextFile(project, '.nvmrc', { lines: [VERSIONS.node] });
  new JsonFile(project, '.devcontainer/devcontainer.json', {
    marker: false,
    obj: {
      name: project.name,
      image: 'mcr.microsoft.com/devcontainers/base:bookworm',
      features: {
        'ghcr.io/devcontainers/features/node:1': { version: VERSIONS.node },
        'ghcr.io/devcontainers/features/python:1': { version: VERSIONS.python },
        'ghcr.io/devcontainers/features/java:1': { version: VERSIONS.java, installMaven: true },
        'ghcr.io/devcontainers/features/go:1': { version: VERSIONS.go },
      },
      privileged: true,
      remoteUser: 'root',
      postCreateCommand: 'npm ci',
    },
  });
}
