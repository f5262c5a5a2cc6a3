import type { Bead, Trail } from '../../api/types.ts';
import { listed } from '../../words/text.ts';
import styles from './overview.module.css';

const middle = 10;
const thick = 9;

// What a stream shows, in words.
export function told(trail: Trail | null | undefined): string {
  if (!trail) return 'no trail yet';
  const required = trail.beads.filter((bead) => bead.state !== 'extra');
  const met = required.filter((bead) => bead.state === 'met').length;
  const rest = required.filter((bead) => bead.state !== 'met').map((bead) => `${bead.name} ${bead.state}`);
  return `${trail.name}, ${met} of ${required.length} met${rest.length ? `; ${listed(rest)}` : ''}`;
}

// Water flows along the beads and stops at the first that is missing or failed.
export function Stream({ beads, width }: { beads: Bead[]; width: number }) {
  const left = 14;
  const step = beads.length > 1 ? Math.min((width - left - 60) / (beads.length - 1), 140) : 0;
  const at = (index: number) => left + index * step;
  const dry_from = beads.findIndex((bead) => bead.state === 'missing' || bead.state === 'failed');
  const water_to = beads.length === 0 ? 0 : dry_from < 0 ? width : at(dry_from);
  const letters = Math.max(3, Math.floor(step / 6));
  const labelled = (bead: Bead) => step > 40 || bead.state === 'failed' || bead.state === 'missing';
  return (
    <svg width={width} height={36} aria-hidden>
      <line
        x1={Math.max(left - 6, 0)}
        x2={width}
        y1={middle}
        y2={middle}
        strokeWidth={thick}
        className={styles.dry}
      />
      {water_to > 0 && (
        <line
          x1={left - 6}
          x2={water_to}
          y1={middle}
          y2={middle}
          strokeWidth={thick}
          className={styles.water}
        />
      )}
      {beads.map((bead, index) => (
        <g key={`${bead.artifact ?? ''}/${bead.name}`} transform={`translate(${at(index)} ${middle})`}>
          <BeadMark state={bead.state} />
          {labelled(bead) && (
            <text
              y={22}
              className={`${styles.label} ${bead.state === 'failed' ? styles.failed : ''}`}
              textAnchor={index === 0 ? 'start' : 'middle'}
              x={index === 0 ? -8 : 0}>
              {bead.name.length > letters ? bead.name.slice(0, letters - 1) + '…' : bead.name}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

// One required attestation: met a filled bead, failed a diamond, missing a dashed ring, extra an open bead.
export function BeadMark({ state, scale = 1 }: { state: Bead['state']; scale?: number }) {
  switch (state) {
    case 'met':
      return (
        <g transform={`scale(${scale})`}>
          <circle r={6.5} className={styles.met} />
          <path d="M-2.6 .2l1.9 2l3.4 -4" className={styles.tick} />
        </g>
      );
    case 'failed':
      return (
        <path transform={`scale(${scale})`} d="M0 -8.5l8.5 8.5l-8.5 8.5l-8.5 -8.5z" className={styles.bad} />
      );
    case 'missing':
      return <circle r={6} transform={`scale(${scale})`} className={styles.open} />;
    case 'extra':
      return <circle r={4} transform={`scale(${scale})`} className={styles.more} />;
  }
}
