import type { LearnerFile } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useCallback, useEffect, useRef, useState } from 'react';
import { hub } from '../hub.ts';
import { forgetTyped, keepTyped, readTyped } from './typed.ts';

/** What is being typed into a file that others may change, too. */
export interface Draft {
  /** What the editor shows; undefined until the file is there. */
  text: string | undefined;
  state: 'saved' | 'unsaved' | 'saving' | 'conflict' | 'not saved';
  change(text: string): void;
  save(): void;
  /** Ends a conflict: with the text on disk, or with the one that was typed here. */
  take(whose: 'theirs' | 'mine'): void;
}

/** Time without a key after which what was typed is saved. */
const PAUSE_MS = 600;

/** Keeps what is typed, saves it after a pause, and never loses either side of two changes. */
export function useDraft(place: { lesson: string; step: number }, file: LearnerFile | undefined): Draft {
  const key = `draft:${place.lesson}/${place.step}`;
  const base = useRef<LearnerFile>(undefined);
  const sent = useRef<string>(undefined);
  const saving = useRef(Promise.resolve());
  const [text, setText] = useState<string>();
  const [state, setState] = useState<Draft['state']>('saved');
  const latest = useRef<Pick<Draft, 'text' | 'state'>>({ text, state });

  // What comes over the network must see at once what was decided before the next picture.
  const show = useCallback((next: string | undefined) => {
    latest.current.text = next;
    setText(next);
  }, []);
  const become = useCallback((next: Draft['state']) => {
    latest.current.state = next;
    setState(next);
  }, []);

  const adopt = useCallback(
    (disk: LearnerFile) => {
      show(disk.text);
      become('saved');
      forgetTyped(key);
    },
    [key, show, become],
  );

  useEffect(() => {
    if (!file || file.version === base.current?.version) return;
    const kept = base.current ? undefined : readTyped(key);
    const isTyped = kept !== undefined || latest.current.state !== 'saved';
    const typed = kept?.text ?? latest.current.text;
    base.current = file;
    // What this page has saved comes back as a change of the file.
    if (file.text === sent.current && ['saving', 'unsaved'].includes(latest.current.state)) return;
    if (!isTyped || typed === file.text) {
      adopt(file);
      return;
    }
    show(typed);
    become(kept?.base === file.version ? 'unsaved' : 'conflict');
  }, [file, key, adopt, show, become]);

  const saveNow = useCallback(async () => {
    const { text: now, state: stands } = latest.current;
    if (now === undefined || !base.current || stands === 'conflict') return;
    if (now === base.current.text) {
      adopt(base.current);
      return;
    }
    become('saving');
    sent.current = now;
    try {
      const answer = await hub.saveFile({ step: place, text: now, baseVersion: base.current.version });
      sent.current = undefined;
      if (!answer.file || latest.current.state === 'conflict') return;
      base.current = answer.file;
      if (!answer.saved) {
        become('conflict');
        return;
      }
      const isLatest = latest.current.text === now;
      if (isLatest) forgetTyped(key);
      become(isLatest ? 'saved' : 'unsaved');
    } catch {
      if (latest.current.state !== 'conflict') become('not saved');
    }
  }, [key, place.lesson, place.step, adopt, become]);

  const save = useCallback(() => {
    saving.current = saving.current.then(saveNow);
  }, [saveNow]);

  useEffect(() => {
    if (state !== 'unsaved' && state !== 'not saved') return;
    const timer = setTimeout(save, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [state, text, save]);

  const change = (typed: string): void => {
    show(typed);
    if (state !== 'conflict') become(typed === base.current?.text ? 'saved' : 'unsaved');
    // The page may be closed, and the hub may be gone, at any moment.
    keepTyped(key, { text: typed, base: base.current?.version ?? '' });
  };
  const take = (whose: 'theirs' | 'mine'): void => {
    if (whose === 'theirs' && base.current) adopt(base.current);
    else become('unsaved');
  };
  return { text, state, change, save, take };
}
