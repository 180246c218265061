import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { CourseError } from '@streamlings/course';
import sirv from 'sirv';

/** Where the hub listens, and what it serves. */
export interface HubOptions {
  host: string;
  /** 0 for a free one; unset for the usual one, or a free one where that is taken. */
  port: number | undefined;
  routes: (router: ConnectRouter) => void;
  /** Builds the application, called at once; resolves with its folder, whose files are served from then on. */
  app: () => Promise<string>;
}

/** A hub that runs. */
export interface Hub extends AsyncDisposable {
  /** What to open in a browser; it holds the key to this hub. */
  url: string;
}

/** A page keeps what was typed while the hub was away, under the hub's address: that is the same after a restart. */
const usualPort = 4750;

/** More than anybody types into a lesson. */
const maxMessageBytes = 2 ** 22;

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
  const adapter = connectNodeAdapter({ routes, requestPathPrefix: '/rpc', readMaxBytes: maxMessageBytes });
  const files = app().then((folder) => sirv(folder, { single: true, etag: true }));
  // A page that asks for them hears of it.
  files.catch(() => {});
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const problem = findProblem(request);
    if (problem) return answer(response, 403, problem);
    if (admit(request, response)) return;
    if (!hasKey(request)) return answer(response, 403, 'Open the address that `pnpm start` has printed.');
    if (request.url?.startsWith('/rpc/')) return adapter(request, response);
    files.then(
      (serve) => serve(request, response),
      (error: Error) => answer(response, 500, `The browser application cannot be built: ${error.message}`),
    );
  });
  const cookie = () => `streamlings-${(server.address() as AddressInfo).port}`;

  function findProblem({ headers: { host: name, origin } }: IncomingMessage): string | undefined {
    const { port: bound } = server.address() as AddressInfo;
    const names = ['localhost', ...listAddresses(host)].map((each) => `${inAddress(each)}:${bound}`);
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

  await listen(server, host, port ?? usualPort).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (port === undefined) return listen(server, host, 0);
    throw new CourseError(`Port ${port} is taken: give another one with \`--port\`, or none for a free one.`);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${inAddress(host)}:${address.port}/?key=${key}`,
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

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

/** Lists what a browser may call a host: where all addresses are listened on, each of them. */
function listAddresses(host: string): string[] {
  if (!['0.0.0.0', '::'].includes(host)) return ['127.0.0.1', host];
  return Object.values(networkInterfaces()).flatMap((own) => own?.map(({ address }) => address) ?? []);
}

/** The name under which a browser on this machine finds a host. */
function inAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function answer(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
