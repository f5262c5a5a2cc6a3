import type { ReactNode } from 'react';
import styles from './card.module.css';

interface CardProps {
  title?: ReactNode;
  note?: ReactNode;
  side?: ReactNode;
  children: ReactNode;
  label?: string;
  className?: string;
}

// A quiet box with a heading, a note beside it and actions at its end.
export function Card({ title, note, side, children, label, className = '' }: CardProps) {
  return (
    <section
      className={`${styles.card} ${className}`}
      aria-label={label ?? (typeof title === 'string' ? title : undefined)}>
      {title !== undefined && (
        <div className={styles.head}>
          <h2 className={styles.title}>{title}</h2>
          {note !== undefined && <span className="quiet">{note}</span>}
          {side !== undefined && <span className={styles.side}>{side}</span>}
        </div>
      )}
      {children}
    </section>
  );
}

export function Pill({
  tone = 'quiet',
  children,
}: {
  tone?: 'quiet' | 'red' | 'amber' | 'water';
  children: ReactNode;
}) {
  return <span className={`${styles.pill} ${styles[tone]}`}>{children}</span>;
}

// Name and value, one per line, with a trailing mark.
export function Line({ name, children, mark }: { name: ReactNode; children: ReactNode; mark?: ReactNode }) {
  return (
    <div className={styles.line}>
      <dt className="quiet">{name}</dt>
      <dd>{children}</dd>
      <dd className={styles.mark}>{mark}</dd>
    </div>
  );
}
