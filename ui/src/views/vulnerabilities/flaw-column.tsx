// A flaw by its name, whatever list it stands in.
import { Link } from 'wouter';
import type { Column } from '../../parts/table/columns.ts';

interface Flaw {
  cluster: string;
  records: string[];
  summary: string;
  exploited?: string;
}

export const flaw_column = <Row extends Flaw>(to: (row: Row) => string): Column<Row> => ({
  id: 'flaw',
  header: 'Flaw',
  text: (row) => [row.cluster, ...row.records, row.summary].join(' '),
  grow: true,
  show: (row) => (
    <span className="wrap">
      <Link href={to(row)} className="strong">
        {row.cluster}
      </Link>{' '}
      {row.exploited && <span className="red">known to be exploited </span>}
      <span className="quiet">{row.summary}</span>
    </span>
  ),
});
