import { join } from 'node:path';
import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { courseRoot, findUnit, readStepTexts } from '@streamlings/course';
import {
  type HubService,
  type LabKnobs,
  LabReading,
  type LabSchema,
  type RunLabRequest,
  type RunLabResponseSchema,
} from '@streamlings/proto/streamlings/hub/v1/hub';
import { findKnobProblem, listKnobs } from '../lab/knobs.ts';
import { type LabLesson, labLessons } from '../lab/lessons.ts';
import { type LabOutput, type LabProcess, startLabProcess } from './lab-process.ts';
import { refuse } from './refuse.ts';

/** The most of a server's output that a page is told. */
const MAX_OUTPUT = 32_768;

type LabRoutes = Pick<ServiceImpl<typeof HubService>, 'getLab' | 'runLab'>;

interface LabOptions {
  root?: string;
  /** The longest that the process of a call may live. */
  lifeMs?: number;
}

/** Serves the labs of lessons; one call at a time, whoever asks. */
export function createLabRoutes({ root = courseRoot, lifeMs = 30_000 }: LabOptions = {}): LabRoutes {
  let makeWay = (): void => {};
  return {
    async getLab({ lesson: name }) {
      const { name: lesson } = await findUnit(name, root).catch(refuse);
      const lab = labLessons[lesson];
      return lab ? { lab: await describeLab(lesson, lab, root) } : {};
    },

    async *runLab(request, { signal }) {
      const job = await prepare(request, root);
      signal.throwIfAborted();
      makeWay();
      const reasons: ConnectError[] = [];
      const lab = startLabProcess(job);
      const stop = (reason: ConnectError): void => {
        reasons.push(reason);
        void lab[Symbol.asyncDispose]();
      };
      const makeOwnWay = () => stop(new ConnectError('another call has begun meanwhile', Code.Aborted));
      makeWay = makeOwnWay;
      const timer = setTimeout(() => {
        stop(new ConnectError(`the call was stopped after ${lifeMs / 1000} seconds`, Code.DeadlineExceeded));
      }, lifeMs);
      signal.addEventListener('abort', () => stop(new ConnectError('the page has left', Code.Canceled)));
      try {
        yield* follow(lab, reasons);
      } finally {
        clearTimeout(timer);
        if (makeWay === makeOwnWay) makeWay = () => {};
        await lab[Symbol.asyncDispose]();
      }
    },
  };
}

async function describeLab(
  lesson: string,
  lab: LabLesson,
  root: string,
): Promise<MessageInitShape<typeof LabSchema>> {
  const { method, reader, produces, step: number, initial, questions } = lab;
  const { step } = await readStepTexts(lesson, number, root).catch(refuse);
  return {
    rpc: method.name,
    step: { lesson, step: number },
    file: step.file,
    reader,
    produces,
    knobs: listKnobsOf(lab).map((knob) => ({ ...knob, initial: initial[knob.name] })),
    questions: [LabReading.AT_ONCE, LabReading.PACED, LabReading.STOPS].map((reading) => ({
      reading,
      text: questions[reading]?.text ?? '',
    })),
  };
}

function listKnobsOf({ method }: LabLesson) {
  return listKnobs({ hasResponseStream: method.methodKind !== 'client_streaming' });
}

/** Checks a request, and says what is to be done. */
async function prepare({ lesson: name, callsSolution, knobs }: RunLabRequest, root: string) {
  const unit = await findUnit(name, root).catch(refuse);
  const lab = labLessons[unit.name];
  if (!lab) throw new ConnectError(`\`${unit.name}\` has no lab`, Code.NotFound);
  const problem = knobs ? findKnobProblem(knobs, listKnobsOf(lab)) : '`knobs` are missing: give some.';
  if (problem) throw new ConnectError(problem, Code.InvalidArgument);
  const folder = callsSolution ? unit.solution : unit.folder;
  return { lesson: unit.name, start: join(folder, 'start.ts'), knobs: knobs as LabKnobs };
}

async function* follow(
  { output }: LabProcess,
  reasons: ConnectError[],
): AsyncGenerator<MessageInitShape<typeof RunLabResponseSchema>> {
  let printed = 0;
  for await (const news of output as AsyncIterable<LabOutput>) {
    switch (news.kind) {
      case 'wire':
        yield { body: { case: 'wire', value: news.piece as unknown as JsonObject } };
        break;
      case 'output': {
        const text = news.text.slice(0, MAX_OUTPUT - printed);
        printed += text.length;
        if (text) yield { body: { case: 'output', value: text } };
        break;
      }
      case 'report':
        yield { body: { case: 'report', value: news.report } };
        return;
      case 'failure':
        throw new ConnectError(news.reason, Code.FailedPrecondition);
    }
  }
  throw reasons[0] ?? new ConnectError('the process of the lab has ended before its time', Code.Internal);
}
