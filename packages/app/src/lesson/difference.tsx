import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef, useState } from 'react';
import { typescript } from './typescript.ts';
import './editor.css';

interface DifferenceProps {
  /** What `from` is, for example `the starter`. */
  name: string;
  from: string;
  /** What `to` is; the learner's text by default. */
  toName?: string;
  to: string;
  isUnified: boolean;
  /** Whether only what differs is open at first, in one column. */
  isCollapsed?: boolean;
}

/** What one text has that another one has not, and the other way round. */
export default function Difference({
  name,
  from,
  toName = 'mine',
  to,
  isUnified,
  isCollapsed = false,
}: DifferenceProps) {
  const place = useRef<HTMLDivElement>(null);
  const [showsAll, setShowsAll] = useState(false);
  const folds = isCollapsed && !showsAll;
  useEffect(() => {
    const parent = place.current as HTMLDivElement;
    const show = (label: string) => [
      lineNumbers(),
      typescript,
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-readonly': 'true' }),
    ];
    const view = isUnified
      ? new EditorView({
          parent,
          doc: to,
          extensions: [
            ...show(`${toName}, with the differences from ${name}`),
            unifiedMergeView({
              original: from,
              mergeControls: false,
              ...(folds ? { collapseUnchanged: { margin: 3 } } : {}),
            }),
          ],
        })
      : new MergeView({
          parent,
          a: { doc: from, extensions: show(name) },
          b: { doc: to, extensions: show(toName) },
        });
    return () => view.destroy();
  }, [name, from, toName, to, isUnified, folds]);
  return (
    <>
      {isCollapsed && (
        <label>
          <input type="checkbox" checked={showsAll} onChange={({ target }) => setShowsAll(target.checked)} />{' '}
          all lines
        </label>
      )}
      <p className="soft">{isUnified ? `− ${name}, + ${toName}` : `Left: ${name}. Right: ${toName}.`}</p>
      <div ref={place} className="difference" />
    </>
  );
}
