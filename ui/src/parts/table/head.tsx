import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { Column } from './columns.ts';
import styles from './table.module.css';

interface HeadProps<Row> {
  columns: Column<Row>[];
  sort: string;
  sort_by: (id: string) => void;
  all: string[];
  chosen?: ReadonlySet<string> | undefined;
  choose?: ((ids: ReadonlySet<string>) => void) | undefined;
}

export function Head<Row>({ columns, sort, sort_by, all, chosen, choose }: HeadProps<Row>) {
  const sorted = (id: string) => (sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : 'none');
  const every = all.length > 0 && all.every((id) => chosen?.has(id));
  return (
    <thead>
      <tr>
        {chosen && choose && (
          <th className={styles.check} scope="col">
            <Checkbox
              size="xs"
              aria-label="Choose all"
              checked={every}
              indeterminate={!every && chosen.size > 0}
              onChange={() => choose(new Set(every ? [] : all))}
            />
          </th>
        )}
        {columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            aria-sort={sorted(column.id)}
            className={`${column.wide ? styles.wide : ''} ${column.grow ? styles.grow : ''}`}>
            <button type="button" onClick={() => sort_by(column.id)}>
              {column.header}
              {sorted(column.id) === 'ascending' && <IconArrowUp size={12} aria-hidden />}
              {sorted(column.id) === 'descending' && <IconArrowDown size={12} aria-hidden />}
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}
