import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import { useComponents } from '../../api/queries-resolve.ts';
import type { Component } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, number, say } from '../../words/text.ts';
import { where_of } from './words.ts';

const columns: Column<Component>[] = [
  {
    id: 'name',
    header: 'Component',
    text: (row) => `${row.name} ${row.component}`,
    grow: true,
    show: (row) => (
      <span className="wrap">
        <Link href={where_of(row.component)} className="strong">
          {row.name || row.component}
        </Link>{' '}
        <code className="quiet">{row.component}</code>
      </span>
    ),
  },
  { id: 'version', header: 'Version', text: (row) => row.version, show: (row) => row.version || '–' },
  { id: 'ecosystem', header: 'From', text: (row) => row.ecosystem, show: (row) => row.ecosystem || '–', wide: true },
  {
    id: 'artifacts',
    header: 'Artifacts',
    text: (row) => String(row.artifacts),
    order: (row) => row.artifacts,
    show: (row) => number(row.artifacts),
  },
  {
    id: 'open',
    header: 'Open flaws',
    text: (row) => row.open.join(' '),
    order: (row) => row.open.length,
    show: (row) =>
      row.open.length ? (
        <span className="wrap">
          {row.open.slice(0, 3).map((flaw, index) => (
            <span key={flaw}>
              {index > 0 && ', '}
              <Link href={where_of(flaw)} className="red">
                {flaw}
              </Link>
            </span>
          ))}
          {row.open.length > 3 && ` and ${row.open.length - 3} more`}
        </span>
      ) : (
        <span className="quiet">none known</span>
      ),
  },
];

const sentence_of = (asked: string, rows: Component[] | undefined) => {
  if (asked.length < 2 || !rows) return [say('Which component?')];
  if (rows.length === 0) return [say(`No recorded artifact holds ${asked}.`)];
  const flawed = rows.filter((row) => row.open.length > 0).length;
  return [
    say(`${counted(rows.length, 'component')} by that name.`),
    ...(flawed ? [say(` ${counted(flawed, 'has', 'have')} an open flaw.`, undefined, 'red')] : []),
  ];
};

// Components of all bills of materials, by name.
export default function Components() {
  const { values, set } = useUrlState(['component']);
  const [words, setWords] = useState(values['component'] ?? '');
  const [asked] = useDebouncedValue(words.trim(), 200);
  const read = useComponents(asked);
  return (
    <View sentence={sentence_of(asked, read.data?.components)}>
      <Card label="Components">
        <TextInput
          label="Name, name@version, or part of a package URL"
          value={words}
          mb="sm"
          onChange={(event) => {
            setWords(event.currentTarget.value);
            set({ component: event.currentTarget.value });
          }}
        />
        {asked.length < 2 ? (
          <Empty command={command('component search openssl')}>
            Every bill of materials that was recorded can be searched, whichever artifact it is of.
          </Empty>
        ) : (
          <Loaded read={read}>
            {(data) => (
              <Table
                name="components"
                rows={data.components}
                columns={columns}
                id={(row) => row.component}
                link={(row) => where_of(row.component)}
                empty={<p className="quiet">No recorded artifact holds it.</p>}
              />
            )}
          </Loaded>
        )}
      </Card>
    </View>
  );
}
