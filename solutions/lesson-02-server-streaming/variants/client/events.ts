import { type ClientReadableStream, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Wanted {
  topic: string;
  maxMessages: number;
}

function connect(address: string) {
  return createClient(StreamingService, address, credentials.createInsecure());
}

export function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  const client = connect(address);
  const messages: Message[] = [];
  return new Promise<void>((resolve, reject) => {
    const call = client.serverStreaming(wanted);
    call.on('data', (message: Message) => messages.push(message));
    call.on('error', reject);
    call.on('end', resolve);
  })
    .then(() => messages)
    .finally(() => client.close());
}

export function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  const client = connect(address);
  const messages: Message[] = [];
  return new Promise<Message[]>((resolve, reject) => {
    const call: ClientReadableStream<Message> = client.serverStreaming(wanted);
    call.on('data', (message) => {
      if (messages.length === count) return;
      messages.push(message);
      if (messages.length === count) call.cancel();
    });
    call.on('error', (error: ServiceError) => {
      if (error.code === status.CANCELLED && messages.length === count) resolve(messages);
      else reject(error);
    });
    call.on('status', ({ code }) => code === status.OK && resolve(messages));
  }).finally(() => client.close());
}

export function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  { clock }: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  const client = connect(address);
  return new Promise<'ended' | 'idle'>((resolve, reject) => {
    const call = client.serverStreaming(wanted);
    let silence = new AbortController();
    let isIdle = false;
    const restart = (): void => {
      silence.abort();
      silence = new AbortController();
      clock.sleep(idleTimeoutMs, { signal: silence.signal }).then(
        () => {
          isIdle = true;
          call.cancel();
        },
        () => {},
      );
    };
    restart();
    call.on('data', (message: Message) => {
      restart();
      onMessage(message);
    });
    call.on('end', () => silence.abort());
    call.on('status', ({ code }) => code === status.OK && resolve('ended'));
    call.on('error', (error) => {
      silence.abort();
      if (isIdle) resolve('idle');
      else reject(error);
    });
  }).finally(() => client.close());
}
