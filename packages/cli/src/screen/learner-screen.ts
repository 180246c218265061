import { courseRoot, reset } from '@streamlings/course';
import { describeReplacement } from '../commands/replace.ts';
import type { LearnerEngine } from '../engine/learner-engine.ts';
import { createOpenedHints } from './opened-hints.ts';
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
  const hints = await createOpenedHints(engine.state);
  let view: Omit<View, 'hints' | 'hintsLeft'> = { page: 'step', message: undefined, watching };

  async function resetStep(): Promise<void> {
    const station = engine.state.stations[engine.state.index];
    if (!station) return;
    const replacement = await reset(station.lesson, station.step.number);
    view = { ...view, message: describeReplacement(replacement, 'holds the starter again') };
  }

  return {
    render: (width) => {
      const { opened, left } = hints.list(engine.state);
      const whole: View = { ...view, hints: opened, hintsLeft: left };
      return renderScreen(engine.state, whole, { ...options, width, root: courseRoot });
    },
    press: async (key) => {
      const { index } = engine.state;
      const { page } = view;
      view = { ...view, page: 'step', message: undefined };
      if (key === 'ctrl-c' || key === 'q') return false;
      if (page === 'confirm reset') {
        if (key === 'y') await resetStep();
      } else if (key === 'n') engine.select(index + 1);
      else if (key === 'p') engine.select(index - 1);
      else if (key === 'l') view = { ...view, page: page === 'list' ? 'step' : 'list' };
      else if (key === 'h') hints.openNext(engine.state);
      else if (key === 'r') view = { ...view, page: 'confirm reset' };
      return true;
    },
  };
}
