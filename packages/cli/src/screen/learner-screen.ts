import { courseRoot, reset } from '@streamlings/course';
import { describeReplacement } from '../commands/replace.ts';
import type { Workbench } from '../engine/workbench.ts';
import { type AfterLesson, openAfterLesson } from './after-lesson.ts';
import { createOpenedHints } from './opened-hints.ts';
import { renderScreen, type ScreenOptions, type View } from './render.ts';
import { openWirePage, type WirePage } from './wire-page.ts';

/** The page, the hints and the keys of the terminal learner. */
export interface LearnerScreen {
  /** Renders the state as it is now. */
  render(width: number, height?: number): string;
  /** Does what a key stands for; resolves with whether to go on. */
  press(key: string): Promise<boolean>;
}

/**
 * Creates the screen of a workbench; `watching` says how saves are noticed. `redraw` is called when something has come
 * of a key later on.
 */
export async function createLearnerScreen(
  { engine, gallery }: Pick<Workbench, 'engine' | 'gallery'>,
  options: Omit<ScreenOptions, 'width' | 'root'>,
  watching: string | undefined,
  redraw: () => void = () => {},
): Promise<LearnerScreen> {
  const hints = await createOpenedHints(engine.state);
  let view: Omit<View, 'hints' | 'hintsLeft' | 'lines'> = { page: 'step', message: undefined, watching };
  let after: AfterLesson | undefined;
  let wire: WirePage | undefined;

  async function resetStep(): Promise<void> {
    const station = engine.state.stations[engine.state.index];
    if (!station) return;
    const replacement = await reset(station.lesson, station.step.number);
    view = { ...view, message: describeReplacement(replacement, 'holds the starter again') };
  }

  /** Of the lesson that was just solved, or else of the current one. */
  function openAfter(): void {
    const { solved, stations, index } = engine.state;
    const lesson = (solved ?? stations[index])?.lesson;
    if (lesson) after = openAfterLesson(gallery, lesson, redraw);
    view = { ...view, page: 'after' };
  }

  function pressAfter(key: string): void {
    if (['n', 'p', 't', 'return'].includes(key)) {
      after?.press(key);
      return;
    }
    after?.close();
    after = undefined;
    view = { ...view, page: 'step' };
  }

  function openWire(): void {
    wire = openWirePage(engine.state.run);
    view = { ...view, page: 'wire' };
  }

  function pressWire(key: string): void {
    if (key === 'n' || key === 'p') {
      wire?.press(key, engine.state.run);
      return;
    }
    wire = undefined;
    view = { ...view, page: 'step' };
  }

  return {
    render: (width, height) => {
      const { opened, left } = hints.list(engine.state);
      const page = { ...options, width };
      const lines = after?.render(page) ?? wire?.render(engine.state.run, page) ?? [];
      const whole: View = { ...view, hints: opened, hintsLeft: left, lines };
      return renderScreen(engine.state, whole, {
        ...options,
        width,
        ...(height ? { height } : {}),
        root: courseRoot,
      });
    },
    press: async (key) => {
      if (key === 'ctrl-c' || key === 'q') {
        after?.close();
        return false;
      }
      if (after) {
        pressAfter(key);
        return true;
      }
      if (wire) {
        pressWire(key);
        return true;
      }
      const { index } = engine.state;
      const { page } = view;
      view = { ...view, page: 'step', message: undefined };
      if (page === 'confirm reset') {
        if (key === 'y') await resetStep();
      } else if (key === 'n') engine.select(index + 1);
      else if (key === 'p') engine.select(index - 1);
      else if (key === 'l') view = { ...view, page: page === 'list' ? 'step' : 'list' };
      else if (key === 'h') hints.openNext(engine.state);
      else if (key === 'a') openAfter();
      else if (key === 'w') openWire();
      else if (key === 'r') view = { ...view, page: 'confirm reset' };
      return true;
    },
  };
}
