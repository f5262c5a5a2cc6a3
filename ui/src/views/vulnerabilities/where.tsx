import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { useWhere } from '../../api/queries-resolve.ts';
import type { SentencePart, Where as Data } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, say } from '../../words/text.ts';
import { Blind } from './blind.tsx';
import { Reach } from './reach.tsx';
import styles from './vulnerabilities.module.css';
import { WhereTable } from './where-table.tsx';
import { owner_of } from './words.ts';

export function where_sentence(data: Data): SentencePart[] {
  const copies = new Set(data.running.map((row) => row.workload)).size;
  const blind = data.coverage.running - data.coverage.covered + (data.coverage.outdated ?? []).length;
  const unowned = data.running.filter((row) => !owner_of(row)).length;
  return [
    ...(copies
      ? [
          say(data.query),
          say(` runs ${counted(copies, 'time')}`, undefined, 'red'),
          say(` in ${counted(data.environments.length, 'environment')}.`),
        ]
      : [
          say(`${data.query} runs nowhere that could be looked at.`),
          ...(data.artifacts
            ? [say(` ${counted(data.artifacts, 'recorded artifact has', 'recorded artifacts have')} it.`)]
            : []),
        ]),
    ...(unowned ? [say(` ${counted(unowned, 'of them has', 'of them have')} no owner.`, undefined, 'amber')] : []),
    say(` ${data.coverage.sentence.replace(/^covers/, 'This covers')}.`, undefined, blind ? 'amber' : undefined),
  ];
}

// Where a flaw or a component runs; at what time, and how much of what runs could be looked at.
export default function Where() {
  const { values, set } = useUrlState(['query', 'at']);
  const read = useWhere(values['query'] ?? '', values['at'] ?? '');
  return (
    <View sentence={read.data && values['query'] ? where_sentence(read.data) : [say('Where does it run?')]}>
      <Card label="Question">
        <Ask query={values['query'] ?? ''} at={values['at'] ?? ''} set={set} />
      </Card>
      {values['query'] ? (
        <Loaded read={read}>{(data) => <Answer data={data} />}</Loaded>
      ) : (
        <Empty command={command('vuln where CVE-2021-44228')}>
          Ask for a flaw (CVE-…, GHSA-…), a package URL, a name, or a name below a version, as in <code>openssl&lt;3.0.7</code>.
        </Empty>
      )}
    </View>
  );
}

function Ask({ query, at, set }: { query: string; at: string; set: (values: Record<string, string>) => void }) {
  const [words, setWords] = useState(query);
  const [moment, setMoment] = useState(at);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ query: words.trim(), at: moment.trim(), q: '', sort: '' });
  };
  return (
    <form className={styles.ask} onSubmit={submit}>
      <TextInput
        label="Flaw, package or name"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        placeholder="CVE-2021-44228, log4j-core<2.17.1, pkg:…"
      />
      <TextInput
        label="At (UTC; empty: now)"
        value={moment}
        onChange={(event) => setMoment(event.currentTarget.value)}
        placeholder="2026-05-01T00:00:00Z"
      />
      <Button type="submit">Where</Button>
    </form>
  );
}

// Of the flaw that was asked for, or the only one that was found.
const campaign_of = (data: Data) =>
  `/campaigns?flaw=${encodeURIComponent(data.running.find((row) => row.cluster)?.cluster ?? data.query)}`;

function Answer({ data }: { data: Data }) {
  return (
    <div className="stack">
      {data.running.length > 0 && (
        <Card
          title="How far it reaches"
          side={data.running.some((row) => row.cluster) && <Link href={campaign_of(data)}>Open a campaign…</Link>}>
          <Reach rows={data.running} />
        </Card>
      )}
      <Card title="Running" note={data.coverage.sentence}>
        <WhereTable rows={data.running} />
      </Card>
      {data.coverage.uncovered.length > 0 && (
        <Card title="Could not be looked at" note="a bill of materials would tell">
          <Blind rows={data.coverage.uncovered} />
        </Card>
      )}
      {(data.coverage.outdated ?? []).length > 0 && (
        <Card title="Looked at by an older bill of materials" note="the newest one can't be read">
          <Blind rows={data.coverage.outdated ?? []} />
        </Card>
      )}
    </div>
  );
}
