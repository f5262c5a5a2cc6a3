import { differing_lines, folded } from '../../words/lines.ts';
import { counted } from '../../words/text.ts';
import styles from './policies.module.css';

const sign = { same: ' ', added: '+', removed: '−' } as const;

// Two texts as one: what was removed, what was added, and a little of what stayed.
export function TextDifference({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = differing_lines(before, after);
  const added = lines.filter((line) => line.kind === 'added').length;
  const removed = lines.filter((line) => line.kind === 'removed').length;
  if (added + removed === 0) return <p className="quiet">The two are the same, line by line.</p>;
  return (
    <>
      <p className="quiet">
        {counted(added, 'line')} added, {counted(removed, 'line')} removed
      </p>
      <div className={styles.difference} tabIndex={0} role="region" aria-label={label}>
        {folded(lines).map((line, index) =>
          line.kind === 'folded' ? (
            <div key={index} className={styles.folded}>
              {counted(line.count, 'equal line')}
            </div>
          ) : (
            <div key={index} className={`${styles.line} ${styles[line.kind] ?? ''}`}>
              <span className={styles.number}>{line.before ?? ''}</span>
              <span className={styles.number}>{line.after ?? ''}</span>
              <span aria-hidden>{sign[line.kind]}</span>
              {line.kind !== 'same' && <span className="hidden">{line.kind}: </span>}
              <code>{line.text}</code>
            </div>
          ),
        )}
      </div>
    </>
  );
}
