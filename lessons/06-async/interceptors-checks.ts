import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Metadata, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { serveConnect } from '@streamlings/grading/connect';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { CallReport, Exercise, Routes } from './checks.ts';

/** Declares the checks of `src/interceptors.ts`. */
export function interceptorsChecks(load: Load<Exercise>['interceptors']): void {
  /** Serves the check's own routes behind the learner's log. */
  const startLogged = async (context: CheckContext, routes: Routes) => {
    const { logCalls } = await load();
    const reports: CallReport[] = [];
    const server = await serveConnect(context, StreamingService, routes, [
      logCalls((report) => reports.push({ ...report })),
    ]);
    return { reports, server };
  };

  check(
    'reports a unary call once, with its outcome',
    {
      hints: {
        'L4-08':
          'One call, and more than one report of it. A call that has failed was also begun, and its signal aborts after every call, also after a good one. Which of your places reports first, and how do the others know?',
      },
      otherwise: 'One call ends with OK, one with NOT_FOUND. What does your log say of each, and how often?',
    },
    async (context) => {
      const { reports, server } = await startLogged(context, (router) =>
        router.service(StreamingService, {
          unaryCall: ({ content }) => {
            if (content === '') throw new ConnectError('nothing there', Code.NotFound);
            return { content };
          },
        }),
      );
      context.diagnose({ 'L4-08': () => reports.length > server.calls.length });
      const good = await server.unary('unaryCall', { content: 'Hello' });
      await server.barrier(5);
      expect(nameOf(good.code), 'status of the first call').toBe('0 OK');
      expect(reports, 'reports of it').toEqual([{ method: 'UnaryCall', received: 1, sent: 1, code: 0 }]);
      const bad = await server.unary('unaryCall', {});
      await server.barrier(5);
      expect(nameOf(bad.code), 'status of the second call').toBe('5 NOT_FOUND');
      expect(reports.slice(1), 'reports of the second call').toEqual([
        { method: 'UnaryCall', received: 1, sent: 0, code: Code.NotFound },
      ]);
    },
  );

  check(
    'reports a stream when it is over, with what went each way',
    {
      hints: {
        'L6-05':
          'Your log has reported a stream before it ran, or has missed its messages. A generator does nothing until somebody pulls at it, and the handler of a stream is one: when `next` is done, it has not begun. Who pulls at yours, and what do they get?',
        'L4-08':
          'One call, and more than one report of it: the end of the messages, an error and the signal can all come for one call. How do the later ones know of the first?',
      },
      otherwise:
        'Two requests and three replies in a stream that ends with OK, then a stream that fails after one message, then an upload. When do you report, and what?',
    },
    async (context) => {
      const gate = Promise.withResolvers<void>();
      const { reports, server } = await startLogged(context, (router) =>
        router.service(StreamingService, {
          async *serverStreaming({ topic }) {
            yield { content: topic };
            throw new ConnectError('nothing more', Code.ResourceExhausted);
          },
          async clientStreaming(requests) {
            return { messagesProcessed: (await Array.fromAsync(requests)).length };
          },
          async *bidirectionalStreaming(requests) {
            for await (const { content } of requests) yield { content };
            await gate.promise;
            yield { content: 'bye' };
          },
        }),
      );
      context.diagnose({
        'L4-08': () => reports.length > server.calls.length,
        'L6-05': () => server.calls.length > 0,
      });
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      for (const content of ['one', 'two']) call.write({ content });
      call.end();
      await server.barrier(20);
      expect(reports, 'reports of a stream that is not over').toEqual([]);
      gate.resolve();
      expect(nameOf((await echoes.outcome).code), 'status of BidirectionalStreaming').toBe('0 OK');
      await server.barrier(5);
      expect(reports, 'reports of it').toEqual([
        { method: 'BidirectionalStreaming', received: 2, sent: 3, code: 0 },
      ]);
      const failing = server.read(server.client.serverStreaming({ topic: 'news' }));
      expect(nameOf((await failing.outcome).code), 'status of ServerStreaming').toBe('8 RESOURCE_EXHAUSTED');
      await server.barrier(5);
      expect(reports.slice(1), 'reports of a stream that fails').toEqual([
        { method: 'ServerStreaming', received: 1, sent: 1, code: Code.ResourceExhausted },
      ]);
      const upload = server.upload('clientStreaming');
      upload.send({ content: 'one' }, { content: 'two' });
      upload.halfClose();
      expect((await upload.outcome).message?.messagesProcessed, 'messages that the handler has read').toBe(2);
      await server.barrier(5);
      expect(reports.slice(2), 'reports of an upload').toEqual([
        { method: 'ClientStreaming', received: 2, sent: 1, code: 0 },
      ]);
    },
  );

  check(
    'holds no message back',
    {
      guard: true,
      hints: {
        'L2-06':
          'The handler has answered a message, and its client does not see the answer; or the handler does not see the message. What does your log collect before it passes it on?',
      },
      otherwise:
        'The client sends a message when it has the reply to the one before. What stands in between?',
    },
    async (context) => {
      let read = 0;
      const { server } = await startLogged(context, (router) =>
        router.service(StreamingService, {
          async *bidirectionalStreaming(requests) {
            for await (const { content } of requests) {
              read++;
              yield { content };
            }
          },
        }),
      );
      const call = server.client.bidirectionalStreaming();
      const echoes = server.read(call);
      context.diagnose({ 'L2-06': () => server.calls.length > 0 && echoes.received.length < 3 });
      for (let number = 1; number <= 3; number++) {
        call.write({ content: `message ${number}` });
        expect((await echoes.message(number))?.content, `reply ${number}`).toBe(`message ${number}`);
        expect(read, 'messages that the handler has read').toBe(number);
      }
      call.end();
      expect(nameOf((await echoes.outcome).code), 'status of the call').toBe('0 OK');
    },
  );

  check(
    'reports a call whose client has left',
    {
      hints: {
        'L6-01':
          'The client has left, and your log knows nothing of it. The handler waits, your loop over its messages waits with it, and nobody comes back to either: a `finally` behind them is not reached. Which part of the request hears of a cancellation at once?',
        'L4-08':
          'One call, and more than one report of it: the signal, and then what woke up because of it. How does the later one know of the first?',
      },
      otherwise:
        'The handler has sent one message and waits, and the client leaves. What does your log say, and when?',
    },
    async (context) => {
      const woken = Promise.withResolvers<void>();
      const { reports, server } = await startLogged(context, (router) =>
        router.service(StreamingService, {
          async *serverStreaming() {
            yield { content: 'one' };
            await woken.promise;
            throw new ConnectError('too late', Code.Aborted);
          },
        }),
      );
      context.diagnose({ 'L4-08': () => reports.length > 1, 'L6-01': () => reports.length === 0 });
      const stream = server.read(server.client.serverStreaming({ topic: 'news' }));
      expect((await stream.message(1))?.content, 'the first message').toBe('one');
      stream.cancel();
      await server.barrier(5);
      const expected = [{ method: 'ServerStreaming', received: 1, sent: 1, code: Code.Canceled }];
      expect(reports, 'reports while the handler still waits').toEqual(expected);
      woken.resolve();
      await server.barrier(5);
      expect(reports, 'reports when it has woken up').toEqual(expected);
    },
  );

  check(
    'refuses a call without a valid token before its handler runs',
    {
      hints: {
        'L1-04':
          'What you threw has no code that a client understands: it was told INTERNAL. Which code says that nobody knows who is calling?',
      },
      otherwise:
        'A unary call and a stream, each without a token and with a wrong one. What do their clients get, and what does the handler hear of them?',
    },
    async (context) => {
      const { authenticate } = await load();
      let handled = 0;
      const server = await serveConnect(
        context,
        StreamingService,
        (router) =>
          router.service(StreamingService, {
            unaryCall: () => {
              handled++;
              return {};
            },
            async *serverStreaming() {
              handled++;
              yield {};
            },
          }),
        [authenticate(new Map([['s3cret', 'ada']]))],
      );
      let code: number = status.OK;
      context.diagnose({ 'L1-04': () => code === status.INTERNAL || code === status.UNKNOWN });
      for (const authorization of [undefined, 'Bearer wr0ng']) {
        const metadata = new Metadata();
        if (authorization) metadata.set('authorization', authorization);
        const what = authorization ? 'a wrong token' : 'no token';
        code = (await server.unary('unaryCall', {}, metadata)).code;
        expect(nameOf(code), `status of UnaryCall with ${what}`).toBe('16 UNAUTHENTICATED');
        code = (await server.read(server.client.serverStreaming({}, metadata)).outcome).code;
        expect(nameOf(code), `status of ServerStreaming with ${what}`).toBe('16 UNAUTHENTICATED');
      }
      expect(handled, 'calls that reached a handler').toBe(0);
    },
  );

  check(
    'sends the token, and tells the handler whose it is',
    {
      hints: {
        'L1-13':
          'The call of a user with a name like any other ended with INTERNAL, before its handler ran: a header takes printable ASCII and no other text. Does the name have to travel in one, to somebody in the same process?',
      },
      otherwise:
        'A Connect client with your interceptor calls a server with your interceptor. What is in its headers, and what does the handler read from its context?',
    },
    async (context) => {
      const { authenticate, sendToken, userKey } = await load();
      let code: number = status.OK;
      context.diagnose({ 'L1-13': () => code === Code.Internal });
      const server = await serveConnect(
        context,
        StreamingService,
        (router) =>
          router.service(StreamingService, {
            unaryCall: (_request, { values }) => ({ sender: values.get(userKey) }),
            async *serverStreaming(_request, { values, requestHeader }) {
              yield { sender: values.get(userKey), content: requestHeader.get('authorization') ?? '' };
            },
          }),
        [
          authenticate(
            new Map([
              ['s3cret', 'ada'],
              ['s4cret', 'Łukasz'],
            ]),
          ),
        ],
      );
      const baseUrl = `http://${server.address}`;
      const sessionManager = new Http2SessionManager(baseUrl);
      context.defer(() => sessionManager.abort());
      for (const [token, user] of [
        ['s3cret', 'ada'],
        ['s4cret', 'Łukasz'],
      ] as const) {
        const interceptors = [sendToken(token)];
        const transport = createGrpcTransport({ baseUrl, sessionManager, interceptors });
        const client = createClient(StreamingService, transport);
        const reply = await client.unaryCall({}).catch((error) => {
          code = ConnectError.from(error).code;
        });
        expect(code, `status code of a call with the token of ${user}`).toBe(status.OK);
        expect(reply?.sender, 'user that the unary handler was told').toBe(user);
        const [message] = await Array.fromAsync(client.serverStreaming({}));
        expect(message?.sender, 'user that the streaming handler was told').toBe(user);
        expect(message?.content, 'header `authorization`').toBe(`Bearer ${token}`);
      }
    },
  );
}
