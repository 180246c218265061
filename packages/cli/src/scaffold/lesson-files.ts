/** What a new lesson is called. */
export interface LessonName {
  /** Two digits, for example `08`. */
  number: string;
  /** In kebab case, for example `retries`. */
  slug: string;
}

/** Writes the files of a new lesson and its solution, by their path from the root: small, whole, and to be replaced. */
export function writeLesson({ number, slug }: LessonName): Record<string, string> {
  const lesson = `lessons/${number}-${slug}`;
  const solution = `solutions/lesson-${number}-${slug}`;
  const title = slug.replace(/^./, (letter) => letter.toUpperCase()).replaceAll('-', ' ');
  return {
    [`${lesson}/package.json`]: manifest(`lesson-${number}`, `${title}: what the learner builds.`, {
      exports: { './checks': './checks.ts', './demo': './demo.ts', './serve': './serve.ts' },
    }),
    [`${lesson}/tsconfig.json`]: tsconfig,
    [`${lesson}/README.md`]: chapter(number, title),
    [`${lesson}/checks.ts`]: checks(number),
    [`${lesson}/demo.ts`]: demo,
    [`${lesson}/serve.ts`]: serve,
    [`${lesson}/start.ts`]: start('./demo.ts', './serve.ts'),
    [`${lesson}/exercise.test.ts`]: exercise('./checks.ts'),
    [`${lesson}/src/server.ts`]: starter,
    [`${solution}/package.json`]: manifest(`lesson-${number}-solution`, `A solution of lesson ${number}.`, {
      dependencies: { [`lesson-${number}`]: 'workspace:*' },
    }),
    [`${solution}/tsconfig.json`]: tsconfig,
    [`${solution}/start.ts`]: start(`lesson-${number}/demo`, `lesson-${number}/serve`),
    [`${solution}/exercise.test.ts`]: exercise(`lesson-${number}/checks`),
    [`${solution}/src/server.ts`]: right,
    [`${solution}/mistakes/server/answers-in-another-case.ts`]: mistake,
  };
}

/** Writes the manifest of a package of the course. */
export function manifest(
  name: string,
  description: string,
  { exports, dependencies = {} }: { exports?: object; dependencies?: Record<string, string> },
): string {
  const catalog = (...names: string[]) => Object.fromEntries(names.map((each) => [each, 'catalog:']));
  const ours = (...names: string[]) =>
    Object.fromEntries(names.map((each) => [`@streamlings/${each}`, 'workspace:*']));
  const json = {
    name,
    version: '0.1.0',
    private: true,
    description,
    license: 'MIT',
    type: 'module',
    ...(exports ? { exports } : {}),
    scripts: { start: 'node start.ts', test: 'grade' },
    dependencies: {
      ...catalog('@bufbuild/protobuf', '@grpc/grpc-js'),
      ...ours('grading', 'grpc', 'proto'),
      ...dependencies,
      ...catalog('vitest'),
    },
    devDependencies: { ...ours('course'), ...catalog('@types/node') },
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

const tsconfig = `{ "extends": "../../tsconfig.base.json", "include": ["*.ts", "src"] }\n`;

const chapter = (number: string, title: string): string => `# ${number} · ${title}

About 30 minutes. You need the lessons before.

Say in one paragraph in which situation the reader is, and what they will be able to do.

## The idea

Explain the mechanism, with one sequence diagram and one snippet from another domain.

## Your task

Open \`src/server.ts\`. Answer \`UnaryCall\` with \`Echo: {content}\`.

## What the checks look for

- answers with an echo

## Hints

<details>
<summary>Where to look</summary>

Say where, not what.

</details>

<details>
<summary>Which tool</summary>

Name it, and leave its use to the reader.

</details>

## When it passes

Name one thing to watch on the wire, one experiment that breaks it, and a foreign client that calls it.

## Further reading

- [Core concepts of gRPC](https://grpc.io/docs/what-is-grpc/core-concepts/)
`;

const checks = (number: string): string => `import { status } from '@grpc/grpc-js';
import { check, type Load, nameOf, step } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';

/** What the files of \`src\` export. */
export interface Exercise {
  server: { handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> };
}

/** Declares the checks of lesson ${number}. */
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
}
`;

export const demo = `import type { Load } from '@streamlings/grading';
import type { Exercise } from './checks.ts';

/** Runs the file of an exercise and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { handlers } = await exercise.server();
  console.log(\`src/server.ts handles: \${Object.keys(handlers()).join(', ')}\`);
}
`;

export const serve = `import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves \`src/server.ts\`. */
export async function serve({ server }: Load<Exercise>): Promise<Hosted> {
  const { handlers } = await server();
  return host([StreamingService, handlers()]);
}
`;

/** Writes the glue that hands the files of `src` to a demo and a server. */
export const start = (
  demoFrom: string,
  serveFrom: string,
  src = './src',
): string => `import { start } from '@streamlings/grading/demo';
import { demo } from '${demoFrom}';
import { serve } from '${serveFrom}';

await start({ demo, serve }, { server: () => import('${src}/server.ts') });
`;

/** Writes the glue that hands the files of `src` to the checks. */
export const exercise = (
  checksFrom: string,
  src = './src',
): string => `import { checks } from '${checksFrom}';

checks({ server: () => import('${src}/server.ts') });
`;

const head = `import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers \`UnaryCall\`. */
export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
`;

export const starter: string = `${head}    unaryCall: (_call, callback) => {
      // TODO: Answer with what the contract says.
      callback({ code: status.UNIMPLEMENTED, details: 'UnaryCall is not written yet' });
    },
  };
}
`;

const answering = (word: string): string =>
  `${head.split('\n').slice(1).join('\n')}    unaryCall: ({ request }, callback) => callback(null, { content: \`${word}: \${request.content}\` }),
  };
}
`;

export const right: string = answering('Echo');

const mistake = `// misconception: L1-07
// fails: answers with an echo
${answering('echo')}`;
