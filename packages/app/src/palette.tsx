import type { Course } from '@streamlings/proto/streamlings/hub/v1/hub';
import { Command } from 'cmdk';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import './palette.css';

/** Something that a page can do, by a click or a key. */
export interface Action {
  name: string;
  /** The key that does it while nothing is being typed; a single character. */
  key?: string;
  run: () => void;
}

const opening = 'streamlings:palette';

/** Opens the palette, wherever it is. */
export function openPalette(): void {
  window.dispatchEvent(new Event(opening));
}

/** Lists all that can be done here, to be found by typing, and listens for the keys. */
export function Palette({ course, actions }: { course: Course | undefined; actions: Action[] }) {
  const [isOpen, setOpen] = useState(false);
  const [, goTo] = useLocation();
  const all: Action[] = [...actions, { name: 'Map of the course', key: 'm', run: () => goTo('/') }];

  useEffect(() => {
    const open = () => setOpen(true);
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setOpen((was) => !was);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') {
        // Or else it is typed into what opens.
        event.preventDefault();
        setOpen(true);
        return;
      }
      const action = all.find(({ key }) => key === event.key);
      if (!action) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener(opening, open);
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener(opening, open);
      window.removeEventListener('keydown', press);
    };
  });

  const choose = (run: () => void) => () => {
    setOpen(false);
    run();
  };
  return (
    <Command.Dialog open={isOpen} onOpenChange={setOpen} label="Commands" className="palette">
      <Command.Input placeholder="What do you want to do?" aria-label="Search for a command" />
      <Command.List>
        <Command.Empty>Nothing has that name.</Command.Empty>
        <Command.Group heading="Here">
          {all.map(({ name, key, run }) => (
            <Command.Item key={name} onSelect={choose(run)}>
              {name} {key && <kbd>{key}</kbd>}
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Go to">
          {course?.units.flatMap((unit) =>
            unit.steps.map(({ number, title }) => (
              <Command.Item
                key={`${unit.name}/${number}`}
                onSelect={choose(() => goTo(`/${unit.name}/${number}`))}
              >
                {unit.name} · {unit.title}, step {number}: {title}
              </Command.Item>
            )),
          )}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, [contenteditable="true"], .cm-editor') !== null
  );
}
