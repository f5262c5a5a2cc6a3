import type { ReactNode } from 'react';
import type { SentencePart } from '../api/types.ts';
import { words_of } from '../api/client.ts';
import { Problem } from './empty.tsx';
import { Sentence } from './sentence.tsx';
import styles from './view.module.css';

interface ViewProps {
  sentence: SentencePart[];
  side?: ReactNode;
  children: ReactNode;
}

// A view opens with one sentence a person could read aloud; what can be done stands beside it.
export function View({ sentence, side, children }: ViewProps) {
  return (
    <div className={styles.view}>
      <div className={styles.top}>
        <Sentence parts={sentence} />
        {side && <div className={styles.side}>{side}</div>}
      </div>
      {children}
    </div>
  );
}

interface Read<T> {
  data: T | undefined;
  error: unknown;
  isPlaceholderData?: boolean;
}

// Waits for a read without a spinner, tells what went wrong, and dims data that is about to be replaced.
export function Loaded<T>({ read, children }: { read: Read<T>; children: (data: T) => ReactNode }) {
  if (read.data === undefined)
    return read.error ? (
      <Problem>{words_of(read.error)}</Problem>
    ) : (
      <div className={styles.waiting} aria-busy="true" />
    );
  return <div className={read.isPlaceholderData ? 'dimmed' : ''}>{children(read.data)}</div>;
}

export function More({
  list,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  if (!list.hasNextPage) return null;
  return (
    <button
      type="button"
      className={styles.more}
      disabled={list.isFetchingNextPage}
      onClick={() => void list.fetchNextPage()}>
      {list.isFetchingNextPage ? 'Reading…' : 'Read more'}
    </button>
  );
}
