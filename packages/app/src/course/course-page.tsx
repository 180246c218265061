import { type Course, Progress, type Unit } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { Header } from '../header.tsx';
import type { Connection } from '../use-watch.ts';
import './course.css';

const marks: Partial<Record<Progress, string>> = {
  [Progress.IN_PROGRESS]: '◐',
  [Progress.SOLVED]: '✓',
};

const words: Partial<Record<Progress, string>> = {
  [Progress.IN_PROGRESS]: 'in progress',
  [Progress.SOLVED]: 'solved',
};

/** The map of the course: every lesson, its steps, and where to go on. */
export function CoursePage({ course, connection }: { course: Course | undefined; connection: Connection }) {
  const steps = course?.units.flatMap((unit) => unit.steps) ?? [];
  const solved = steps.filter(({ progress }) => progress === Progress.SOLVED).length;
  useEffect(() => {
    document.title = course ? `${solved}/${steps.length} · Streamlings` : 'Streamlings';
  }, [course, solved, steps.length]);
  return (
    <>
      <Header course={course} connection={connection} />
      <main className="page">
        <h1>gRPC streaming, by building it</h1>
        {course && (
          <>
            <p className="lead">
              {solved} of {steps.length} steps solved.{' '}
              {course.current && (
                <Link className="button" href={`/${course.current.lesson}/${course.current.step}`}>
                  {solved === 0 ? 'Begin' : 'Go on'} with {course.current.lesson}, step {course.current.step}
                </Link>
              )}
            </p>
            <Units title="Lessons" units={course.units.filter(({ name }) => name.startsWith('lesson'))} />
            <Units title="Workshops" units={course.units.filter(({ name }) => name.startsWith('workshop'))} />
          </>
        )}
      </main>
    </>
  );
}

function Units({ title, units }: { title: string; units: Unit[] }) {
  if (units.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ol className="map">
        {units.map((unit) => (
          <UnitCard key={unit.name} unit={unit} />
        ))}
      </ol>
    </section>
  );
}

function UnitCard({ unit }: { unit: Unit }) {
  const solved = unit.steps.filter(({ progress }) => progress === Progress.SOLVED).length;
  return (
    <li className="card">
      <h3>
        <span className="number">{unit.name.replace(/^\D+/, '')}</span> {unit.title}
      </h3>
      <div className="bar" aria-hidden="true">
        <span style={{ width: `${(solved / unit.steps.length) * 100}%` }} />
      </div>
      <ul>
        {unit.steps.map(({ number, title, file, progress, hasSeenSolution }) => (
          <li key={number}>
            <Link
              href={`/${unit.name}/${number}`}
              className={`step is-${words[progress]?.replace(' ', '-') ?? 'not-started'}`}
            >
              <span className="mark" aria-hidden="true">
                {marks[progress] ?? '·'}
              </span>
              <span>
                {title} <small>{file}</small>
              </span>
              <span className="visually-hidden">{words[progress] ?? 'not started'}</span>
              {hasSeenSolution && <small className="seen">solution seen</small>}
            </Link>
          </li>
        ))}
      </ul>
      {unit.steps.some(
        ({ progress, hasSeenSolution }) => progress === Progress.SOLVED || hasSeenSolution,
      ) && (
        <p className="afterwards">
          <Link href={`/${unit.name}/after`}>
            What others get wrong <span className="visually-hidden">in {unit.name}</span>
          </Link>
        </p>
      )}
    </li>
  );
}
