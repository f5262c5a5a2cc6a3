import { Fragment } from 'react';
import { Link } from 'wouter';
import type { SentencePart } from '../api/types.ts';
import styles from './sentence.module.css';

// Where a link of the server leads inside the page.
export function inside(link: string): string {
  const path = link.replace(/^https?:\/\/[^/]+/, '').replace(/^#/, '');
  return path.startsWith('/') ? path : `/${path}`;
}

const tone = (part: SentencePart) =>
  part.emphasis === 'amber'
    ? styles.amber
    : part.emphasis === 'water'
      ? styles.water
      : part.emphasis
        ? styles.red
        : '';

// The first sentence stands out; the rest explains. Each linked part leads to what it counts.
export function Sentence({
  parts,
  className = '',
}: {
  parts: SentencePart[];
  className?: string | undefined;
}) {
  const end = parts.findIndex((part) => /[.!?]\s*$/.test(part.text));
  const drawn = parts.map((part, index) => (
    <Fragment key={index}>
      {part.link ? (
        <Link href={inside(part.link)} className={`${styles.link} ${tone(part)}`}>
          {part.text}
        </Link>
      ) : (
        <span className={tone(part)}>{part.text}</span>
      )}
    </Fragment>
  ));
  return (
    <h1 className={`${styles.sentence} ${className}`}>
      <strong>{drawn.slice(0, end + 1 || drawn.length)}</strong>{' '}
      <span>{end < 0 ? null : drawn.slice(end + 1)}</span>
    </h1>
  );
}
