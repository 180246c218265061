import { join, relative } from 'node:path';
import type { Hint } from '@streamlings/course';
import { formatNotice, formatVerdict, painter } from '@streamlings/grading/report';
import { type Notice, NoticeKind } from '@streamlings/proto/streamlings/result/v1/result';
import wrapAnsi from 'wrap-ansi';
import type { CheckView, LearnerState, Station } from '../engine/learner-engine.ts';
import { hasPassed } from '../engine/run-view.ts';
import { linkTo } from './link.ts';

/** What the screen knows besides the learner's state. */
export interface View {
  /** Which page is shown. */
  page: 'step' | 'list' | 'after' | 'wire' | 'confirm reset';
  /** The hints that were asked for, in order. */
  hints: Hint[];
  /** How many more could be asked for. */
  hintsLeft: number;
  /** What a page says that is not about a step: what comes after a lesson, or the wire. */
  lines: string[];
  /** What the latest key did, in a sentence. */
  message: string | undefined;
  /** How saves are noticed, for example `watching for saves`. */
  watching: string | undefined;
}

/** How a screen is written. */
export interface ScreenOptions {
  color: boolean;
  /** In columns. */
  width: number;
  /** In lines; 0 or nothing if that is not known. */
  height?: number;
  /** Whether the terminal may get clickable links. */
  links: boolean;
  /** What paths are shown relative to. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** Where the same can be seen in a browser. */
  address?: string;
}

/** How many lines of what the learner's code printed are shown, however little room there is. */
const OUTPUT_LINES = 8;

const marks: Record<CheckView['state'], { mark: string; style: Parameters<ReturnType<typeof painter>>[0] }> =
  {
    waiting: { mark: '·', style: 'dim' },
    running: { mark: '▸', style: 'cyan' },
    passed: { mark: '✓', style: 'green' },
    failed: { mark: '✗', style: 'red' },
    environment: { mark: '!', style: 'magenta' },
    inconclusive: { mark: '?', style: 'yellow' },
    'not run': { mark: '-', style: 'dim' },
  };

/** Renders the whole screen as lines without a final line break; nothing of an earlier screen is needed. */
export function renderScreen(state: LearnerState, view: View, options: ScreenOptions): string {
  const screen = renderWith(state, view, { ...options, outputLines: OUTPUT_LINES });
  const spare = (options.height ?? 0) - screen.split('\n').length;
  return spare > 0 ? renderWith(state, view, { ...options, outputLines: OUTPUT_LINES + spare }) : screen;
}

interface PageOptions extends ScreenOptions {
  outputLines: number;
}

function renderWith(state: LearnerState, view: View, options: PageOptions): string {
  const station = state.stations[state.index];
  if (!station) return 'There are no lessons yet.';
  const parts = [
    ...(options.address ? [painter(options)('dim', `In the browser: ${options.address}`), ''] : []),
    ...(hasOwnLines(view) ? view.lines : renderStation(state, station, view, options)),
    ...(state.problem ? ['', state.problem] : []),
    ...(view.message ? ['', view.message] : []),
    '',
    ...renderKeys(state, view, options),
  ];
  return parts.flatMap((part) => wrapLines(part, options)).join('\n');
}

function wrapLines(text: string, { width }: ScreenOptions): string[] {
  return wrapAnsi(text, width, { hard: true, trim: false }).split('\n');
}

function hasOwnLines({ page }: View): boolean {
  return page === 'after' || page === 'wire';
}

function renderStation(state: LearnerState, station: Station, view: View, options: PageOptions): string[] {
  const page = view.page === 'list' ? renderList(state, options) : renderStep(state, station, view, options);
  return [...renderHeader(state, station, options), ...page];
}

function renderHeader(state: LearnerState, station: Station, options: ScreenOptions): string[] {
  const { stations } = state;
  const paint = painter(options);
  const { lesson, title, step, stepCount } = station;
  const solved = stations.filter((each) => each.step.progress === 'solved').length;
  const count = `${solved}/${stations.length} steps solved`;
  const room = Math.max(10, Math.min(40, options.width - count.length - 4));
  const filled = Math.round((solved / stations.length) * room);
  const bar = paint('green', '█'.repeat(filled)) + paint('dim', '░'.repeat(room - filled));
  const path = join(station.folder, step.file);
  const shown = relative(options.root, path);
  const done = describeSolved(state);
  return [
    ...(done ? [paint('green', done), ''] : []),
    `${paint('bold', `${lesson} · ${title}`)}   step ${step.number} of ${stepCount}: ${step.title}`,
    `${bar}  ${count}`,
    '',
    `Edit   ${options.links ? linkTo(path, shown, options.env) : shown}`,
    `Read   ${relative(options.root, join(station.folder, 'README.md'))}`,
    '',
  ];
}

