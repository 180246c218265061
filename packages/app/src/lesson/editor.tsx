import { autocompletion, closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { typescript } from './typescript.ts';
import './editor.css';

/** A place in the text that something is wrong with; line and column are counted from 1. */
export interface Problem {
  line: number;
  column: number;
  text: string;
}

interface EditorProps {
  text: string;
  label: string;
  problems: Problem[];
  onChange: (text: string) => void;
  onSave: () => void;
}

/** An editor for TypeScript. It takes a new `text` as somebody else's change, and keeps the cursor where it can. */
export default function Editor({ text, label, problems, onChange, onSave }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const handlers = useRef({ onChange, onSave });
  handlers.current = { onChange, onSave };

  useEffect(() => {
    const save = () => {
      handlers.current.onSave();
      return true;
    };
    const editor = new EditorView({
      parent: place.current as HTMLDivElement,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          typescript,
          keymap.of([
            { key: 'Mod-s', run: save },
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            indentWithTab,
          ]),
          EditorView.contentAttributes.of({
            tabindex: '0',
            'aria-label': `${label}. Escape, then Tab, leaves the editor.`,
          }),
          EditorView.updateListener.of((update) => {
            const isOwn = update.transactions.some((each) => each.isUserEvent('outside'));
            if (update.docChanged && !isOwn) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
    // The editor lives as long as its file; later texts come in below.
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    const { head } = editor.state.selection.main;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      selection: { anchor: Math.min(head, text.length) },
      userEvent: 'outside',
    });
  }, [text]);

  const key = JSON.stringify(problems);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { state } = editor;
    const diagnostics = (JSON.parse(key) as Problem[]).map((problem) => locate(problem, state.doc));
    editor.dispatch(setDiagnostics(state, diagnostics));
  }, [key]);

  return <div ref={place} className="editor" />;
}

/** Marks the word at a place; the text may have become shorter since. */
function locate({ line, column, text }: Problem, doc: Text): Diagnostic {
  const { from, to, text: content } = doc.line(Math.min(line, doc.lines));
  const start = Math.min(from + column - 1, to);
  const [word = ''] = /^\w+/.exec(content.slice(start - from)) ?? [];
  return {
    from: start,
    to: Math.min(start + Math.max(1, word.length), to),
    severity: 'error',
    message: text,
  };
}
