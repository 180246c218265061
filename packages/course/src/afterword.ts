import { join } from 'node:path';
import { courseRoot } from './course-root.ts';
import { findUnit } from './discovery.ts';
import { readIfThere } from './optional-files.ts';
import { readSections } from './readme.ts';
import { readSnapshot } from './snapshot.ts';
import { readStepPage } from './step-page.ts';

/** What the texts of a lesson have for somebody who has solved it, as Markdown. */
export interface Afterword {
  /** What to try with what was built. */
  whenItPasses: string;
  furtherReading: string;
}

/**
 * Reads what comes after a lesson; of a workshop, each step's page has a part of it.
 *
 * @throws CourseError if there is no such lesson.
 */
export async function readAfterword(name: string, root: string = courseRoot): Promise<Afterword> {
  const unit = await findUnit(name, root);
  const readme = (await readIfThere(join(unit.folder, 'README.md'))) ?? '';
  const steps = unit.kind === 'workshop' ? ((await readSnapshot(unit.name, root))?.steps ?? []) : [];
  const pages = await Promise.all(
    steps.map(async ({ number }) => {
      const { text } = await readStepPage(unit.folder, number);
      const passes = readSection(text, 'When it passes');
      const [, title = `Step ${number}`] = /^# (.+)$/m.exec(text) ?? [];
      return passes && `### ${title}\n\n${passes}`;
    }),
  );
  return {
    whenItPasses: [readSection(readme, 'When it passes'), ...pages].filter(Boolean).join('\n\n'),
    furtherReading: readSection(readme, 'Further reading'),
  };
}

function readSection(text: string, heading: string): string {
  return (
    readSections(text)
      .find((section) => section.heading === heading)
      ?.text.trim() ?? ''
  );
}
