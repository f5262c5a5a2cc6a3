import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Window } from '../../api/types.ts';
import { OverrideWindow, RemoveWindow } from '../../forms/window.tsx';
import { Pill } from '../../parts/card.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Ends, When } from '../../parts/when.tsx';
import { override_words, selected_words, when_words } from './words.ts';
import styles from './windows.module.css';

type Open = { what: 'override' | 'remove'; window: Window } | null;

const state_words = (window: Window) =>
  window.kind === 'deny' ? (window.open ? 'shuts now' : 'shuts nothing now') : window.open ? 'open now' : 'shut now';

// The windows one by one: when, whom, who may lift them, and what they are now.
export function WindowList({ windows, environments }: { windows: Window[]; environments: string[] }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  if (windows.length === 0) return <p className="quiet">None.</p>;
  return (
    <>
      <ul className="plain">
        {windows.map((window) => (
          <li key={window.name} className={styles.window}>
            <span className="row">
              <strong>{window.name}</strong>
              <Pill tone={window.kind === 'deny' ? 'amber' : 'quiet'}>{window.kind}</Pill>
              <span className={window.open === (window.kind === 'allow') ? 'water' : 'amber'}>
                {state_words(window)}
              </span>
              <span className="quiet">
                {window.open && window.closes ? (
                  <Ends at={window.closes} />
                ) : (
                  window.opens && (
                    <>
                      next <When at={window.opens} />
                    </>
                  )
                )}
              </span>
              <span className="push row">
                {window.override && (
                  <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'override', window })}>
                    Override…
                  </Button>
                )}
                <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'remove', window })}>
                  Remove…
                </Button>
                <Seal entry={window.entry} />
              </span>
            </span>
            <span className="wrap">
              <code>{when_words(window)}</code> <span className="quiet">in {window.timezone || 'UTC'}</span>
            </span>
            <span className="quiet wrap">
              for {selected_words(window.selector)} · {override_words(window.override)}
              {window.reason && ` · ${window.reason}`}
            </span>
          </li>
        ))}
      </ul>
      {open?.what === 'override' && (
        <OverrideWindow window={open.window} environments={environments} close={close} />
      )}
      {open?.what === 'remove' && <RemoveWindow window={open.window} close={close} />}
    </>
  );
}
