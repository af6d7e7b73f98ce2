const { TestEnvironment } = require('jest-environment-node');

/**
 * The environment of all tests: each worker loads aws-cdk-lib and constructs once. Otherwise each test file loads
 * them, runs them cold, and a small file takes twice the time. All other modules are loaded for each file. A file
 * that makes a second copy has `@jest-environment node` in its first comment.
 */
class OneCdkEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global[Symbol.for('one-cdk.require')] = require;
  }
}

module.exports = OneCdkEnvironment;
