import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useEnvironments } from '../../api/queries.ts';
import type { Environment } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Table } from '../../parts/table/table.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { all_of, counted, number, plain, say } from '../../words/text.ts';
import { Counts } from './counts.tsx';
import { NewEnvironment } from './new-environment.tsx';

const to = (environment: Environment) => `/environments/${encodeURIComponent(environment.name)}`;
const silent = (environment: Environment) =>
  environment.reporters.filter((reporter) => reporter.state === 'silent').length;
const said = (environment: Environment) => {
  const words = environment.sentence;
  return !words ? '' : typeof words === 'string' ? words : plain(words);
};

const columns: Column<Environment>[] = [
  {
    id: 'name',
    header: 'Name',
    text: (row) => row.name,
    show: (row) => (
      <Link href={to(row)} className="strong">
        {row.name}
      </Link>
    ),
  },
  { id: 'kind', header: 'Kind', text: (row) => row.kind, show: (row) => row.kind, wide: true },
  {
    id: 'verdict',
    header: 'What runs',
    text: (row) => Object.keys(row.counts).join(' '),
    order: (row) => -(row.alerts_open ?? 0),
    show: (row) => <Counts counts={row.counts} missing={row.missing ?? 0} />,
    grow: true,
  },
  {
    id: 'reporters',
    header: 'Reporters',
    text: (row) => `${row.reporters.length - silent(row)} of ${row.reporters.length}`,
    wide: true,
    show: (row) => (
      <span className={silent(row) ? 'amber' : ''}>
        {row.reporters.length - silent(row)} of {row.reporters.length}
      </span>
    ),
  },
  {
    id: 'alerts',
    header: 'Open alerts',
    text: (row) => String(row.alerts_open ?? 0),
    order: (row) => row.alerts_open ?? 0,
    show: (row) =>
      (row.alerts_open ?? 0) > 0 ? (
        <Link href={`/alerts?q=environment:${row.name}`} className="red">
          {number(row.alerts_open ?? 0)}
        </Link>
      ) : (
        <span className="quiet">0</span>
      ),
  },
  {
    id: 'adopted',
    header: 'Adopted',
    text: (row) => String(row.adopted ?? 0),
    order: (row) => row.adopted ?? 0,
    show: (row) => number(row.adopted ?? 0),
    wide: true,
  },
  {
    id: 'snapshot',
    header: 'Snapshot',
    text: (row) => String(row.snapshot ?? ''),
    order: (row) => row.snapshot ?? 0,
    show: (row) => (row.snapshot ? <code>#{row.snapshot}</code> : '–'),
    wide: true,
  },
  { id: 'sentence', header: 'Sentence', text: said, show: said, hidden: true },
];

function sentence_of(all: Environment[]) {
  const open = all.filter((each) => (each.alerts_open ?? 0) > 0).length;
  const quiet = all.reduce((sum, each) => sum + silent(each), 0);
  const blind = all.find((each) => silent(each) > 0);
  const total = all.reduce((sum, each) => sum + Object.values(each.counts).reduce((a, b) => a + b, 0), 0);
  return [
    say(
      open
        ? counted(open, 'environment needs', 'environments need')
        : `${all_of(all.length, 'environment')} ${all.length === 1 ? 'is' : 'are'} calm`,
      open ? '/alerts' : undefined,
      open ? 'red' : undefined,
    ),
    say(open ? ' a look.' : '.'),
    say(` ${counted(total, 'workload runs', 'workloads run')} in ${counted(all.length, 'environment')}.`),
    ...(blind
      ? [say(' '), say(counted(quiet, 'reporter', 'reporters'), `${to(blind)}?view=watch`, 'amber')]
      : []),
    say(quiet ? ` ${quiet === 1 ? 'is' : 'are'} silent.` : ''),
  ];
}

export default function Environments() {
  const read = useEnvironments();
  const [making, setMaking] = useState(false);
  return (
    <Loaded read={read}>
      {({ environments }) => (
        <View
          sentence={environments.length ? sentence_of(environments) : [say('Nothing is watched yet.')]}
          side={<Button onClick={() => setMaking(true)}>New environment</Button>}>
          <Card label="Environments">
            <Table
              name="environments"
              rows={environments}
              columns={columns}
              id={(row) => row.name}
              link={to}
              empty={
                <Empty command={command('env create host --kind host')}>
                  An environment is a place where workloads run. Make the first one.
                </Empty>
              }
            />
          </Card>
          <NewEnvironment opened={making} close={() => setMaking(false)} />
        </View>
      )}
    </Loaded>
  );
}