function renderStep(state: LearnerState, station: Station, view: View, options: PageOptions): string[] {
  const paint = painter(options);
  const { checks, failure, notices } = state.run;
  // Where keys can be pressed, the hint is for whoever asks.
  const shown = failure && view.watching !== undefined ? { ...failure, hint: '' } : failure;
  return [
    ...checks.map(({ name, state }) => ` ${paint(marks[state].style, marks[state].mark)} ${name}`),
    ...renderNotices(notices, options),
    ...(shown ? ['', formatVerdict(shown, station.step.title, options)] : []),
    ...(hasPassed(state.run) ? ['', paint('green', describeNext(state))] : []),
    ...view.hints.flatMap(({ title, text }) => ['', paint('bold', `Hint: ${title}`), joinLines(text)]),
  ];
}

/** Shows every notice, and of what the learner's code printed the latest lines: the checks must stay on the screen. */
function renderNotices(notices: Notice[], options: PageOptions): string[] {
  const isOutput = ({ kind }: Notice) => kind === NoticeKind.OUTPUT;
  const others = notices
    .filter((notice) => !isOutput(notice))
    .flatMap((notice) => ['', formatNotice(notice, options)]);
  const printed = notices
    .filter(isOutput)
    .flatMap((notice) => wrapLines(formatNotice(notice, options), options));
  if (printed.length === 0) return others;
  const left = printed.length - options.outputLines;
  const rest = left > 0 ? [painter(options)('dim', `  | (${left} lines before)`)] : [];
  return [...others, '', ...rest, ...printed.slice(-options.outputLines)];
}

/** Makes a line of each paragraph, so that the text can be wrapped anew; lists and code keep their lines. */
function joinLines(text: string): string {
  const paragraphs = text.split(/\n{2,}/);
  return paragraphs
    .map((each) => (/^(```|[-*] )/.test(each) ? each : each.replaceAll('\n', ' ')))
    .join('\n\n');
}

function describeSolved({ solved, stations, index }: LearnerState): string | undefined {
  if (!solved) return undefined;
  const isLast = solved.lesson !== stations[index]?.lesson;
  const more = isLast
    ? ` Its chapter has more under "When it passes"; p goes back, a shows what others get wrong there.`
    : '';
  return `✓ Step ${solved.step.number} of ${solved.lesson} · ${solved.title} is solved: ${solved.step.title}.${more}`;
}

function describeNext({ stations, index }: LearnerState): string {
  const next = stations[index + 1];
  const isLast = next?.lesson !== stations[index]?.lesson;
  const more = isLast
    ? ' The chapter has more under "When it passes"; a shows what others get wrong here.'
    : '';
  if (!next) return `All checks pass, and this was the last step of the course.${more}`;
  const { step, lesson, title } = next;
  return `All checks pass.${more} Press n for step ${step.number} of ${lesson} · ${title}: ${step.title}.`;
}

function renderList({ stations, index }: LearnerState, options: ScreenOptions): string[] {
  const paint = painter(options);
  return stations.map(({ lesson, title, step }, position) => {
    const seen = step.hasSeenSolution ? ', solution seen' : '';
    const line = `${lesson} · ${title}  ${step.number} ${step.title}  ${paint('dim', step.progress + seen)}`;
    return position === index ? paint('bold', `> ${line}`) : `  ${line}`;
  });
}

function renderKeys({ run }: LearnerState, view: View, options: ScreenOptions): string[] {
  const paint = painter(options);
  if (view.page === 'confirm reset')
    return ['Restore the starter of this step? Your file is copied first.  y yes  any other key: no'];
  if (view.page === 'after') return ['n next  p previous  Enter run it  t what to try  a back  q quit'];
  if (view.page === 'wire') return ['n next check  p previous check  w back  q quit'];
  const hint = view.hintsLeft > 0 ? [`h hint (${view.hintsLeft} left)`] : [];
  const keys = ['n next', 'p previous', 'l list', ...hint, 'w wire', 'a after', 'r reset', 'q quit'].join(
    '  ',
  );
  const status = run.phase === 'running' ? 'running' : view.watching;
  return status === undefined ? [] : [keys, paint('dim', status)];
}
