import type { DescService } from '@bufbuild/protobuf';
import type { Timeline } from '@streamlings/wire';
import { packSchema, unpackSchema } from '../wire/schema.ts';
import { isSupervised, tell } from './channel.ts';

/** Stands between a server of a check and its clients. */
export interface WireTap {
  /** Where clients connect to, as `host:port`. */
  readonly address: string;
  /** Everything that passed so far. */
  timeline(): Promise<Timeline>;
  /** Lets go of it; a tap of the supervisor stays until the verdict is out. */
  close(): Promise<void>;
}

/** What the supervisor answers to a line with the same `request`. */
export type TapReply = { request: number } & (
  | { tap: number; address: string }
  | { timeline: Timeline }
  | { frozen: true }
  | { error: string }
);

/** From a child's main thread, which hears the supervisor, to its worker. */
export const TAP_CHANNEL = 'streamlings.taps';

/** Puts a tap before a port: one of the supervisor's, which outlives this process, or without a supervisor one here. */
export function openTap(service: DescService, port: number): Promise<WireTap> {
  return isSupervised() ? openSupervisedTap(service, port) : openLocalTap(service, port);
}

/**
 * Has the supervisor take down what its taps have seen, before whatever comes next adds to it.
 */
export async function freezeTaps(): Promise<void> {
  if (isSupervised()) await ask((request) => tell({ kind: 'over', request }));
}

async function openSupervisedTap(service: DescService, port: number): Promise<WireTap> {
  const opened = await ask((request) => tell({ kind: 'tap', request, port, schema: packSchema(service) }));
  if (!('address' in opened)) throw new Error('the supervisor did not open a tap');
  const { address, tap } = opened;
  return {
    address,
    timeline: async () => {
      const reply = await ask((request) => tell({ kind: 'timeline', request, tap }));
      if ('timeline' in reply) return reply.timeline;
      throw new Error('the supervisor has no timeline');
    },
    close: async () => {},
  };
}

async function openLocalTap(service: DescService, port: number): Promise<WireTap> {
  const { createTap } = await import('@streamlings/wire');
  const registry = unpackSchema(packSchema(service));
  const tap = await createTap({ target: { host: '127.0.0.1', port }, registry });
  return { address: tap.address, timeline: async () => tap.timeline(), close: () => tap.close() };
}

const waiting = new Map<number, (reply: TapReply) => void>();
let lastRequest = 0;
let isListening = false;

async function ask(send: (request: number) => void): Promise<TapReply> {
  if (!isListening) listen();
  const request = ++lastRequest;
  const { promise, resolve } = Promise.withResolvers<TapReply>();
  waiting.set(request, resolve);
  send(request);
  const reply = await promise;
  if ('error' in reply) throw new Error(reply.error);
  return reply;
}

function listen(): void {
  isListening = true;
  const channel = new BroadcastChannel(TAP_CHANNEL);
  channel.onmessage = (message) => {
    const { data: reply } = message as { data: TapReply };
    waiting.get(reply.request)?.(reply);
    waiting.delete(reply.request);
  };
  channel.unref();
}
