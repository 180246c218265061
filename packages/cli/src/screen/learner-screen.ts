import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { courseRoot, type ReadmeHint, readHints, reset } from '@streamlings/course';
import { describeReplacement } from '../commands/replace.ts';
import type { LearnerEngine, LearnerState } from '../engine/learner-engine.ts';
import { renderScreen, type ScreenOptions, type View } from './render.ts';

/** The page, the hints and the keys of the terminal learner. */
export interface LearnerScreen {
  /** Renders the state as it is now. */
  render(width: number): string;
  /** Does what a key stands for; resolves with whether to go on. */
  press(key: string): Promise<boolean>;
}

/** Creates the screen of an engine; `watching` says how saves are noticed. */
export async function createLearnerScreen(
  engine: LearnerEngine,
  options: Omit<ScreenOptions, 'width' | 'root'>,
  watching: string | undefined,
): Promise<LearnerScreen> {
  let hints = await readHintsOf(engine.state);
  let view: View = { page: 'step', hints: [], hintsLeft: hints.length, message: undefined, watching };

  async function goTo(index: number): Promise<void> {
    engine.select(index);
    hints = await readHintsOf(engine.state);
    view = { ...view, page: 'step', hints: [], hintsLeft: hints.length };
  }

  async function resetStep(): Promise<void> {
    const station = engine.state.stations[engine.state.index];
    if (!station) return;
    const replacement = await reset(station.lesson, station.step.number);
    view = { ...view, message: describeReplacement(replacement, 'holds the starter again') };
  }

  function showNextHint(): void {
    const shown = hints.slice(0, view.hints.length + 1);
    view = { ...view, page: 'step', hints: shown, hintsLeft: hints.length - shown.length };
  }

  return {
    render: (width) => renderScreen(engine.state, view, { ...options, width, root: courseRoot }),
    press: async (key) => {
      const { index } = engine.state;
      const { page } = view;
      view = { ...view, page: 'step', message: undefined };
      if (key === 'ctrl-c' || key === 'q') return false;
      if (page === 'confirm reset') {
        if (key === 'y') await resetStep();
      } else if (key === 'n') await goTo(index + 1);
      else if (key === 'p') await goTo(index - 1);
      else if (key === 'l') view = { ...view, page: page === 'list' ? 'step' : 'list' };
      else if (key === 'h') showNextHint();
      else if (key === 'r') view = { ...view, page: 'confirm reset' };
      return true;
    },
  };
}

async function readHintsOf({ stations, index }: LearnerState): Promise<ReadmeHint[]> {
  const folder = stations[index]?.folder;
  return folder ? readHints(await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')) : [];
}
