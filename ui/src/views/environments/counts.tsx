import type { Mark as MarkName, Verdict } from '../../api/types.ts';
import { Mark } from '../../parts/mark.tsx';
import { number } from '../../words/text.ts';
import { looks, marks } from '../../words/verdict.ts';
import styles from './environments.module.css';

// How many workloads have which verdict, each with its mark.
export function Counts({
  counts,
  missing = 0,
}: {
  counts: Partial<Record<Verdict, number>>;
  missing?: number;
}) {
  const shown = marks
    .map((mark) => [mark, mark === 'missing' ? missing : (counts[mark] ?? 0)] as [MarkName, number])
    .filter(([, count]) => count > 0);
  if (shown.length === 0) return <span className="quiet">nothing seen</span>;
  return (
    <span className={styles.counts}>
      {shown.map(([mark, count]) => (
        <span key={mark} className={styles.count} title={looks[mark].said}>
          <Mark verdict={mark} /> {number(count)} <span className="quiet">{mark}</span>
        </span>
      ))}
    </span>
  );
}
