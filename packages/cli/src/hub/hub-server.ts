import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { CourseError } from '@streamlings/course';
import sirv from 'sirv';

/** Where the hub listens, and what it serves. */
export interface HubOptions {
  host: string;
  /** 0 for a free one. */
  port: number;
  routes: (router: ConnectRouter) => void;
  /** The folder of the built application. */
  app: string;
}

/** A hub that runs. */
export interface Hub extends AsyncDisposable {
  /** What to open in a browser; it holds the key to this hub. */
  url: string;
}

/** Nothing but the hub itself is ever asked; the editor and the diagrams write their styles into the page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the application to whoever has the key of this start, under the hub's own names only.
 *
 * @throws CourseError if the port is taken.
 */
export async function startHub({ host, port, routes, app }: HubOptions): Promise<Hub> {
  const key = randomBytes(24).toString('base64url');
  const adapter = connectNodeAdapter({ routes, requestPathPrefix: '/rpc' });
  const files = sirv(app, { single: true, etag: true });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const problem = findProblem(request);
    if (problem) return refuse(response, problem);
    if (admit(request, response)) return;
    if (!hasKey(request)) return refuse(response, 'Open the address that `pnpm start` has printed.');
    if (request.url?.startsWith('/rpc/')) return adapter(request, response);
    files(request, response);
  });
  const cookie = () => `streamlings-${(server.address() as AddressInfo).port}`;

  function findProblem({ headers: { host: name, origin } }: IncomingMessage): string | undefined {
    const { port: bound } = server.address() as AddressInfo;
    const names = ['127.0.0.1', 'localhost', host].map((each) => `${each}:${bound}`);
    if (!name || !names.includes(name)) return `This is not \`${name}\`.`;
    if (origin !== undefined && origin !== `http://${name}`) return `This is not for \`${origin}\`.`;
    return undefined;
  }

  /** Takes the key out of the address into a cookie that only this server gets. */
  function admit(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', 'http://hub');
    const given = url.searchParams.get('key');
    if (request.method !== 'GET' || given === null || !isKey(given)) return false;
    url.searchParams.delete('key');
    response.setHeader('Set-Cookie', `${cookie()}=${key}; HttpOnly; SameSite=Strict; Path=/`);
    response.writeHead(303, { Location: url.pathname + url.search }).end();
    return true;
  }

  function hasKey({ headers: { cookie: cookies = '' } }: IncomingMessage): boolean {
    const mine = cookies.split('; ').find((each) => each.startsWith(`${cookie()}=`));
    return mine !== undefined && isKey(mine.slice(cookie().length + 1));
  }

  function isKey(given: string): boolean {
    return given.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key));
  }

  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new CourseError(`Port ${port} is taken: give another one with \`--port\`, or none for a free one.`);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}/?key=${key}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function refuse(response: ServerResponse, sentence: string): void {
  response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
