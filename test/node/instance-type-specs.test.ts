import { knownInstanceTypes, specsOf } from '../../src/node/instance-type-specs';

describe('the specifications of an instance type', () => {
  // Amazon EC2 instance types guide: vCPUs, GiB, network interfaces of the default card, EFA interfaces.
  test.each([
    ['t3.nano', 2, 0.5, 2, 0],
    ['t3.micro', 2, 1, 2, 0],
    ['t3.small', 2, 2, 3, 0],
    ['t3.medium', 2, 4, 3, 0],
    ['t4g.micro', 2, 1, 2, 0],
    ['m5.large', 2, 8, 3, 0],
    ['m7i.large', 2, 8, 3, 0],
    ['m7i.48xlarge', 192, 768, 15, 1],
    ['m7g.medium', 1, 4, 2, 0],
    ['c5.large', 2, 4, 3, 0],
    ['c7i.2xlarge', 8, 16, 4, 0],
    ['c5n.18xlarge', 72, 192, 15, 1],
    ['r5.24xlarge', 96, 768, 15, 0],
    ['r7g.xlarge', 4, 32, 4, 0],
    ['g4dn.xlarge', 4, 16, 3, 0],
    ['g5.12xlarge', 48, 192, 15, 1],
    ['p4d.24xlarge', 96, 1152, 15, 4],
    ['p5.48xlarge', 192, 2048, 2, 32],
    ['inf2.xlarge', 4, 16, 4, 0],
    ['c7i-flex.large', 2, 4, 3, 0],
  ])(
    '%s has %d vCPUs, %d GiB and %d network interfaces, %d of them with EFA at the most',
    (type, cpus, gib, interfaces, efas) => {
      expect(specsOf(type)).toMatchObject({
        vCpus: cpus,
        memoryMiB: gib * 1024,
        networkInterfaces: interfaces,
        efaInterfaces: efas,
      });
    },
  );

  // The same guide: accelerated computing.
  test.each([
    ['m7i.large', 0, 0],
    ['g4dn.metal', 8, 0],
    ['g5.xlarge', 1, 0],
    ['g5.12xlarge', 4, 0],
    ['g6f.large', 1, 0],
    ['p5.48xlarge', 8, 0],
    ['inf1.6xlarge', 0, 4],
    ['inf2.48xlarge', 0, 12],
    ['trn1.32xlarge', 0, 16],
  ])('%s has %d GPUs and %d Neuron devices', (type, gpus, neuronDevices) => {
    expect(specsOf(type)).toMatchObject({ gpus, neuronDevices });
  });

  test('every type of a family with GPUs has some in the table', () => {
    const without = knownInstanceTypes().filter(
      (type) => /^(g|gr|p)\d/.test(type) && specsOf(type)?.gpus === 0,
    );
    expect(without.filter((type) => !type.startsWith('g4ad.'))).toEqual([]);
  });

  test.each(['m99.large', 'm7i.huge', 'm7i', '', 'large'])('are not known of %p', (type) => {
    expect(specsOf(type)).toBeUndefined();
  });

  test('are whole numbers above zero for every name in the table', () => {
    const names = knownInstanceTypes();
    expect(names.length).toBeGreaterThan(1300);
    expect(new Set(names).size).toBe(names.length);
    const broken = names.filter((name) => {
      const specs = specsOf(name);
      return specs === undefined || !(specs.vCpus > 0 && specs.memoryMiB > 0 && specs.networkInterfaces > 0);
    });
    expect(broken).toEqual([]);
  });
});
