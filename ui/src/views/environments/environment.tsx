import { Button, Tabs } from '@mantine/core';
import { useState } from 'react';
import { inner, useEnvironment, useSnapshots } from '../../api/queries.ts';
import type { Environment as Data, SentencePart } from '../../api/types.ts';
import { Adopt } from '../../forms/adopt.tsx';
import { Scope } from '../../forms/scope.tsx';
import { Card } from '../../parts/card.tsx';
import { TabLine } from '../../parts/tab-line.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { all_of, counted, number, say } from '../../words/text.ts';
import { is_exceptional, marks } from '../../words/verdict.ts';
import { Deployments } from './deployments.tsx';
import { Hosts } from './hosts.tsx';
import { Snapshots } from './snapshots.tsx';
import { Timeline } from './timeline.tsx';
import { Watch } from './watch.tsx';
import { Workloads } from './workloads.tsx';
import styles from './environments.module.css';

const calm = (total: number, name: string) =>
  total === 0
    ? `Nothing has been seen in ${name}.`
    : `${all_of(total, 'workload')} of ${name} ${total === 1 ? 'is' : 'are'} approved or explained.`;

// The server's sentence; where it is bare text or missing, the same said from the counts.
export function sentence_of(environment: Data): SentencePart[] {
  if (Array.isArray(environment.sentence)) return environment.sentence;
  const total = Object.values(environment.counts).reduce((sum, count) => sum + count, 0);
  const red = marks
    .filter((mark) => mark !== 'missing' && is_exceptional(mark))
    .map((mark) => [mark, environment.counts[mark as keyof Data['counts']] ?? 0] as const)
    .filter(([, count]) => count > 0);
  const at = `/environments/${encodeURIComponent(environment.name)}?q=verdict:`;
  if (environment.reporters.length === 0 && environment.sentence) return [say(environment.sentence)];
  const silent = environment.reporters.filter((reporter) => reporter.state === 'silent').length;
  const blind = silent
    ? [
        say(' '),
        say(
          counted(silent, 'reporter is', 'reporters are'),
          `/environments/${encodeURIComponent(environment.name)}?view=watch`,
        ),
        say(' silent.'),
      ]
    : [];
  if (red.length === 0)
    return [
      ...(blind.length
        ? [say(`All that was seen in ${environment.name} is approved or explained.`)]
        : [say(calm(total, environment.name))]),
      ...blind,
    ];
  return [
    say(`${environment.name} runs `),
    ...red.flatMap(([mark, count], index) => [
      say(index ? ', ' : ''),
      say(
        `${number(count)} ${mark}`,
        at + mark,
        mark === 'unknown' || mark === 'unapproved' ? 'red' : 'amber',
      ),
    ]),
    say('.'),
    say(' '),
    say(counted(total, 'workload'), `/environments/${encodeURIComponent(environment.name)}?view=workloads`),
    say(' in all.'),
    ...blind,
  ];
}

export default function Environment({ name }: { name: string }) {
  const read = useEnvironment(name);
  const { values, set } = useUrlState(['view', 'at', 'from', 'before']);
  const snapshots = useSnapshots(name, values['before'] ?? '');
  const [form, setForm] = useState<'adopt' | 'scope' | null>(null);
  const environment = inner<Data>(read.data as Data | undefined, 'environment');
  const view = values['view'] || 'workloads';
  const close = () => setForm(null);
  return (
    <Loaded read={{ ...read, data: environment }}>
      {(data) => (
        <View
          sentence={sentence_of(data)}
          side={
            <>
              <Button variant="default" onClick={() => setForm('adopt')}>
                Adopt…
              </Button>
              <Button variant="default" onClick={() => setForm('scope')}>
                Scope rule…
              </Button>
            </>
          }>
          <Card
            title="Snapshots"
            note={
              <>
                {data.name} · {data.kind}
                {data.adopted ? ` · ${number(data.adopted)} adopted, to be approved properly` : ''}
              </>
            }>
            <Timeline
              snapshots={snapshots.data?.snapshots ?? []}
              at={values['at'] ?? ''}
              from={values['from'] ?? ''}
              before={values['before'] ?? ''}
              earlier={snapshots.data?.next ?? ''}
              set={set}
            />
          </Card>
          <Card label={view}>
            <Tabs
              value={view}
              onChange={(next) => set({ view: next === 'workloads' || !next ? '' : next })}
              keepMounted={false}
              className={styles.tabs}>
              <TabLine chosen={view}>
                <Tabs.Tab value="workloads">Workloads</Tabs.Tab>
                <Tabs.Tab value="snapshots">Snapshots and differences</Tabs.Tab>
                <Tabs.Tab value="deployments">
                  Deployments{data.missing ? ` (${data.missing} missing)` : ''}
                </Tabs.Tab>
                <Tabs.Tab value="installed">What is installed</Tabs.Tab>
                <Tabs.Tab value="watch">What is watched</Tabs.Tab>
              </TabLine>
              <Tabs.Panel value="workloads">
                <Workloads environment={name} at={values['at'] ?? ''} />
              </Tabs.Panel>
              <Tabs.Panel value="snapshots">
                <Snapshots environment={name} snapshots={snapshots.data?.snapshots ?? []} />
              </Tabs.Panel>
              <Tabs.Panel value="deployments">
                <Deployments environment={name} />
              </Tabs.Panel>
              <Tabs.Panel value="installed">
                <Hosts environment={name} />
              </Tabs.Panel>
              <Tabs.Panel value="watch">
                <Watch environment={data} />
              </Tabs.Panel>
            </Tabs>
          </Card>
          {form === 'adopt' && <Adopt environment={name} opened close={close} />}
          {form === 'scope' && <Scope environment={name} opened close={close} />}
        </View>
      )}
    </Loaded>
  );
}
