import { SegmentedControl, Tabs } from '@mantine/core';
import { useAlerts, useIncidents, useOverview } from '../../api/queries.ts';
import { words_of } from '../../api/client.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { More, View } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, number, say } from '../../words/text.ts';
import { open_alerts } from '../../shell/open-count.ts';
import { AlertTable } from './alert-table.tsx';
import { IncidentCard } from './incident-card.tsx';
import styles from './alerts.module.css';

const states = ['open', 'acknowledged', 'resolved', 'all'];

function sentence_of(open: number, incidents: number) {
  if (open === 0) return [say('No alert is open.')];
  return [
    say(number(open), '/alerts?view=alerts', 'red'),
    say(` ${open === 1 ? 'alert is' : 'alerts are'} open`),
    say(incidents ? ', in ' : ''),
    say(incidents ? counted(incidents, 'incident') : '', incidents ? '/alerts' : undefined),
    say('.'),
  ];
}

// Machines receive each alert, people one incident of one origin.
export default function Alerts() {
  const { values, set } = useUrlState(['view', 'state', 'q']);
  const view = values['view'] || (values['q'] ? 'alerts' : 'incidents');
  const state = states.includes(values['state'] ?? '') ? (values['state'] ?? 'open') : 'open';
  const overview = useOverview();
  const incidents = overview.data?.counts?.['incidents_open'] ?? 0;
  return (
    <View sentence={overview.data ? sentence_of(open_alerts(overview.data), incidents) : []}>
      <Card label="Alerts and incidents">
        <Tabs value={view} onChange={(next) => set({ view: next ?? '', q: '' })} keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="incidents">Incidents</Tabs.Tab>
            <Tabs.Tab value="alerts">Every alert</Tabs.Tab>
          </Tabs.List>
          <div className={styles.bar}>
            <SegmentedControl
              size="xs"
              data={states}
              value={state}
              onChange={(next) => set({ state: next === 'open' ? '' : next })}
              aria-label="State"
            />
          </div>
          <Tabs.Panel value="incidents">
            <Incidents state={state} />
          </Tabs.Panel>
          <Tabs.Panel value="alerts">
            <Every state={state} />
          </Tabs.Panel>
        </Tabs>
      </Card>
    </View>
  );
}

const of = (state: string): Record<string, string> => (state === 'all' ? {} : { state });
const calm = (state: string) =>
  state === 'open'
    ? 'Nothing is open: all that runs is approved, explained or acknowledged.'
    : 'Nothing in this state.';

function Incidents({ state }: { state: string }) {
  const list = useIncidents(of(state));
  if (list.error && !list.data) return <Problem>{words_of(list.error)}</Problem>;
  if (list.data && list.rows.length === 0)
    return (
      <Empty command={command('demo')}>
        {calm(state)} To see an alarm from end to end, run the demonstration.
      </Empty>
    );
  return (
    <>
      <div className={styles.incidents}>
        {list.rows.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} />
        ))}
      </div>
      <More list={list} />
    </>
  );
}

function Every({ state }: { state: string }) {
  const list = useAlerts(of(state));
  if (list.error && !list.data) return <Problem>{words_of(list.error)}</Problem>;
  if (!list.data) return null;
  return (
    <AlertTable
      name="alerts"
      alerts={list.rows}
      more={<More list={list} />}
      empty={
        <Empty command={command('alerts --follow')}>
          {calm(state)} A terminal can follow alerts as they come.
        </Empty>
      }
    />
  );
}
