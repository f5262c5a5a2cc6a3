// How what runs with the flaw grew less: a step for each change, from when the campaign was opened until now.
import type { BurnPoint } from '../../api/types.ts';
import { useWidth } from '../../parts/use-width.ts';
import { counted, number } from '../../words/text.ts';
import { moment, utc } from '../../words/time.ts';
import { corners, height, top, left } from './corners.ts';
import styles from './campaigns.module.css';

export function BurnDown({ points, due }: { points: BurnPoint[]; due: string | null }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const { steps, highest, base, x } = corners(points, due, Math.max(width, 200));
  const line = steps.map(([at, level]) => `${at.toFixed(1)} ${level.toFixed(1)}`).join('L');
  const [first, last] = [points[0], points.at(-1)];
  const said = first && last ? `${counted(first.running, 'workload')} with it when it was opened, ${number(last.running)} now, ${number(highest)} at most` : 'Nothing ran with it';
  return (
    <div ref={ref}>
      {width > 0 && first && last && (
        <svg width={width} height={height} role="img" aria-label={said}>
          <text x={0} y={top + 4} className={styles.axis}>
            {number(highest)}
          </text>
          <text x={0} y={base + 4} className={styles.axis}>
            0
          </text>
          <line x1={left} x2={width - 8} y1={base} y2={base} className={styles.base} />
          <path className={styles.area} d={`M${left} ${base}L${line}L${x(moment(last.at)).toFixed(1)} ${base}Z`} />
          <path className={styles.line} d={`M${line}`} />
          {due && (
            <line x1={x(moment(due))} x2={x(moment(due))} y1={top} y2={base} className={styles.due}>
              <title>{`due ${utc(due)}`}</title>
            </line>
          )}
          <text x={left} y={height - 6} className={styles.axis}>
            {utc(first.at).slice(0, 16)}
          </text>
          <text x={width - 8} y={height - 6} textAnchor="end" className={styles.axis}>
            {utc(due && moment(due) > moment(last.at) ? due : last.at).slice(0, 16)}
          </text>
        </svg>
      )}
      <p className="quiet">
        {said}.{due && ` The dashed line is when it is due.`}
      </p>
    </div>
  );
}
