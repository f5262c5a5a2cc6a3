// What runs and could not be looked at, or not as it is now, and why.
import { Link } from 'wouter';
import type { Uncovered } from '../../api/types.ts';

export function Blind({ rows }: { rows: Uncovered[] }) {
  return (
    <ul className="plain stack tight">
      {rows.map((row) => (
        <li key={row.workload} className="wrap">
          <span className="strong">{row.name}</span>
          {row.host && ` on ${row.host}`} in{' '}
          <Link href={`/environments/${encodeURIComponent(row.environment)}`}>{row.environment}</Link>
          <span className="quiet">: {row.why}</span>
        </li>
      ))}
    </ul>
  );
}
