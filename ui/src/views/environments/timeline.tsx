import { Button } from '@mantine/core';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { Snapshot } from '../../api/types.ts';
import { useNow } from '../../parts/use-now.ts';
import { useWidth } from '../../parts/use-width.ts';
import { Begins, Ends } from '../../parts/when.tsx';
import { counted, number } from '../../words/text.ts';
import { ago, moment } from '../../words/time.ts';
import styles from './environments.module.css';

interface TimelineProps {
  snapshots: Snapshot[];
  at: string;
  from: string;
  before: string; // these are the snapshots before this number; empty: up to now
  earlier: string; // there are more before this number
  set: (values: Record<string, string>) => void;
}

const height = 64;
const base = 44;

const named = (snapshot: Snapshot) => `#${snapshot.number}`;

// Snapshots along time: the level is how many workloads ran, bars above and below are starts and ends. Click or arrow
// keys choose a moment; the newest means live.
export function Timeline({ snapshots, at, from, before, earlier, set }: TimelineProps) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const present = useNow(10_000) + 10_000;
  const sorted = [...snapshots].sort((a, b) => a.number - b.number);
  const last = sorted.length - 1;
  const now = before ? moment(sorted[last]?.until ?? sorted[last]?.from) : present;
  if (last < 0)
    return (
      <div ref={ref} className="quiet">
        No snapshot yet.
      </div>
    );
  const first_at = moment(sorted[0]?.from);
  const span = Math.max(1, now - first_at);
  const x = (time: number) => Math.round(((time - first_at) / span) * (width - 14)) + 6;
  const chosen = at
    ? Math.max(
        0,
        sorted.findIndex((snapshot) => named(snapshot) === at),
      )
    : last;
  const choose = (index: number) => {
    const next = sorted[Math.min(last, Math.max(0, index))];
    const live = !next || (!before && next.number === sorted[last]?.number);
    set({ at: live ? '' : named(next) });
  };
  const click = (event: MouseEvent<SVGSVGElement>) => {
    const time =
      first_at +
      ((event.clientX - event.currentTarget.getBoundingClientRect().left - 6) / (width - 14)) * span;
    const index = sorted.findLastIndex((snapshot) => moment(snapshot.from) <= time);
    choose(index);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(chosen + step);
  };
  const shown = sorted[chosen];
  const from_shown = sorted.find((snapshot) => named(snapshot) === from);
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          className={styles.timeline}
          onClick={click}
          onKeyDown={press}
          tabIndex={0}
          role="slider"
          aria-label="Moment"
          aria-valuemin={sorted[0]?.number}
          aria-valuemax={sorted[last]?.number}
          aria-valuenow={shown?.number}
          aria-valuetext={
            shown ? `${named(shown)}, ${ago(shown.from, now)}, ${number(shown.count)} running` : ''
          }>
          <Level sorted={sorted} x={x} now={now} />
          {sorted.map((snapshot) => (
            <Change key={snapshot.number} snapshot={snapshot} x={x(moment(snapshot.from))} />
          ))}
          {from_shown && (
            <line
              x1={x(moment(from_shown.from))}
              x2={x(moment(from_shown.from))}
              y1={0}
              y2={base + 6}
              className={styles.fromLine}
            />
          )}
          {shown && (
            <line
              x1={at ? x(moment(shown.from)) : x(now)}
              x2={at ? x(moment(shown.from)) : x(now)}
              y1={0}
              y2={base + 6}
              className={styles.chosenLine}
            />
          )}
          <text x={4} y={height - 2} className={styles.tick}>
            {ago(sorted[0]?.from, present)}
          </text>
          <text x={width - 4} y={height - 2} textAnchor="end" className={styles.tick}>
            {before ? ago(sorted[last]?.until ?? sorted[last]?.from, present) : 'now'}
          </text>
        </svg>
      )}
      <div className={styles.moment}>
        {shown && <Told snapshot={shown} live={!at} />}
        {earlier && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => set({ before: earlier, at: `#${Number(earlier) - 1}` })}>
            Earlier snapshots
          </Button>
        )}
        {(at || before) && (
          <Button size="compact-sm" variant="default" onClick={() => set({ at: '', before: '' })}>
            Back to live
          </Button>
        )}
        {at && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => set({ from: at, at: '', view: 'snapshots' })}>
            What changed since
          </Button>
        )}
      </div>
    </div>
  );
}

function Told({ snapshot, live }: { snapshot: Snapshot; live: boolean }) {
  return (
    <span>
      {live ? <strong>Live</strong> : <strong>As it was</strong>} · <code>{named(snapshot)}</code>{' '}
      <Begins at={snapshot.from} />
      {snapshot.until && (
        <>
          , <Ends at={snapshot.until} />
        </>
      )}
      <span className="quiet">
        {' '}
        · {number(snapshot.count)} running, {counted(snapshot.started, 'run')} started, {snapshot.ended} ended
      </span>
    </span>
  );
}

function Level({ sorted, x, now }: { sorted: Snapshot[]; x: (time: number) => number; now: number }) {
  const counts = sorted.map((snapshot) => snapshot.count);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const y = (count: number) => base - 14 - ((count - least) / Math.max(1, most - least)) * 16;
  const points = sorted.flatMap((snapshot, index) => {
    const until = sorted[index + 1] ? moment(sorted[index + 1]?.from) : now;
    return [`${x(moment(snapshot.from))},${y(snapshot.count)}`, `${x(until)},${y(snapshot.count)}`];
  });
  const start = x(moment(sorted[0]?.from));
  return (
    <>
      <path d={`M${start},${base}L${points.join('L')}L${x(now)},${base}Z`} className={styles.area} />
      <polyline points={points.join(' ')} className={styles.level} />
    </>
  );
}

function Change({ snapshot, x }: { snapshot: Snapshot; x: number }) {
  const tall = (count: number) => Math.min(12, count * 2);
  return (
    <>
      <rect
        x={x - 1}
        width={3}
        y={base - tall(snapshot.started)}
        height={tall(snapshot.started)}
        className={styles.started}
      />
      <rect x={x - 1} width={3} y={base + 1} height={Math.min(5, snapshot.ended)} className={styles.ended} />
    </>
  );
}
