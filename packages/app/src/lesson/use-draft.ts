import type { LearnerFile } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useCallback, useEffect, useRef, useState } from 'react';
import { hub } from '../hub.ts';

/** What is being typed into a file that others may change, too. */
export interface Draft {
  /** What the editor shows; undefined until the file is there. */
  text: string | undefined;
  state: 'saved' | 'unsaved' | 'saving' | 'conflict' | 'not saved';
  /** The text on disk, where somebody else has changed it while something was typed here. */
  theirs: string | undefined;
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
  const [text, setText] = useState<string>();
  const [state, setState] = useState<Draft['state']>('saved');
  const [theirs, setTheirs] = useState<string>();
  const latest = useRef({ text, state });
  latest.current = { text, state };

  useEffect(() => {
    if (!file || file.version === base.current?.version) return;
    const kept = base.current === undefined ? localStorage.getItem(key) : null;
    const isTyped = kept !== null || ['unsaved', 'not saved'].includes(latest.current.state);
    const typed = kept ?? latest.current.text;
    if (!isTyped || typed === file.text) {
      base.current = file;
      setText(file.text);
      setState('saved');
      setTheirs(undefined);
      localStorage.removeItem(key);
    } else {
      base.current = file;
      setText(typed);
      setTheirs(file.text);
      setState('conflict');
    }
  }, [file, key]);

  const save = useCallback(async () => {
    const { text: sent, state: now } = latest.current;
    if (sent === undefined || !base.current || now === 'conflict' || sent === base.current.text) return;
    setState('saving');
    try {
      const answer = await hub.saveFile({ step: place, text: sent, baseVersion: base.current.version });
      if (!answer.file) return;
      base.current = answer.file;
      if (!answer.saved) {
        setTheirs(answer.file.text);
        setState('conflict');
        return;
      }
      const isLatest = latest.current.text === sent;
      if (isLatest) localStorage.removeItem(key);
      setState(isLatest ? 'saved' : 'unsaved');
    } catch {
      setState('not saved');
    }
  }, [key, place.lesson, place.step]);

  useEffect(() => {
    if (state !== 'unsaved' && state !== 'not saved') return;
    const timer = setTimeout(save, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [state, text, save]);

  const change = (typed: string): void => {
    setText(typed);
    if (state !== 'conflict') setState(typed === base.current?.text ? 'saved' : 'unsaved');
    // The page may be closed, and the hub may be gone, at any moment.
    localStorage.setItem(key, typed);
  };
  const take = (whose: 'theirs' | 'mine'): void => {
    if (whose === 'theirs') {
      setText(theirs);
      setState('saved');
      localStorage.removeItem(key);
    } else setState('unsaved');
    setTheirs(undefined);
  };
  return { text, state, theirs, change, save: () => void save(), take };
}
