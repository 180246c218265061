import { type GetAfterLessonResponse, Progress } from '@streamlings/proto/streamlings/hub/v1/hub';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Header } from '../header.tsx';
import { hub } from '../hub.ts';
import { Palette } from '../palette.tsx';
import { Sentence } from '../sentence.tsx';
import { useWatch } from '../use-watch.ts';
import './after.css';
import { Gallery } from './gallery.tsx';

const Text = lazy(() => import('../lesson/chapter.tsx').then(({ Text }) => ({ default: Text })));

/** What there is to see when a lesson is solved: what others get wrong, what to try, and where to read on. */
export default function AfterPage({ lesson }: { lesson: string }) {
  const { course, connection } = useWatch(undefined);
  const [after, setAfter] = useState<GetAfterLessonResponse>();
  const [message, setMessage] = useState('');
  const [, goTo] = useLocation();
  const units = course?.units ?? [];
  const at = units.findIndex(({ name }) => name === lesson);
  const unit = units[at];
  const left = unit?.steps.find(({ progress }) => progress !== Progress.SOLVED);
  const next = units[at + 1];
  const open = unit?.steps.map(({ progress, hasSeenSolution }) => `${progress}${hasSeenSolution}`).join();
  useEffect(() => {
    document.title = `After ${lesson} · Streamlings`;
  }, [lesson]);
  useEffect(() => {
    if (open === undefined) return;
    hub.getAfterLesson({ lesson }).then(setAfter, (error) => setMessage(error.rawMessage));
  }, [lesson, open]);

  return (
    <>
      <Header course={course} connection={connection}>
        <span className="where">
          {lesson.replace('-', ' ')}
          <span className="in-full"> · {unit?.title}</span> <span className="soft">afterwards</span>
        </span>
      </Header>
      <main className="page after">
        <h1>
          After {lesson.replace('-', ' ')}
          {unit && `: ${unit.title}`}
        </h1>
        <p role="alert" className="message">
          <Sentence text={message} />
        </p>
        {course && !unit && <p>There is no such lesson.</p>}
        {!after && !message && (!course || unit) && <p className="soft">Loading …</p>}
        <Suspense fallback={<p className="soft">Loading …</p>}>
          {after && (
            <>
              <section aria-labelledby="mistakes">
                <h2 id="mistakes">What others get wrong here</h2>
                <Gallery lesson={lesson} mistakes={after.mistakes} />
                {after.closedSteps.map((step) => (
                  <p key={step} className="soft">
                    The mistakes of <Link href={`/${lesson}/${step}`}>step {step}</Link> open when it is
                    solved, or when you have looked at its solution.
                  </p>
                ))}
              </section>
              <section aria-labelledby="passes">
                <h2 id="passes">What to try now</h2>
                <Text text={after.whenItPasses} />
              </section>
              <section aria-labelledby="reading">
                <h2 id="reading">What to read next</h2>
                <Text text={after.furtherReading} />
                <p className="tools">
                  {left && (
                    <Link className="button" href={`/${lesson}/${left.number}`}>
                      Step {left.number}: {left.title}
                    </Link>
                  )}
                  {next && (
                    <Link className={left ? '' : 'button'} href={`/${next.name}/1`}>
                      {next.name}: {next.title}
                    </Link>
                  )}
                </p>
              </section>
            </>
          )}
        </Suspense>
      </main>
      <Palette
        course={course}
        actions={[
          { name: 'Back to the lesson', key: 'p', run: () => goTo(`/${lesson}/${unit?.steps.length ?? 1}`) },
          ...(next ? [{ name: 'Next lesson', key: 'n', run: () => goTo(`/${next.name}/1`) }] : []),
        ]}
      />
    </>
  );
}
