import type { Mark as Verdict } from '../api/types.ts';
import { looks, type Look, type Shape, type Tone } from '../words/verdict.ts';
import styles from './mark.module.css';

// The outlines of the marks in a box of 10 × 10.
export const outlines: Record<Shape, string> = {
  square:
    'M2.2 1h5.6a1.2 1.2 0 0 1 1.2 1.2v5.6a1.2 1.2 0 0 1-1.2 1.2h-5.6a1.2 1.2 0 0 1-1.2-1.2v-5.6a1.2 1.2 0 0 1 1.2-1.2z',
  grain: 'M3.2 2.5h3.6a.7.7 0 0 1 .7.7v3.6a.7.7 0 0 1-.7.7h-3.6a.7.7 0 0 1-.7-.7v-3.6a.7.7 0 0 1 .7-.7z',
  diamond: 'M5 -.6l5.6 5.6l-5.6 5.6l-5.6-5.6z',
  triangle: 'M5 .4l4.8 8.8h-9.6z',
  half: 'M1 1h8.2v8.2z',
  hollow: 'M2.2 1.8h5.6a.6.6 0 0 1 .6.6v5.2a.6.6 0 0 1-.6.6h-5.6a.6.6 0 0 1-.6-.6v-5.2a.6.6 0 0 1 .6-.6z',
  ring: 'M5 1.2a3.8 3.8 0 1 1 0 7.6a3.8 3.8 0 1 1 0-7.6z',
};

const drawn_as = (shape: Shape, tone: Tone) => {
  const kind = shape === 'ring' ? styles.ring : shape === 'hollow' ? styles.hollow : styles.solid;
  return `${kind} ${styles[tone]}`;
};

export const mark_class = (verdict: Verdict) => {
  const { shape, tone } = looks[verdict] ?? looks.unknown;
  return drawn_as(shape, tone);
};

export const mark_outline = (verdict: Verdict) => outlines[(looks[verdict] ?? looks.unknown).shape];

// A verdict as its mark; pass `named` when no word stands beside it.
export function Mark({
  verdict,
  size = 12,
  named = false,
}: {
  verdict: Verdict;
  size?: number;
  named?: boolean;
}) {
  const label = named ? { role: 'img', 'aria-label': verdict } : { 'aria-hidden': true };
  return (
    <svg width={size} height={size} viewBox="-1 -1 12 12" className={styles.mark} {...label}>
      <path d={mark_outline(verdict)} className={mark_class(verdict)} />
    </svg>
  );
}

// The mark with its word, as tables show it.
export function VerdictWord({ verdict }: { verdict: Verdict }) {
  const look = looks[verdict] ?? looks.unknown;
  return (
    <span className={styles.word} title={look.said}>
      <Mark verdict={verdict} />
      <span className={look.tone === 'water' ? '' : look.tone}>{verdict}</span>
    </span>
  );
}

// A word with the shape and colour of its look: results of rules, verdicts of the gate, states.
export function LookWord({ look, word, strong = false }: { look: Look; word: string; strong?: boolean }) {
  return (
    <span className={styles.word} title={look.said}>
      <svg width={12} height={12} viewBox="-1 -1 12 12" className={styles.mark} aria-hidden>
        <path d={outlines[look.shape]} className={drawn_as(look.shape, look.tone)} />
      </svg>
      <span className={`${look.tone === 'red' || look.tone === 'amber' ? look.tone : ''} ${strong ? 'strong' : ''}`}>
        {word}
      </span>
    </span>
  );
}
