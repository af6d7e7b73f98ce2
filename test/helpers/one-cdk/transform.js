/** Takes a module of aws-cdk-lib or constructs from the worker, where the environment offers it. */
module.exports = {
  process(source) {
    const shared =
      "'use strict'; const require_ = globalThis[Symbol.for('one-cdk.require')]; " +
      'if (require_) module.exports = require_(__filename);';
    return { code: `${shared} else { ${source}\n}` };
  },
};
