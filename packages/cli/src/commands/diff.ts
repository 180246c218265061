import { styleText } from 'node:util';
import { CourseError, hasColor, readStepTexts, recordSeenSolutions } from '@streamlings/course';
import { createTwoFilesPatch } from 'diff';

interface DiffOptions {
  step?: number;
  solution?: boolean;
  showMe?: boolean;
}

/** Prints how the learner's file differs from the starter, or from the solution where that spoils nothing. */
export async function showDiff(
  lesson: string | undefined,
  { step: number, solution: comparesSolution = false, showMe = false }: DiffOptions,
): Promise<void> {
  const { lesson: name, step, starter, mine, solution } = await readStepTexts(lesson, number);
  if (comparesSolution && showMe && step.progress !== 'solved')
    await recordSeenSolutions(name, [step.number]);
  const isOpen = showMe || step.progress === 'solved' || step.hasSeenSolution;
  if (comparesSolution && !isOpen) {
    throw new CourseError(
      `Step ${step.number} of \`${name}\` is not solved yet: add \`--show-me\` to see the solution all the same.`,
    );
  }
  const [before, after, names] = comparesSolution
    ? [mine, solution, [`yours: ${step.file}`, `the solution: ${step.file}`]]
    : [starter, mine, [`the starter: ${step.file}`, `yours: ${step.file}`]];
  if (before === after) {
    console.log(`\`${step.file}\` of \`${name}\` is ${comparesSolution ? 'the solution' : 'the starter'}.`);
    return;
  }
  const patch = createTwoFilesPatch(names[0] ?? '', names[1] ?? '', before, after);
  const lines = patch.split('\n').filter((line) => !/^=+$/.test(line));
  const paint = hasColor(process.stdout) ? paintLine : (line: string) => line;
  console.log(lines.map(paint).join('\n').trimEnd());
}

const paintLine = (line: string): string => {
  const style = { '+': 'green', '-': 'red', '@': 'cyan' } as const;
  const color = style[line[0] as keyof typeof style];
  return color ? styleText(color, line, { validateStream: false }) : line;
};
