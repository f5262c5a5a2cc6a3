// What an action did, said once in the corner and to screen readers, with the seal of what was recorded.
import { useSyncExternalStore } from 'react';
import { Seal } from './seal.tsx';
import styles from './notice.module.css';

interface Notice {
  id: number;
  words: string;
  failed: boolean;
  entry?: number | undefined;
}

let notices: Notice[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Notice[]) {
  notices = next;
  for (const listener of listeners) listener();
}

export function notify(words: string, options: { failed?: boolean; entry?: number | undefined } = {}) {
  const notice = { id: ++last, words, failed: options.failed ?? false, entry: options.entry };
  set([...notices.slice(-2), notice]);
  setTimeout(() => set(notices.filter((found) => found.id !== notice.id)), notice.failed ? 12_000 : 8000);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className={styles.corner} aria-live="polite" role="status">
      {shown.map((notice) => (
        <div key={notice.id} className={`${styles.notice} ${notice.failed ? styles.failed : ''}`}>
          <span>{notice.words}</span>
          {notice.entry !== undefined && <Seal entry={notice.entry} />}
        </div>
      ))}
    </div>
  );
}
