import {
  type Course,
  type GetLessonResponse,
  type Lab as LabInfo,
  Progress,
} from '@streamlings/proto/streamlings/hub/v1/hub';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Header } from '../header.tsx';
import { hub } from '../hub.ts';
import { type Action, Palette } from '../palette.tsx';
import { describeRun, firstFailure, type Run, sortNotices } from '../run.ts';
import { Sentence } from '../sentence.tsx';
import { useWatch } from '../use-watch.ts';
import { Checks } from './checks.tsx';
import { Conflict } from './conflict.tsx';
import { Demo } from './demo.tsx';
import type { Problem } from './editor.tsx';
import { FileBar } from './file-bar.tsx';
import './lesson.css';
import { useDraft } from './use-draft.ts';
import { WireView } from './wire-view.tsx';

const Chapter = lazy(() => import('./chapter.tsx').then(({ Chapter }) => ({ default: Chapter })));
const Editor = lazy(() => import('./editor.tsx'));
const Compare = lazy(() => import('./compare.tsx'));
const Lab = lazy(() => import('../lab/lab.tsx'));

type Pane = 'Chapter' | 'Code' | 'Wire' | 'Compare' | 'Demo' | 'Lab';

/** A step of a lesson: the chapter, the file, the checks as they run, and the wire. */
export function LessonPage({ lesson, step: number }: { lesson: string; step: number }) {
  const place = { lesson, step: number };
  const { course, file, run, connection } = useWatch(place);
  const [texts, setTexts] = useState<Omit<GetLessonResponse, '$typeName'>>({
    chapter: '',
    overview: '',
    files: [],
  });
  const [lab, setLab] = useState<LabInfo>();
  const [pane, setPane] = useState<Pane>(() => (isNarrow() ? 'Chapter' : 'Code'));
  const [check, setCheck] = useState<string>();
  const [message, setMessage] = useState('');
  const [, goTo] = useLocation();
  const steps = listSteps(course);
  const at = steps.findIndex((each) => each.lesson === lesson && each.number === number);
  const step = steps[at];
  useTitle(run, `${lesson}, step ${number}`);

  useEffect(() => {
    hub.getLesson({ lesson, step: number }).then(setTexts, () => {});
  }, [lesson, number, connection]);
  useEffect(() => {
    hub.getLab({ lesson }).then(
      (answer) => setLab(answer.lab),
      () => setLab(undefined),
    );
  }, [lesson, connection]);

  const panes: Pane[] = ['Chapter', 'Code', 'Wire', 'Compare', 'Demo', ...(lab ? (['Lab'] as const) : [])];
  const isSolvedStep = (name: number | undefined): boolean =>
    steps
      .filter((each) => each.lesson === lesson && each.number === name)
      .some(({ progress }) => progress === Progress.SOLVED);
  const go = (to: number): void => {
    const other = steps[to];
    if (other) goTo(`/${other.lesson}/${other.number}`);
  };
  const tell = (work: Promise<unknown>): void => {
    work.catch((error: { rawMessage?: string }) => setMessage(error.rawMessage ?? 'That did not work.'));
  };
  const draft = useDraft(place, file, (work) => tell(work.then(setMessage)));
  const reset = (): void => {
    if (!window.confirm('Put the starter back? Your file is copied first.')) return;
    tell(hub.resetStep({ step: place }).then(({ sentence }) => setMessage(sentence)));
  };
  const actions: Action[] = [
    { name: 'Run the checks', key: 'r', run: () => tell(hub.runChecks({ step: place })) },
    { name: 'Next step', key: 'n', run: () => go(at + 1) },
    { name: 'Previous step', key: 'p', run: () => go(at - 1) },
    { name: 'Chapter', key: '1', run: () => setPane('Chapter') },
    { name: 'Code', key: '2', run: () => setPane('Code') },
    { name: 'Wire', key: '3', run: () => setPane('Wire') },
    { name: 'Compare', key: '4', run: () => setPane('Compare') },
    { name: 'Demo', key: '5', run: () => setPane('Demo') },
    ...(lab ? [{ name: 'Lab', key: '6', run: () => setPane('Lab') }] : []),
    { name: 'Open in my editor', key: 'o', run: () => tell(hub.openFile({ step: place })) },
    { name: 'After this lesson', key: 'a', run: () => goTo(`/${lesson}/after`) },
    { name: 'Put the starter back', run: reset },
  ];
  if (course && !step) return <Missing lesson={lesson} number={number} />;
  const isSolved = step?.progress === Progress.SOLVED && run.phase === 'finished' && !firstFailure(run);
  const next = steps[at + 1];
  return (
    <>
      <Header course={course} connection={connection}>
        <span className="where">
          {lesson.replace('-', ' ')}
          <span className="in-full"> · {step?.unit}</span>
          <span className="soft">
            {' '}
            step {number}
            <span className="in-full">: {step?.title}</span>
          </span>
        </span>
      </Header>
      <main className={`lesson shows-${pane.toLowerCase()}`}>
        <h1 className="visually-hidden">
          {lesson}, step {number}: {step?.title}
        </h1>
        <div className="tabs" role="tablist" aria-label="Parts of the lesson">
          {panes.map((name, index) => (
            <button
              type="button"
              role="tab"
              key={name}
              id={`tab-${name}`}
              aria-selected={pane === name}
              aria-controls={`pane-${name}`}
              tabIndex={pane === name ? 0 : -1}
              onClick={() => setPane(name)}
              onKeyDown={({ key }) => {
                const to = { ArrowRight: index + 1, ArrowLeft: index - 1 }[key];
                const other = to === undefined ? undefined : panes[(to + panes.length) % panes.length];
                if (!other) return;
                setPane(other);
                document.getElementById(`tab-${other}`)?.focus();
              }}
            >
              {name}
            </button>
          ))}
        </div>
        <div className="pane chapter-pane" role="tabpanel" id="pane-Chapter" aria-labelledby="tab-Chapter">
          <Suspense fallback={<p className="soft">Loading …</p>}>
            {texts.chapter && (
              <Chapter chapter={texts.chapter} overview={texts.overview} lesson={lesson} step={number} />
            )}
          </Suspense>
        </div>
        <div className="pane work-pane">
          <div
            role="tabpanel"
            id="pane-Code"
            aria-labelledby="tab-Code"
            hidden={!['Code', 'Chapter'].includes(pane)}
          >
            <FileBar
              file={step?.file ?? ''}
              draft={draft}
              others={texts.files.filter(({ path }) => path !== step?.file)}
              onOpen={() => tell(hub.openFile({ step: place }))}
            />
            {draft.theirs !== undefined && <Conflict draft={draft} theirs={draft.theirs} />}
            <Suspense fallback={<p className="soft">Loading the editor …</p>}>
              {draft.text !== undefined && (
                <Editor
                  text={draft.text}
                  label={`${lesson}/${step?.file}`}
                  problems={findProblems(run, step?.file)}
                  onChange={draft.change}
                  onSave={draft.save}
                />
              )}
            </Suspense>
          </div>
          <div role="tabpanel" id="pane-Wire" aria-labelledby="tab-Wire" hidden={pane !== 'Wire'}>
            {pane === 'Wire' && (
              <WireView run={run} chosen={check ?? firstFailure(run)?.name} onChoose={setCheck} />
            )}
          </div>
          <div role="tabpanel" id="pane-Compare" aria-labelledby="tab-Compare" hidden={pane !== 'Compare'}>
            <Suspense fallback={<p className="soft">Loading …</p>}>
              {pane === 'Compare' && <Compare place={place} mine={draft.text ?? ''} />}
            </Suspense>
          </div>
          <div role="tabpanel" id="pane-Demo" aria-labelledby="tab-Demo" hidden={pane !== 'Demo'}>
            {pane === 'Demo' && <Demo lesson={lesson} />}
          </div>
          {lab && (
            <div role="tabpanel" id="pane-Lab" aria-labelledby="tab-Lab" hidden={pane !== 'Lab'}>
              <Suspense fallback={<p className="soft">Loading …</p>}>
                {pane === 'Lab' && <Lab lab={lab} lesson={lesson} isSolved={isSolvedStep(lab.step?.step)} />}
              </Suspense>
            </div>
          )}
        </div>
        <div className="pane checks-pane">
          <div className="tools">
            <strong>{describeRun(run)}</strong>
            <button type="button" onClick={() => tell(hub.runChecks({ step: place }))}>
              Run again
            </button>
          </div>
          {isSolved && (
            <p className="solved">
              Solved.{' '}
              {next ? (
                <Link className="button" href={`/${next.lesson}/${next.number}`}>
                  Next: {next.title}
                </Link>
              ) : (
                'That was the last step.'
              )}{' '}
              <Link href={`/${lesson}/after`}>What others get wrong here</Link>
            </p>
          )}
          <Checks
            place={place}
            run={run}
            names={step?.checks ?? []}
            file={step?.file}
            onShowWire={(name) => {
              setCheck(name);
              setPane('Wire');
            }}
            onOpenLine={(line) => tell(hub.openFile({ step: place, line }))}
          />
          <p role="alert" className="message">
            <Sentence text={message} />
          </p>
        </div>
      </main>
      <Palette course={course} actions={actions} />
    </>
  );
}

function Missing({ lesson, number }: { lesson: string; number: number }) {
  return (
    <main className="page">
      <h1>
        There is no step {number} of {lesson}
      </h1>
      <p>
        <Link href="/">To the map of the course</Link>
      </p>
    </main>
  );
}

/** What the type checker says of a file. */
function findProblems(run: Run, file: string | undefined): Problem[] {
  return sortNotices(run).types.flatMap(({ text, source }) =>
    source && source.file === file ? [{ line: source.line, column: source.column, text }] : [],
  );
}

/** Whether there is room for one pane only. */
function isNarrow(): boolean {
  return matchMedia('(max-width: 60rem)').matches;
}

function listSteps(course: Course | undefined) {
  return (
    course?.units.flatMap(({ name, title, steps }) =>
      steps.map((step) => ({ ...step, lesson: name, unit: title })),
    ) ?? []
  );
}

/** Lets the window's title say how the run stands. */
function useTitle(run: Run, name: string): void {
  const failed = firstFailure(run) !== undefined;
  const mark = run.phase === 'finished' ? (failed ? '✗' : '✓') : '…';
  useEffect(() => {
    document.title = `${mark} ${name} · Streamlings`;
  }, [mark, name]);
}
