import {
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type Row as TableRow,
  type SortingState,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, type ReactNode } from 'react';
import { matches, parse } from '../../words/filter.ts';
import { counted } from '../../words/text.ts';
import { useNow } from '../use-now.ts';
import { Body } from './body.tsx';
import type { Column } from './columns.ts';
import { Head } from './head.tsx';
import { Toolbar } from './toolbar.tsx';
import { useUrlState } from './url-state.ts';
import styles from './table.module.css';

export interface TableProps<Row extends object> {
  name: string;
  prefix?: string; // of its state in the address, where a view has several tables
  rows: Row[];
  columns: Column<Row>[];
  id: (row: Row) => string | number;
  time?: (row: Row) => number;
  link?: (row: Row) => string;
  actions?: (chosen: Row[], clear: () => void) => ReactNode; // given: rows can be chosen
  chosen?: ReadonlySet<string>;
  choose?: (ids: ReadonlySet<string>) => void;
  empty: ReactNode;
  more?: ReactNode;
}

const virtual_from = 200;
const row_height = 37;

const ascending = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);

function definition<Row>(column: Column<Row>): ColumnDef<Row> {
  const order = column.order ?? column.text;
  return {
    id: column.id,
    header: column.header,
    accessorFn: order,
    sortingFn: (a: TableRow<Row>, b: TableRow<Row>) => ascending(order(a.original), order(b.original)),
  };
}

function sorting_of(words: string): SortingState {
  return words ? [{ id: words.replace(/^-/, ''), desc: words.startsWith('-') }] : [];
}

// A table that filters as one types, sorts, lets columns be chosen, keeps all of it in the address, exports, and draws
// only what is in sight beyond 200 rows.
export function Table<Row extends object>(props: TableProps<Row>) {
  const { rows, columns } = props;
  const { values, set } = useUrlState(['q', 'sort', 'cols'], props.prefix);
  const asked_at = useNow(/\bsince:/.test(values['q'] ?? '') ? 1000 : Infinity);
  const kept = useMemo(() => {
    const terms = parse(
      values['q'] ?? '',
      columns.map((column) => column.id),
    );
    const by = {
      fields: columns.map((column) => ({ name: column.id, text: column.text })),
      ...(props.time && { time: props.time }),
    };
    return terms.length ? rows.filter((row) => matches(row, terms, by, asked_at)) : rows;
  }, [rows, columns, values['q'], asked_at]);
  const shown = shown_columns(columns, values['cols'] ?? '');
  const definitions = useMemo(() => columns.map(definition), [columns]);
  const sorting = useMemo(() => sorting_of(values['sort'] ?? ''), [values['sort']]);
  const table = useReactTable({
    data: kept,
    columns: definitions,
    state: { sorting },
    autoResetAll: false,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getRowId: (row) => String(props.id(row)),
    enableSortingRemoval: true,
  });
  const sorted = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = sorted.length > virtual_from;
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => row_height,
    overscan: 12,
    enabled: virtual,
  });
  if (rows.length === 0) return <>{props.empty}</>;
  const sort_by = (id: string) => {
    const now_sorted = values['sort'] ?? '';
    set({ sort: now_sorted === id ? `-${id}` : now_sorted === `-${id}` ? '' : id });
  };
  return (
    <div className={styles.table}>
      <Toolbar
        name={props.name}
        columns={columns}
        shown={shown}
        rows={sorted.map((row) => row.original)}
        words={values['q'] ?? ''}
        set_words={(q) => set({ q })}
        set_columns={(cols) => set({ cols })}
      />
      <Chosen {...props} />
      <div
        ref={scroller}
        className={`${styles.scroll} ${virtual ? styles.bounded : ''}`}
        tabIndex={0}
        role="region"
        aria-label={props.name}>
        <table aria-rowcount={sorted.length + 1}>
          <Head
            columns={shown}
            sort={values['sort'] ?? ''}
            sort_by={sort_by}
            all={sorted.map((row) => row.id)}
            chosen={props.chosen}
            choose={props.choose}
          />
          <Body
            rows={sorted}
            columns={shown}
            virtual={virtual ? virtualizer : null}
            link={props.link}
            chosen={props.chosen}
            choose={props.choose}
          />
        </table>
        {sorted.length === 0 && (
          <p className={styles.none}>
            None of {counted(rows.length, 'row')} matches.{' '}
            <button type="button" onClick={() => set({ q: '' })}>
              Show all
            </button>
          </p>
        )}
      </div>
      <div className={styles.foot}>
        <span className="quiet">
          {sorted.length === rows.length
            ? counted(rows.length, 'row')
            : `${sorted.length} of ${counted(rows.length, 'row')}`}
        </span>
        {props.more}
      </div>
    </div>
  );
}

function Chosen<Row extends object>({ actions, chosen, choose, rows, id }: TableProps<Row>) {
  if (!actions || !chosen || !choose || chosen.size === 0) return null;
  const some = rows.filter((row) => chosen.has(String(id(row))));
  return (
    <div className={styles.chosen} role="group" aria-label="With what is chosen">
      {counted(some.length, 'row')} chosen {actions(some, () => choose(new Set()))}
    </div>
  );
}

export function shown_columns<Row>(columns: Column<Row>[], words: string): Column<Row>[] {
  const wanted = words.split(',').filter(Boolean);
  return wanted.length
    ? columns.filter((column) => wanted.includes(column.id))
    : columns.filter((column) => !column.hidden);
}
