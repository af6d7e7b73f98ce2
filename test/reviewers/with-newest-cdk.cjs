// Preloaded with `node -r`: every import of aws-cdk-lib, by whatever package, gets the newest one in place of the floor.
const Module = require('node:module');

const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (request, ...others) {
  return resolveFilename.call(this, request.replace(/^aws-cdk-lib(?=\/|$)/, 'aws-cdk-lib-newest'), ...others);
};
