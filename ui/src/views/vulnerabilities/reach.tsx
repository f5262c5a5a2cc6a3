// How far a flaw reaches, as a picture: component → artifact → environment, each line a way from one to the other.
import { useLocation } from 'wouter';
import type { WhereRow } from '../../api/types.ts';
import { useWidth } from '../../parts/use-width.ts';
import { graph_of, shown_max } from './graph.ts';
import styles from './vulnerabilities.module.css';

const [row_height, node_height, column_min] = [46, 34, 150];

const heads = ['Component', 'Artifact', 'Environment'];
const cut = (text: string, letters: number) => (text.length > letters ? text.slice(0, letters - 1) + '…' : text);

export function Reach({ rows }: { rows: WhereRow[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [, go] = useLocation();
  const { columns, more, edges } = graph_of(rows);
  const step = Math.max(column_min, width / 3);
  const box = step * 0.72;
  const height = 30 + row_height * Math.max(...columns.map((column, at) => column.length + (more[at] ? 1 : 0)));
  const place = new Map(
    columns.flatMap((column, at) =>
      column.map((node, row) => [node.id, { x: at * step, y: 30 + row * row_height }] as const),
    ),
  );
  return (
    <div ref={ref} className={styles.reach} tabIndex={0} role="region" aria-label="Picture of what it reaches">
      <svg width={step * 3} height={height} role="img" aria-label="How far it reaches; the table below says the same">
        {heads.map((head, at) => (
          <text key={head} x={at * step} y={14} className={styles.head}>
            {head}
          </text>
        ))}
        {edges.map(([from, to]) => {
          const [a, b] = [place.get(from), place.get(to)];
          if (!a || !b) return null;
          const [x1, y1, x2, y2] = [a.x + box, a.y + node_height / 2, b.x, b.y + node_height / 2];
          const bend = (x2 - x1) / 2;
          return (
            <path key={from + to} className={styles.edge} d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
          );
        })}
        {columns.flat().map((node) => {
          const at = place.get(node.id);
          if (!at) return null;
          return (
            <g key={node.id} className={styles.node} transform={`translate(${at.x} ${at.y})`} onClick={() => go(node.link)}>
              <title>{`${node.name}\n${node.note}`}</title>
              <rect width={box} height={node_height} rx={6} />
              <text x={9} y={15}>
                {cut(node.name, Math.floor(box / 7.4))}
              </text>
              <text x={9} y={28} className={styles.note}>
                {node.note}
              </text>
            </g>
          );
        })}
        {more.map((count, at) =>
          count ? (
            <text key={heads[at]} x={at * step + 9} y={30 + shown_max * row_height + 18} className={styles.note}>
              and {count} more
            </text>
          ) : null,
        )}
      </svg>
    </div>
  );
}
