import { Menu, TextInput } from '@mantine/core';
import { IconColumns3, IconDownload, IconFilter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { csv, download, type Column } from './columns.ts';
import styles from './table.module.css';

interface ToolbarProps<Row> {
  name: string;
  columns: Column<Row>[];
  shown: Column<Row>[];
  rows: Row[];
  words: string;
  set_words: (words: string) => void;
  set_columns: (columns: string) => void;
}

export function Toolbar<Row>({
  name,
  columns,
  shown,
  rows,
  words,
  set_words,
  set_columns,
}: ToolbarProps<Row>) {
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]);
  const toggle = (id: string) => {
    const ids = shown.map((column) => column.id);
    const next = ids.includes(id)
      ? ids.filter((each) => each !== id)
      : columns.map((column) => column.id).filter((each) => ids.includes(each) || each === id);
    set_columns(next.join(','));
  };
  const example = columns
    .slice(0, 2)
    .map((column) => `${column.id}:…`)
    .join(' ');
  return (
    <div className={`${styles.toolbar} noprint`}>
      <TextInput
        className={styles.filter}
        size="sm"
        aria-label={`Filter ${name}`}
        placeholder={`Filter: ${example} since:1h`}
        value={typed}
        spellCheck={false}
        leftSection={<IconFilter size={15} />}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          set_words(event.currentTarget.value);
        }}
      />
      <Menu closeOnItemClick={false} position="bottom-end">
        <Menu.Target>
          <button type="button" className={styles.tool} title="Columns" aria-label="Columns">
            <IconColumns3 size={17} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {columns.map((column) => (
            <Menu.Item
              key={column.id}
              role="menuitemcheckbox"
              aria-checked={shown.includes(column)}
              onClick={() => toggle(column.id)}
              rightSection={shown.includes(column) ? '✓' : ''}>
              {column.header}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end">
        <Menu.Target>
          <button type="button" className={styles.tool} title="Export" aria-label="Export">
            <IconDownload size={17} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => download(`${name}.csv`, 'text/csv', csv(shown, rows))}>
            CSV, as shown
          </Menu.Item>
          <Menu.Item
            onClick={() => download(`${name}.json`, 'application/json', JSON.stringify(rows, null, 2))}>
            JSON, whole rows
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
