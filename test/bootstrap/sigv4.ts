import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The signature that a request should have: AWS's rules, read from what arrived rather than
 * from what was sent.
 */
export function expectedSignature(
  request: SignedRequest,
  secretKey: string,
): { claimed: string; right: string; scope: string[] } {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (authorization === null) throw new Error('no signature');
  const [, credential, signedHeaders, claimed] = authorization;
  const [accessKey, day, region, service, terminator] = credential.split('/');
  const names = signedHeaders.split(';');
  if (names.join() !== [...names].sort().join()) throw new Error('signed headers are not sorted');
  const canonical = [
    request.method,
    request.path,
    request.query,
    ...names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(request.body),
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    [day, region, service, terminator].join('/'),
    sha256(canonical),
  ].join('\n');
  const key = [day, region, service, terminator].reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  return {
    claimed,
    right: createHmac('sha256', key).update(text).digest('hex'),
    scope: [accessKey, day, region, service, terminator],
  };
}

/** Whether the request was signed with this key. */
export function isSigned(request: SignedRequest, secretKey: string): boolean {
  const { claimed, right } = expectedSignature(request, secretKey);
  return timingSafeEqual(Buffer.from(claimed, 'hex'), Buffer.from(right, 'hex'));
}
