import { Link } from 'wouter';
import type { Run } from '../../api/types.ts';
import { Empty } from '../../parts/empty.tsx';
import { useNow } from '../../parts/use-now.ts';
import { useWidth } from '../../parts/use-width.ts';
import { ago, moment, utc } from '../../words/time.ts';
import { looks } from '../../words/verdict.ts';
import styles from './artifact.module.css';

const shown_max = 30;

// Where and when the artifact ran: one bar per run along time.
export function Runs({ runs }: { runs: Run[] }) {
  const now = useNow(10_000) + 10_000;
  const { ref, width } = useWidth<HTMLDivElement>();
  const track = width < 480 ? width : width - 160;
  if (runs.length === 0)
    return (
      <div ref={ref}>
        <Empty>No agent has seen this artifact run.</Empty>
      </div>
    );
  const first = Math.min(...runs.map((run) => moment(run.started_at)));
  const x = (time: number) => ((time - first) / Math.max(1, now - first)) * track;
  return (
    <div ref={ref}>
      {runs.slice(0, shown_max).map((run, index) => {
        const from = x(moment(run.started_at));
        const to = x(run.ended_at ? moment(run.ended_at) : now);
        const tone = looks[run.verdict]?.tone ?? 'red';
        const said = `${run.environment} on ${run.host}: ${run.verdict}, from ${utc(run.started_at)}${run.ended_at ? ` until ${utc(run.ended_at)}` : ', runs'}`;
        return (
          <div key={index} className={styles.runRow}>
            <span className="cut">
              <Link href={`/environments/${encodeURIComponent(run.environment)}`}>{run.environment}</Link>{' '}
              <span className="quiet">
                {run.host}
                {run.count > 1 ? ` × ${run.count}` : ''}
              </span>
            </span>
            {width > 0 && (
              <svg width={Math.max(1, track)} height={14} role="img" aria-label={said}>
                <title>{said}</title>
                <rect
                  x={from}
                  width={Math.max(4, to - from)}
                  y={1}
                  height={12}
                  rx={3}
                  className={`${styles.runBar} ${tone === 'water' ? '' : (styles[tone] ?? '')} ${run.ended_at ? styles.past : ''}`}
                />
              </svg>
            )}
          </div>
        );
      })}
      <div className={`${styles.axis} quiet`}>
        <span>{ago(new Date(first).toISOString(), now)}</span>
        <span>now</span>
      </div>
      {runs.length > shown_max && <p className="quiet">and {runs.length - shown_max} more runs</p>}
    </div>
  );
}
