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
  /** The text on disk, while that is another one than the one that was typed here. */
  theirs: string | undefined;
  /** Ends a conflict: with the text on disk, or with the one that was typed here; the other one is copied. */
  take(whose: 'theirs' | 'mine'): void;
}

/** Time without a key after which what was typed is saved. */
const PAUSE_MS = 600;

/**
 * Keeps what is typed, saves it after a pause, and never loses either side of two changes. `tell` is called with what
 * became of the side that was not taken.
 */
export function useDraft(
  place: { lesson: string; step: number },
  file: LearnerFile | undefined,
  tell: (work: Promise<string>) => void,
): Draft {
  const key = `draft:${place.lesson}/${place.step}`;
  const base = useRef<LearnerFile>(undefined);
  const sent = useRef<string>(undefined);
  const saving = useRef(Promise.resolve());
  const [text, setText] = useState<string>();
  const [state, setState] = useState<Draft['state']>('saved');
  const [theirs, setTheirs] = useState<string>();
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

  const rebase = useCallback((disk: LearnerFile) => {
    base.current = disk;
    setTheirs(disk.text);
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
    rebase(file);
    // What this page has saved comes back as a change of the file.
    if (file.text === sent.current && ['saving', 'unsaved'].includes(latest.current.state)) return;
    if (!isTyped || typed === file.text) {
      adopt(file);
      return;
    }
    show(typed);
    become(kept?.base === file.version ? 'unsaved' : 'conflict');
  }, [file, key, adopt, show, become, rebase]);

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
      rebase(answer.file);
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
  }, [key, place.lesson, place.step, adopt, become, rebase]);

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
    // After a reload, a conflict is one still.
    keepTyped(key, { text: typed, base: (state !== 'conflict' && base.current?.version) || '' });
  };
  const settle = async (takesMine: boolean): Promise<string> => {
    const { text: mine = '' } = latest.current;
    const theirVersion = base.current?.version ?? '';
    const answer = await hub.settleConflict({ step: place, mine, theirVersion, takesMine });
    if (answer.file) rebase(answer.file);
    if (!answer.settled || !answer.file) return 'The file was changed once more. Look again.';
    if (latest.current.text === mine) adopt(answer.file);
    else become(takesMine ? 'unsaved' : 'conflict');
    return answer.sentence;
  };
  const take = (whose: 'theirs' | 'mine'): void => tell(settle(whose === 'mine'));
  return { text, state, theirs: state === 'conflict' ? theirs : undefined, change, save, take };
}
