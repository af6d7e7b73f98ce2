import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** The built site of one version, served on this machine alone. */
export class Served {
  private constructor(
    private readonly server: Server,
    public readonly folder: string,
    /** The path of the version, such as `/0.2/`. */
    public readonly base: string,
    /** The paths of the versions that are served elsewhere. */
    public readonly otherVersions: readonly string[],
  ) {}

  public static async folder(
    folder: string,
    base: string,
    otherVersions: readonly string[],
  ): Promise<Served> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const file = served.fileOf(decodeURIComponent(pathname));
      const found = file ?? join(folder, '404.html');
      const type = TYPES[extname(found)] ?? 'text/plain';
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': type });
      response.end(readFileSync(found));
    });
    const served = new Served(server, folder, base, otherVersions);
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', () => done());
    });
    return served;
  }

  /** The address of the home page. */
  public get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.base}`;
  }

  /** The pages, by their paths in the folder. */
  public pages(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.html') && file !== '404.html')
      .sort();
  }

  public html(page: string): string {
    return readFileSync(join(this.folder, page), 'utf8');
  }

  /** The file that a path leads to, as a host of static files finds it. */
  public fileOf(path: string): string | undefined {
    if (!path.startsWith(this.base)) return undefined;
    const at = join(this.folder, path.slice(this.base.length));
    return [at, `${at}.html`, join(at, 'index.html')].find(
      (file) => existsSync(file) && statSync(file).isFile(),
    );
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => {
      this.server.close(done);
    });
  }
}
