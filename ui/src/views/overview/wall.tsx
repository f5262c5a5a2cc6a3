import { Link } from 'wouter';
import type { Overview } from '../../api/types.ts';
import { number } from '../../words/text.ts';
import styles from './overview.module.css';

const milliseconds = (us: number) => (us < 10_000 ? (us / 1000).toFixed(1) : number(Math.round(us / 1000)));

// The weir itself: what the gate let through and what it held back today.
export function Wall({ weir }: { weir: Overview['weir'] }) {
  return (
    <section className={styles.wall} aria-label="Weir">
      <div className={styles.bar} />
      <div className={styles.gate}>
        <div>gate</div>
        {weir.p99_us !== null && <strong>p99 {milliseconds(weir.p99_us)} ms</strong>}
        <Link href="/decisions">{number(weir.allowed)} passed</Link>
        <Link href="/decisions" className={weir.denied ? 'strong' : ''}>
          {number(weir.denied)} stopped
        </Link>
        <div className="quiet">today</div>
      </div>
    </section>
  );
}
