// Columns that several tables have, and a table over a list that is read page by page.
import { Link } from 'wouter';
import { command } from '../../words/command.ts';
import { moment } from '../../words/time.ts';
import { Empty } from '../empty.tsx';
import { Seal } from '../seal.tsx';
import { More } from '../view.tsx';
import { When } from '../when.tsx';
import type { Column } from './columns.ts';
import { Table, type TableProps } from './table.tsx';

export const named_column = <Row extends { name: string }>(
  header: string,
  to: (row: Row) => string,
): Column<Row> => ({
  id: 'name',
  header,
  text: (row) => row.name,
  show: (row) => (
    <Link href={to(row)} className="strong wrap">
      {row.name}
    </Link>
  ),
});

export const commit_column = <Row extends { commit?: string | null }>(): Column<Row> => ({
  id: 'commit',
  header: 'Commit',
  text: (row) => row.commit ?? '',
  show: (row) => (row.commit ? <code title={row.commit}>{row.commit.slice(0, 7)}</code> : '–'),
  wide: true,
});

export const time_column = <Row,>(id: string, header: string, at: (row: Row) => string): Column<Row> => ({
  id,
  header,
  text: at,
  order: (row) => moment(at(row)),
  show: (row) => <When at={at(row)} />,
});

export const proof_column = <Row extends { entry?: number | null }>(): Column<Row> => ({
  id: 'entry',
  header: 'Proof',
  text: (row) => String(row.entry ?? ''),
  show: (row) => <Seal entry={row.entry} />,
  wide: true,
});

interface Pages<Row> {
  rows: Row[];
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

interface PagedProps<Row extends object> extends Omit<TableProps<Row>, 'rows' | 'more' | 'empty' | 'time'> {
  list: Pages<Row>;
  at: (row: Row) => string;
  teach: { words: string; command: string }; // what stands there when the list is empty
}

export function PagedTable<Row extends object>({ list, at, teach, ...table }: PagedProps<Row>) {
  return (
    <Table
      {...table}
      rows={list.rows}
      time={(row) => moment(at(row))}
      more={<More list={list} />}
      empty={<Empty command={command(teach.command)}>{teach.words}</Empty>}
    />
  );
}
