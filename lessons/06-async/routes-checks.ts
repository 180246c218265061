import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type Outcome } from '@streamlings/grading';
import { serveConnect } from '@streamlings/grading/connect';
import { StatusError } from '@streamlings/grpc';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

/** Several times as many pieces of work as the lesson allows between two turns of the event loop. */
const MAX_PIECES_IN_A_ROW = 5000;

/** Declares the checks of `src/routes.ts`. */
export function routesChecks(load: Load<Exercise>['routes']): void {
  /** Serves the learner's routes, with a grpc-js server as their upstream. */
  const start = async (
    context: CheckContext,
    inspect: (content: string) => Iterable<unknown> = () => [],
    holdsUpstream = false,
  ) => {
    const { routes } = await load();
    const upstream = await context.serve(StreamingService, {
      unaryCall: ({ request }, callback) => {
        if (!holdsUpstream) callback(null, { content: `${request.content}, they say` });
      },
    });
    const sessionManager = new Http2SessionManager(`http://${upstream.address}`);
    context.defer(() => sessionManager.abort());
    const transport = createGrpcTransport({ baseUrl: `http://${upstream.address}`, sessionManager });
    const client = createClient(StreamingService, transport);
    const server = await serveConnect(context, StreamingService, routes(context.world, client, inspect));
    return { server, upstream };
  };

  check(
    'answers the four kinds, the streams message by message',
    {
      hints: {
        'L6-15':
          'The stream ended with INTERNAL before your handler did anything: Connect could not iterate over what it returned, and the wire does not say so. It wants something to iterate asynchronously, at once. What does your function return when it is called: that, or something else that yields, or a promise?',
        'L4-02':
          'Your handler has read a message and the client waits for its echo, before it sends the next one. What does the handler wait for?',
        'L2-06':
          'The source has yielded an item, the client has nothing, and no more items come until it has. What do you collect?',
      },
      otherwise:
        'Each kind is called by a grpc-js client, and one by a Connect client on the same port. Which one is it, and what came back?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      controls.source.script({ gated: true });
      const { server } = await start(context);
      const { client, read, upload } = server;
      let ended: Outcome<Message> | undefined;
      let received: readonly Message[] = [];
      let echoed: readonly Message[] = [];
      let sent = 0;
      diagnose({
        'L6-15': () => ended?.code === status.INTERNAL && controls.source.opened === 0,
        'L4-02': () => sent > 0 && echoed.length < sent,
        'L2-06': () => sent === 0 && controls.source.yielded > received.length,
      });
      const reply = await server.unary('unaryCall', { content: 'Hello', sender: 'ada' });
      expect(nameOf(reply.code), 'status of UnaryCall').toBe('0 OK');
      expect(reply.message, 'its answer').toMatchObject({
        content: 'Async echo: Hello',
        sender: 'async-server',
      });

      const stream = read(client.serverStreaming({ topic: 'news' }));
      received = stream.received;
      void stream.outcome.then((outcome) => {
        ended = outcome;
      });
      for (let number = 1; number <= 5; number++) {
        controls.source.release();
        const message = await stream.message(number);
        if (ended) expect(nameOf(ended.code), 'status of ServerStreaming').toBe('0 OK');
        expect(message, `message ${number} of ServerStreaming`).toMatchObject({
          content: `Async message ${number}`,
          sender: 'async-server',
        });
      }
      expect(nameOf((await stream.outcome).code), 'status of ServerStreaming').toBe('0 OK');
      expect(stream.received.length, 'messages, if the request does not say how many').toBe(5);

      const summary = upload('clientStreaming');
      summary.send({ sender: 'ada', content: 'one' }, { sender: 'ada', content: 'three' });
      summary.halfClose();
      const { code, message } = await summary.outcome;
      expect(nameOf(code), 'status of ClientStreaming').toBe('0 OK');
      expect(message, 'its answer').toMatchObject({
        messagesProcessed: 2,
        status: 'Processed 2 messages, total length: 8',
      });

      const call = client.bidirectionalStreaming();
      const echoes = read(call);
      echoed = echoes.received;
      for (const content of ['one', 'two']) {
        call.write({ content });
        sent++;
        expect(await echoes.message(sent), `echo of message ${sent}`).toMatchObject({
          content: `Async echo: ${content}, they say`,
          sender: 'async-server',
        });
      }
      call.end();
      expect(nameOf((await echoes.outcome).code), 'status of BidirectionalStreaming').toBe('0 OK');

      const sessionManager = new Http2SessionManager(`http://${server.address}`);
      context.defer(() => sessionManager.abort());
      const baseUrl = `http://${server.address}`;
      const web = createClient(
        StreamingService,
        createConnectTransport({ baseUrl, httpVersion: '2', sessionManager }),
      );
      const answer = await web.unaryCall({ content: 'from Connect' });
      expect(answer.content, 'answer to a client that speaks Connect').toBe('Async echo: from Connect');
    },
  );

  check(
    'refuses a bad request, and names the field in the details',
    {
      hints: {
        'L1-04':
          'What you threw says nothing that a peer may know, so Connect has sent INTERNAL and `internal error`. Which kind of error has a code, and how do details travel with it?',
      },
      otherwise:
        'Three requests: a unary call without content, a stream without a topic, a stream of -1 messages. A client that is a program reads the code and the details. What do they say?',
    },
    async (context) => {
      const { server } = await start(context);
      let code: number = status.OK;
      context.diagnose({ 'L1-04': () => code === status.INTERNAL || code === status.UNKNOWN });
      const refused = async (call: Promise<Outcome<unknown>>, what: string, field: string) => {
        const outcome = await call;
        code = outcome.code;
        expect(nameOf(code), `status of ${what}`).toBe('3 INVALID_ARGUMENT');
        const error = new StatusError(outcome.code, outcome.details, { metadata: outcome.trailers });
        const violations = error
          .findDetails(BadRequestSchema)
          .flatMap(({ fieldViolations }) => fieldViolations);
        expect(
          violations.map((violation) => violation.field),
          `fields that the details of ${what} name`,
        ).toEqual([field]);
      };
      const stream = (topic: string, maxMessages: number) =>
        server.read(server.client.serverStreaming({ topic, maxMessages })).outcome;
      await refused(server.unary('unaryCall', {}), 'UnaryCall without content', 'content');
      await refused(stream('', 1), 'ServerStreaming without a topic', 'topic');
      await refused(stream('news', -1), 'ServerStreaming of -1 messages', 'max_messages');
      expect(context.controls.source.opened, 'sources opened for bad requests').toBe(0);
    },
  );

  check(
    'closes its source when the client leaves, even while it waits',
    {
      hints: {
        'L6-01':
          'The client has left and the source is still open. Your generator waits for the next item, and nobody resumes a generator to tell it that its call is over: what stands in `finally` is for those who get there. Which of your arguments hears of a cancellation at once?',
      },
      otherwise:
        'The client takes what it wants and leaves: once at the end, once while the source has nothing to give. Who closes the source each time?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      diagnose({ 'L6-01': () => controls.source.open > 0 });
      const two = server.read(server.client.serverStreaming({ topic: 'news', maxMessages: 2 }));
      expect(nameOf((await two.outcome).code), 'status of a stream of 2 from a source without end').toBe(
        '0 OK',
      );
      expect(two.received.length, 'messages of that stream').toBe(2);
      await server.barrier(5);
      expect(controls.source.open, 'sources still open behind that stream').toBe(0);

      controls.source.script({ gated: true });
      const stream = server.read(server.client.serverStreaming({ topic: 'news' }));
      controls.source.release();
      expect((await stream.message(1))?.content, 'the first message').toBe('Async message 1');
      await server.barrier(5);
      stream.cancel();
      await server.barrier(5);
      expect(controls.source.open, 'sources still open when the client has left').toBe(0);
    },
  );

  check(
    'hands the cancellation, and the time that is left, to its upstream',
    {
      hints: {
        'L6-02':
          'A call that you make inside a handler is a call of its own: it has its own deadline, and it goes on when the one that caused it is over, unless you say otherwise. What has your handler been given that says both?',
      },
      otherwise:
        'A message waits for the upstream, and its client, who has given the call 20 seconds, leaves. What does the upstream see?',
    },
    async (context) => {
      const { diagnose } = context;
      const { server, upstream } = await start(context, undefined, true);
      diagnose({ 'L6-02': () => upstream.calls.length > 0 });
      const deadline = Date.now() + 20_000;
      const call = server.client.bidirectionalStreaming({ deadline });
      const echoes = server.read(call);
      call.write({ content: 'Hello' });
      await Promise.race([upstream.call(1), echoes.outcome]);
      const asked = upstream.calls[0];
      expect(upstream.calls.length, 'calls that the upstream got').toBe(1);
      // A handler that starts anew gives at least 20 seconds from now; what is under way takes a part of 10.
      const leftMs = (asked?.deadlineMs ?? 0) - deadline;
      expect(
        leftMs,
        'milliseconds by which the deadline of the upstream is later than that of the client',
      ).toBeLessThan(10_000);
      echoes.cancel();
      await asked?.whenCancelled;
    },
  );

  check(
    'waits for the store, and tells of its failure with a status',
    {
      hints: {
        'L6-09':
          'A promise was rejected and nobody held it: in a process of yours, Node would end it here, with all its calls. Which promise do you start and not wait for?',
      },
      otherwise:
        'The store takes its time, and then it breaks. What does the client of ClientStreaming get, and when?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      diagnose({
        'L6-09': ({ crash }) => crash !== undefined || controls.store.puts > controls.store.entries.size,
      });
      const release = controls.store.hold();
      const slow = server.upload('clientStreaming');
      slow.send({ sender: 'ada', content: 'one' });
      slow.halfClose();
      await server.barrier(10);
      expect(slow.isOver, 'whether the call is over before its message is kept').toBe(false);
      release();
      expect(nameOf((await slow.outcome).code), 'status when the message is kept').toBe('0 OK');
      expect([...controls.store.entries.keys()], 'keys in the store').toEqual(['ada/one']);

      controls.store.failNext('EIO', 'disk 7 in rack 12 is gone');
      const broken = server.upload('clientStreaming');
      broken.send({ sender: 'ada', content: 'two' });
      broken.halfClose();
      const { code, details } = await broken.outcome;
      expect(nameOf(code), 'status when the store breaks').toBe('13 INTERNAL');
      expect(details, 'text of the status').not.toContain('rack');
    },
  );

  check(
    'serves other calls while it computes',
    {
      hints: {
        'L6-13':
          'One call has worked piece after piece, thousands of times, and the event loop has not turned: no frame was read, no other call answered. `async` and `await` do not change that where there is nothing to wait for. What lets the event loop turn between two pieces?',
      },
      otherwise:
        'One call is being inspected, in as many pieces as it takes until another call, which has one piece of work, has its answer. What happens in between?',
    },
    async (context) => {
      let pieces = 0;
      let inARow = 0;
      let maxInARow = 0;
      let answered = false;
      function* inspect(content: string): Generator<string> {
        if (content !== 'long') {
          yield content;
          return;
        }
        while (!answered && inARow < MAX_PIECES_IN_A_ROW) {
          pieces++;
          maxInARow = Math.max(maxInARow, ++inARow);
          setImmediate(() => {
            inARow = 0;
          });
          yield content;
        }
      }
      const { server } = await start(context, inspect);
      context.diagnose({ 'L6-13': () => maxInARow >= MAX_PIECES_IN_A_ROW });
      const long = server.unary('unaryCall', { content: 'long' });
      const short = await server.unary('unaryCall', { content: 'short' });
      answered = true;
      expect(nameOf(short.code), 'status of the other call').toBe('0 OK');
      expect(nameOf((await long).code), 'status of the call that took long').toBe('0 OK');
      expect(pieces, 'pieces of work done').toBeGreaterThan(0);
      expect(maxInARow, 'pieces in a row without a turn of the event loop').toBeLessThan(MAX_PIECES_IN_A_ROW);
    },
  );
}
