import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import {
  findFailureLine,
  findUnit,
  listHints,
  readCompanions,
  readStepPage,
  readStepTexts,
  recordSeenSolutions,
  reset,
} from '@streamlings/course';
import {
  HubService,
  type StepName,
  type WatchResponseSchema,
} from '@streamlings/proto/streamlings/hub/v1/hub';
import { describeReplacement } from '../commands/replace.ts';
import type { RunView, Station } from '../engine/learner-engine.ts';
import type { Workbench } from '../engine/workbench.ts';
import { gatherAfterLesson } from './after-lesson.ts';
import { drawMap } from './course-map.ts';
import { createLabRoutes } from './lab-routes.ts';
import { launchEditor } from './launch-editor.ts';
import { readLearnerFile, writeLearnerFile } from './learner-file.ts';
import { refuse } from './refuse.ts';
import { settleConflict } from './settle-conflict.ts';

type WatchInit = MessageInitShape<typeof WatchResponseSchema>;

/** Serves a workbench to pages of the browser application, for as long as the workbench is open. */
export function createHubRoutes(workbench: Workbench): (router: ConnectRouter) => void {
  const { engine, gallery } = workbench;

  const indexOf = (name: StepName | undefined): number => {
    const index = engine.state.stations.findIndex((station) => isNamed(station, name));
    if (index >= 0) return index;
    throw new ConnectError(`there is no step ${name?.step} of ${name?.lesson}`, Code.NotFound);
  };
  const stationOf = (name: StepName | undefined): Station => engine.state.stations[indexOf(name)] as Station;

  // The engine may have gone on to the next step before a page has heard how the last one ended.
  const runs = new Map<string, RunView['events']>();
  workbench.onChange(() => {
    const { stations, index, run } = engine.state;
    const here = stations[index];
    if (here && run.events.length > 0) runs.set(nameOf(here), run.events);
  });

  /** Says what is new for a page since it was last told. */
  const createTeller = (name: StepName | undefined) => {
    let map = '';
    let version = '';
    let events: RunView['events'] = [];
    return async (): Promise<WatchInit[]> => {
      const news: WatchInit[] = [];
      const course = drawMap(engine.state);
      const text = JSON.stringify(course);
      if (text !== map) news.push({ body: { case: 'course', value: course } });
      map = text;
      if (!name) return news;
      const station = stationOf(name);
      const file = await readLearnerFile(station).catch(refuse);
      if (file.version !== version) news.push({ body: { case: 'file', value: file } });
      version = file.version;
      const now = runs.get(nameOf(station)) ?? [];
      const isSameRun = now[0]?.runId === events[0]?.runId;
      const fresh = isSameRun ? now.slice(events.length) : now;
      news.push(...fresh.map((value): WatchInit => ({ body: { case: 'event', value } })));
      events = now;
      return news;
    };
  };

  return (router) =>
    router.service(HubService, {
      ...createLabRoutes(),

      async *watch({ step }, { signal }) {
        if (step) visit(indexOf(step));
        const tell = createTeller(step);
        let wake = Promise.withResolvers<void>();
        const stir = () => wake.resolve();
        signal.addEventListener('abort', stir);
        const changes = workbench.onChange(stir);
        const saves = workbench.onSave((path) => {
          if (step && path === pathOf(stationOf(step))) visit(indexOf(step));
          stir();
        });
        try {
          while (!signal.aborted) {
            wake = Promise.withResolvers();
            yield* await tell();
            await wake.promise;
          }
        } finally {
          saves[Symbol.dispose]();
          changes[Symbol.dispose]();
        }
      },

      async getLesson({ lesson, step }) {
        const { folder, kind } = await findUnit(lesson).catch(refuse);
        const { text: chapter } = await readStepPage(folder, step);
        const overview = kind === 'lesson' ? '' : await readFile(join(folder, 'README.md'), 'utf8');
        return { chapter, overview, files: await readCompanions(folder, `${chapter}\n${overview}`) };
      },

      async saveFile({ step, text, baseVersion }) {
        const station = stationOf(step);
        const current = await readLearnerFile(station).catch(refuse);
        if (current.version !== baseVersion && current.text !== text) return { file: current, saved: false };
        if (engine.state.index !== indexOf(step)) engine.select(indexOf(step));
        return { file: await writeLearnerFile(station, text).catch(refuse), saved: true };
      },

      async settleConflict({ step, mine, theirVersion, takesMine }) {
        return settleConflict(stationOf(step), mine, theirVersion, takesMine).catch(refuse);
      },

      async listHints({ step, check, count }) {
        const { lesson, folder, step: each } = stationOf(step);
        const events = runs.get(`${lesson}/${each.number}`) ?? [];
        const verdicts = events.flatMap(({ body }) => (body.case === 'checkFinished' ? [body.value] : []));
        const failure = verdicts.find(({ name }) => name === check);
        const hints = listHints(await readStepPage(folder, each.number), each.number, failure);
        return { hints: hints.slice(0, count), total: hints.length };
      },

      async runChecks({ step }) {
        const index = indexOf(step);
        if (index === engine.state.index) engine.run();
        else engine.select(index);
        return {};
      },

      async compareStep({ step, showMe }) {
        const station = stationOf(step);
        const texts = await readStepTexts(station.lesson, station.step.number).catch(refuse);
        const { progress, hasSeenSolution } = texts.step;
        if (showMe && progress !== 'solved') {
          await recordSeenSolutions(station.lesson, [station.step.number]).catch(refuse);
          await engine.refresh();
        }
        const isOpen = showMe || hasSeenSolution || progress === 'solved';
        return { starter: texts.starter, ...(isOpen ? { solution: texts.solution } : {}) };
      },

      async resetStep({ step }) {
        const { lesson, step: each } = stationOf(step);
        const replacement = await reset(lesson, each.number).catch(refuse);
        await engine.refresh();
        return { sentence: describeReplacement(replacement, 'holds the starter again') };
      },

      async openFile({ step, line }) {
        const { lesson, folder, step: each } = stationOf(step);
        const at = line || (await findFailureLine(lesson, each.number));
        await launchEditor(join(folder, each.file), at).catch(refuse);
        return {};
      },

      async *runDemo({ lesson }, { signal }) {
        const { folder } = await findUnit(lesson).catch(refuse);
        const child = spawn(process.execPath, ['start.ts'], {
          cwd: folder,
          signal,
          // A page scrolls, so that nothing need be cut off.
          env: { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1', COLUMNS: '1000' },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        const output = new PassThrough({ encoding: 'utf8' });
        for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
        child.on('error', () => {}).on('close', () => output.end());
        for await (const text of output) yield { text };
      },

      async getAfterLesson({ lesson }) {
        return gatherAfterLesson(gallery, lesson).catch(refuse);
      },

      async *runMistake({ lesson, file }, { signal }) {
        try {
          for await (const event of gallery.run(lesson, file, signal)) yield { event };
        } catch (error) {
          refuse(error);
        }
      },
    });

  function visit(index: number): void {
    if (index !== engine.state.index) engine.select(index);
    else if (engine.state.run.phase === 'waiting') engine.run();
  }
}

function isNamed({ lesson, step }: Station, name: StepName | undefined): boolean {
  return lesson === name?.lesson && step.number === name.step;
}

function nameOf({ lesson, step }: Station): string {
  return `${lesson}/${step.number}`;
}

function pathOf({ folder, step }: Station): string {
  return join(folder, step.file);
}
