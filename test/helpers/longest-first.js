const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest, or mostly waits: begun first, so that it runs beside everything else. */
const LONGEST = [
  'test/languages/',
  'test/boot/boot.test.ts',
  'test/reviewers/',
  'test/properties/strings.test.ts',
  'test/deploy/',
  'test/bootstrap/',
  'test/properties/',
  'test/roll/',
  'test/fleet/rollout.test.ts',
  'test/iam/',
  'test/docs/',
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = LONGEST.findIndex((part) => path.replaceAll('\\', '/').includes(part));
      return found < 0 ? LONGEST.length : found;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}

module.exports = LongestFirst;
