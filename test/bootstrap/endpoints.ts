import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, type SignedRequest } from './sigv4';

export const CREDENTIALS = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  Token: 'session/token+==',
};

/** A status and a body; `hang` never answers, `drop` closes the connection. */
export type Answer = { readonly status: number; readonly body: string } | 'hang' | 'drop';

export const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:registries-AbCdEf';

/**
 * The metadata service of an instance (version 2 only) and Secrets Manager, on one port of the loopback
 * interface. Each can be told to fail: `failures` are given as answers first, in order.
 */
export class Endpoints {
  public tag: string | undefined = 'orders';
  public role: string | undefined = 'node-role';
  public secret: object = { SecretString: '{}' };
  public readonly imdsFailures: Answer[] = [];
  public readonly tokenFailures: Answer[] = [];
  public readonly secretFailures: Answer[] = [];
  public readonly requests: string[] = [];
  public readonly asked: SignedRequest[] = [];
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  public get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A script that asks these instead of AWS, and waits a thousandth of the time. */
  public adapt(script: string): string {
    const replacements = [
      ["'http://169.254.169.254/latest/'", `'${this.origin}/latest/'`],
      ['time.sleep(wait)', 'time.sleep(wait / 1000)'],
      ...(script.includes("h['host']") ? [["'https://' + h['host']", `'${this.origin}'`]] : []),
    ];
    return replacements.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`the script has no ${from}`);
      return text
        .replaceAll(from, to)
        .replaceAll('timeout=4', 'timeout=0.3')
        .replaceAll('timeout=10', 'timeout=0.3');
    }, script);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    this.requests.push(`${request.method} ${request.url}`);
    const answer = this.decide(request, body);
    if (answer === 'hang') return;
    if (answer === 'drop') request.socket.destroy();
    else response.writeHead(answer.status).end(answer.body);
  }

  private decide(request: IncomingMessage, body: string): Answer {
    const { method = '', url = '' } = request;
    const headers = request.headers as { [name: string]: string | undefined };
    if (url === '/latest/api/token') {
      const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (method !== 'PUT' || !(seconds >= 1 && seconds <= 21600))
        return { status: 400, body: 'bad request' };
      return this.tokenFailures.shift() ?? { status: 200, body: 'the-token' };
    }
    if (url.startsWith('/latest/meta-data/')) {
      if (headers['x-aws-ec2-metadata-token'] !== 'the-token') return { status: 401, body: 'unauthorized' };
      return this.imdsFailures.shift() ?? found(this.metadata(url.slice('/latest/meta-data/'.length)));
    }
    if (url === '/' && method === 'POST') {
      this.asked.push({ method, path: '/', query: '', headers, body });
      return this.secretFailures.shift() ?? this.secretsManager(headers, body);
    }
    return { status: 404, body: 'not found' };
  }

  private metadata(path: string): string | undefined {
    if (path === 'tags/instance/ClusterName') return this.tag;
    if (path === 'iam/security-credentials/') return this.role;
    if (path === `iam/security-credentials/${this.role}`)
      return JSON.stringify({ Code: 'Success', ...CREDENTIALS });
    return undefined;
  }

  private secretsManager(headers: { [name: string]: string | undefined }, body: string): Answer {
    const refuse = (type: string) => ({ status: 400, body: JSON.stringify({ __type: type, Message: 'no' }) });
    const request = { method: 'POST', path: '/', query: '', headers, body };
    if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return refuse('UnknownOperationException');
    if (headers['content-type'] !== 'application/x-amz-json-1.1') return refuse('SerializationException');
    if (headers['x-amz-security-token'] !== CREDENTIALS.Token) return refuse('UnrecognizedClientException');
    if (!isSigned(request, CREDENTIALS.SecretAccessKey)) return refuse('InvalidSignatureException');
    if (JSON.parse(body).SecretId !== SECRET_ARN) return refuse('ResourceNotFoundException');
    return { status: 200, body: JSON.stringify({ ARN: SECRET_ARN, ...this.secret }) };
  }
}

function found(body: string | undefined): Answer {
  return body === undefined ? { status: 404, body: '<html>Not Found</html>' } : { status: 200, body };
}
