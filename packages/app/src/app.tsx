import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { CoursePage } from './course/course-page.tsx';
import { LessonPage } from './lesson/lesson-page.tsx';
import { Palette } from './palette.tsx';
import { useWatch } from './use-watch.ts';

const AfterPage = lazy(() => import('./after/after-page.tsx'));

/** Shows the page that the address names. */
export function App() {
  return (
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      <Route path="/:lesson/after">
        {({ lesson }) => (
          <Suspense>
            <AfterPage key={lesson} lesson={lesson} />
          </Suspense>
        )}
      </Route>
      <Route path="/:lesson/:step">
        {({ lesson, step }) => <LessonPage key={`${lesson}/${step}`} lesson={lesson} step={Number(step)} />}
      </Route>
      <Route>
        <main className="page">
          <h1>There is no such page</h1>
          <p>
            <a href="/">To the map of the course</a>
          </p>
        </main>
      </Route>
    </Switch>
  );
}

function Home() {
  const { course, connection } = useWatch(undefined);
  return (
    <>
      <CoursePage course={course} connection={connection} />
      <Palette course={course} actions={[]} />
    </>
  );
}
