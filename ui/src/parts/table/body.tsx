import { Checkbox } from '@mantine/core';
import type { Row as TableRow } from '@tanstack/react-table';
import type { Virtualizer } from '@tanstack/react-virtual';
import { memo, type MouseEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { Column } from './columns.ts';
import styles from './table.module.css';

interface BodyProps<Row> {
  rows: TableRow<Row>[];
  columns: Column<Row>[];
  virtual: Virtualizer<HTMLDivElement, Element> | null;
  link?: ((row: Row) => string) | undefined;
  chosen?: ReadonlySet<string> | undefined;
  choose?: ((ids: ReadonlySet<string>) => void) | undefined;
}

// All rows, or only those in sight between two spacers.
export function Body<Row>({ rows, columns, virtual, link, chosen, choose }: BodyProps<Row>) {
  const items = virtual?.getVirtualItems();
  const above = items?.[0]?.start ?? 0;
  const below = virtual && items?.length ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const drawn = items
    ? items.map((item) => [item.index, rows[item.index]] as const)
    : rows.map((row, index) => [index, row] as const);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose?.(next);
  };
  return (
    <tbody>
      {above > 0 && (
        <tr aria-hidden style={{ height: above }}>
          <td colSpan={columns.length + 1} />
        </tr>
      )}
      {drawn.map(
        ([index, row]) =>
          row && (
            <Line
              key={row.id}
              id={row.id}
              index={index}
              row={row.original}
              columns={columns}
              to={link?.(row.original)}
              chosen={chosen?.has(row.id)}
              toggle={choose ? toggle : undefined}
              measure={virtual?.measureElement}
            />
          ),
      )}
      {below > 0 && (
        <tr aria-hidden style={{ height: below }}>
          <td colSpan={columns.length + 1} />
        </tr>
      )}
    </tbody>
  );
}

interface LineProps<Row> {
  id: string;
  index: number;
  row: Row;
  columns: Column<Row>[];
  to?: string | undefined;
  chosen?: boolean | undefined;
  toggle?: ((id: string) => void) | undefined;
  measure?: ((element: Element | null) => void) | undefined;
}

function PlainLine<Row>({ id, index, row, columns, to, chosen, toggle, measure }: LineProps<Row>) {
  const [, go] = useLocation();
  const open = (event: MouseEvent) => {
    if (!to || (event.target as Element).closest('a, button, input, label') || getSelection()?.toString())
      return;
    go(to);
  };
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      className={`${to ? styles.open : ''} ${chosen ? styles.marked : ''}`}
      onClick={open}>
      {toggle && (
        <td className={styles.check}>
          <Checkbox
            size="xs"
            aria-label={`Choose row ${index + 1}`}
            checked={Boolean(chosen)}
            onChange={() => toggle(id)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={`${column.wide ? styles.wide : ''} ${column.grow ? styles.grow : ''}`}>
          {column.opens && to ? (
            <Link href={to} className={styles.name}>
              {column.show(row)}
            </Link>
          ) : (
            column.show(row)
          )}
        </td>
      ))}
    </tr>
  );
}

const Line = memo(
  PlainLine,
  (a, b) =>
    a.row === b.row &&
    a.columns.length === b.columns.length &&
    a.index === b.index &&
    a.chosen === b.chosen &&
    a.to === b.to &&
    a.columns.every((column, i) => column.id === b.columns[i]?.id) &&
    a.toggle === b.toggle,
) as typeof PlainLine;
