import type { CourseFile } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useState } from 'react';
import { Listing } from '../listing.tsx';
import type { Draft } from './use-draft.ts';

interface FileBarProps {
  file: string;
  draft: Draft;
  /** What else can be read. */
  others: CourseFile[];
  onOpen: () => void;
}

/** What stands over the editor: whether the file is saved, and what can be read beside it. */
export function FileBar({ file, draft, others, onOpen }: FileBarProps) {
  const [path, setPath] = useState('');
  const other = others.find((each) => each.path === path);
  return (
    <>
      <div className="tools">
        <code>{file}</code>
        <span className="soft" role="status">
          {draft.state === 'conflict' ? '' : draft.state}
        </span>
        <button type="button" onClick={onOpen}>
          Open in my editor
        </button>
        {others.length > 0 && (
          <label>
            Read beside it{' '}
            <select value={path} onChange={({ target }) => setPath(target.value)}>
              <option value="">nothing</option>
              {others.map((each) => (
                <option key={each.path}>{each.path}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {other && (
        <div className="companion">
          <Listing label={other.path}>{other.text}</Listing>
        </div>
      )}
    </>
  );
}
