import { useQuery } from '@tanstack/react-query';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { json, query } from '../../api/client.ts';
import { useCheckpoint } from '../../api/queries.ts';
import type { LedgerEntry } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { counted, number, say, short_digest } from '../../words/text.ts';
import { moment } from '../../words/time.ts';
import styles from './ledger.module.css';

const page = 200;
const to = (row: LedgerEntry) => `/ledger/${row.index}`;

const columns: Column<LedgerEntry>[] = [
  {
    id: 'index',
    header: 'Entry',
    text: (row) => String(row.index),
    order: (row) => row.index,
    show: (row) => (
      <Link href={to(row)}>
        <code>{row.index}</code>
      </Link>
    ),
  },
  { id: 'type', header: 'Type', text: (row) => row.type, show: (row) => <strong>{row.type}</strong> },
  {
    id: 'actor',
    header: 'By',
    text: (row) => row.actor,
    show: (row) => <span className="wrap">{row.actor}</span>,
    grow: true,
  },
  {
    id: 'subjects',
    header: 'Subjects',
    text: (row) => row.subjects.join(' '),
    wide: true,
    show: (row) => (
      <span>
        {row.subjects.slice(0, 2).map((subject) => (
          <code key={subject} title={subject} className={styles.subject}>
            {short_digest(subject)}
          </code>
        ))}
        {row.subjects.length > 2 && <span className="quiet">and {row.subjects.length - 2} more</span>}
      </span>
    ),
  },
  {
    id: 'at',
    header: 'When',
    text: (row) => row.at,
    order: (row) => moment(row.at),
    show: (row) => <When at={row.at} />,
  },
  {
    id: 'leaf',
    header: 'Leaf hash',
    text: (row) => row.leaf_hash,
    show: (row) => <code title={row.leaf_hash}>{short_digest(row.leaf_hash)}</code>,
    wide: true,
  },
  { id: 'proof', header: 'Proof', text: () => '', show: (row) => <Seal entry={row.index} /> },
];

// The newest entries first; older ones are asked for page by page.
function useEntries(until: number | null) {
  return useQuery({
    queryKey: ['ledger', 'entries', until],
    queryFn: async () => {
      const head = await json<{ entries: LedgerEntry[]; size: number }>(
        `ledger/entries${query({ from: 0, limit: 1 })}`,
      );
      const end = until ?? head.size;
      const from = Math.max(0, end - page);
      const entries: LedgerEntry[] = [];
      while (from + entries.length < end) {
        const more = await json<{ entries: LedgerEntry[] }>(
          `ledger/entries${query({ from: from + entries.length, limit: end - from - entries.length })}`,
        );
        if (more.entries.length === 0) break; // large ones come in several answers
        entries.push(...more.entries);
      }
      return { entries: entries.filter((entry) => entry.index < end).reverse(), size: head.size, from };
    },
    placeholderData: (before) => before,
  });
}

export default function Ledger() {
  const [until, setUntil] = useState<number | null>(null);
  const read = useEntries(until);
  return (
    <Loaded read={read}>
      {({ entries, size, from }) => (
        <View
          sentence={[
            say(`${counted(size, 'entry stands', 'entries stand')} in the ledger.`),
            say(' Nothing is ever changed in it; this browser can check each one.'),
          ]}>
          <Checkpoint size={size} />
          <Card
            title="Entries"
            note={entries.length ? `${from} to ${from + entries.length - 1}` : undefined}
            side={
              <>
                {until !== null && (
                  <Button size="compact-sm" variant="default" onClick={() => setUntil(null)}>
                    Newest
                  </Button>
                )}
                {from > 0 && (
                  <Button size="compact-sm" variant="default" onClick={() => setUntil(from)}>
                    Older
                  </Button>
                )}
              </>
            }>
            <Table
              name="ledger"
              rows={entries}
              columns={columns}
              id={(row) => String(row.index)}
              link={to}
              time={(row) => moment(row.at)}
              empty={
                <Empty command={command('flow create payments-api')}>
                  The ledger is empty; every accepted act becomes an entry.
                </Empty>
              }
            />
          </Card>
        </View>
      )}
    </Loaded>
  );
}

function Checkpoint({ size }: { size: number }) {
  const note = useCheckpoint();
  const [origin, count, root] = (note.data ?? '').split('\n');
  return (
    <Card
      title="Checkpoint"
      note="the ledger's signed promise about itself"
      side={size > 0 ? <Seal entry={size - 1} words auto key={size} /> : undefined}>
      <dl className={styles.dl}>
        <Line name="origin">{origin}</Line>
        <Line name="size">{count ? number(Number(count)) : ''}</Line>
        <Line name="root">
          <code className="wrap">{root}</code>
        </Line>
        <Line
          name="signed note"
          mark={note.data ? <Copy text={note.data} label="Copy the checkpoint" /> : null}>
          <span className="quiet">
            verify it offline with any C2SP tool and <code>weir ledger vkey</code>
          </span>
        </Line>
      </dl>
    </Card>
  );
}
