import { demo, exercise, type LessonName, manifest, serve, start } from './lesson-files.ts';
import { instructorNotes, readme, stepPage } from './workshop-texts.ts';

/** Writes the files of a new workshop of two steps and its solution, by their path from the root. */
export function writeWorkshop({ number, slug }: LessonName): Record<string, string> {
  const name = `workshop-${number}`;
  const workshop = `workshops/${number}-${slug}`;
  const solution = `solutions/${name}-${slug}`;
  const title = slug.replace(/^./, (letter) => letter.toUpperCase()).replaceAll('-', ' ');
  return {
    [`${workshop}/package.json`]: manifest(name, `${title}: what the room builds.`, {
      exports: { './checks': './checks.ts', './demo': './demo.ts', './serve': './serve.ts' },
    }),
    [`${workshop}/tsconfig.json`]: tsconfig('src'),
    [`${workshop}/README.md`]: readme(number, title),
    [`${workshop}/INSTRUCTOR.md`]: instructorNotes(number, title),
    [`${workshop}/steps/01.md`]: stepPage(1, 'UnaryCall', 'answers with an echo'),
    [`${workshop}/steps/02.md`]: stepPage(2, 'ServerStreaming', 'sends one message and ends'),
    [`${workshop}/checks.ts`]: checks(number),
    [`${workshop}/demo.ts`]: demo,
    [`${workshop}/serve.ts`]: serve,
    [`${workshop}/start.ts`]: start('./demo.ts', './serve.ts'),
    [`${workshop}/exercise.test.ts`]: exercise('./checks.ts'),
    [`${workshop}/src/server.ts`]: server(unwritten.unary, unwritten.streaming),
    [`${solution}/package.json`]: manifest(`${name}-solution`, `A solution of workshop ${number}.`, {
      dependencies: { [name]: 'workspace:*' },
    }),
    [`${solution}/tsconfig.json`]: tsconfig('steps', 'mistakes', 'variants'),
    [`${solution}/start.ts`]: start(`${name}/demo`, `${name}/serve`, './steps/02/src'),
    [`${solution}/exercise.test.ts`]: exercise(`${name}/checks`, './steps/02/src'),
    [`${solution}/steps/01/src/server.ts`]: server(echo('Echo'), unwritten.streaming),
    [`${solution}/steps/02/src/server.ts`]: server(echo('Echo'), stream('      call.end();\n')),
    [`${solution}/mistakes/01/answers-in-another-case.ts`]: mistake(
      'L1-07',
      'answers with an echo',
      server(echo('echo'), unwritten.streaming),
    ),
    [`${solution}/mistakes/02/never-ends.ts`]: mistake(
      'L2-03',
      'sends one message and ends',
      server(echo('Echo'), stream('')),
    ),
  };
}

const tsconfig = (...folders: string[]): string =>
  `${JSON.stringify({ extends: '../../tsconfig.base.json', include: ['*.ts', ...folders] })}\n`;

const checks = (number: string): string => `import { status } from '@grpc/grpc-js';
import { check, type Load, nameOf, step } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';

/** What the files of \`src\` export. */
export interface Exercise {
  server: { handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall' | 'serverStreaming'> };
}

/** Declares the checks of workshop ${number}. */
export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'UnaryCall', file: 'src/server.ts' }, () => {
    check(
      'answers with an echo',
      {
        hints: { 'L1-07': 'The answer is not what the contract says. What does it say, letter by letter?' },
        otherwise: 'What does the contract say of the answer?',
      },
      async ({ serve, diagnose }) => {
        const { handlers } = await exercise.server();
        const server = await serve(StreamingService, handlers());
        diagnose({ 'L1-07': ({ label }) => label.startsWith('content') });
        const { code, message } = await server.unary('unaryCall', { content: 'hello', sender: 'ada' });
        expect(nameOf(code), 'status').toBe(nameOf(status.OK));
        expect(message?.content, 'content of the answer').toBe('Echo: hello');
      },
    );
  });

  step({ number: 2, title: 'ServerStreaming', file: 'src/server.ts' }, () => {
    check(
      'sends one message and ends',
      {
        hints: { 'L2-03': 'The message came, and the call is still open. Who says that a stream is over?' },
        otherwise: 'What does the contract say of the messages?',
      },
      async ({ serve, diagnose }) => {
        const { handlers } = await exercise.server();
        const server = await serve(StreamingService, handlers());
        const messages: unknown[] = [];
        diagnose({ 'L2-03': () => messages.length === 1 });
        const call = server.client.serverStreaming({ topic: 'news', maxMessages: 1 });
        call.on('data', (message) => messages.push(message));
        const ended = Promise.withResolvers<number>();
        call.on('error', () => {}).on('status', ({ code }) => ended.resolve(code));
        expect(nameOf(await ended.promise), 'status').toBe(nameOf(status.OK));
        expect(messages.length, 'messages').toBe(1);
      },
    );
  });
}
`;

const unwritten = {
  unary: `(_call, callback) => {
      // TODO: Answer with what the contract says.
      callback({ code: status.UNIMPLEMENTED, details: 'UnaryCall is not written yet' });
    }`,
  streaming: `(call) => {
      // TODO: Send what the contract says.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'ServerStreaming is not written yet' });
    }`,
};

const echo = (word: string): string =>
  `({ request }, callback) => callback(null, { content: \`${word}: \${request.content}\` })`;

const stream = (end: string): string => `(call) => {
      call.write({ content: \`Message 1 for topic \${call.request.topic}\` });
${end}    }`;

/** Writes `src/server.ts`. */
function server(unary: string, streaming: string): string {
  const imports = `${unary}${streaming}`.includes('status.')
    ? "import { status } from '@grpc/grpc-js';\n"
    : '';
  return `${imports}import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers \`UnaryCall\` and \`ServerStreaming\`. */
export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall' | 'serverStreaming'> {
  return {
    unaryCall: ${unary},
    serverStreaming: ${streaming},
  };
}
`;
}

const mistake = (misconception: string, fails: string, text: string): string =>
  `// misconception: ${misconception}\n// fails: ${fails}\n${text}`;
