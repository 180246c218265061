import type { Course } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { openPalette } from './palette.tsx';
import type { Connection } from './use-watch.ts';
import './header.css';

const words: Record<Connection, string> = {
  connecting: 'Connecting …',
  connected: '',
  lost: 'The workbench does not answer. Is `pnpm start` still running? Nothing you type here is lost.',
  refused: 'The workbench was started anew: open the address that `pnpm start` has printed.',
};

/** What stands over every page. */
export function Header({
  connection,
  children,
}: {
  course: Course | undefined;
  connection: Connection;
  children?: ReactNode;
}) {
  return (
    <header className="header">
      <div className="header-line">
        <Link href="/" className="brand">
          Streamlings
        </Link>
        {children}
        <button type="button" className="quiet" onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
          Commands <kbd>Ctrl K</kbd>
        </button>
      </div>
      <p className="connection" role="status">
        {words[connection]}
      </p>
    </header>
  );
}
