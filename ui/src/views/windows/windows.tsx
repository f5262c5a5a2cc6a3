import { Button } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { json, words_of } from '../../api/client.ts';
import { useEnvironments } from '../../api/queries.ts';
import { useFreezes, useWindows } from '../../api/queries-decide.ts';
import type { Freeze, Window, WindowState } from '../../api/types.ts';
import { FreezeForm, Thaw } from '../../forms/freeze.tsx';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { View } from '../../parts/view.tsx';
import { Ends, When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { counted, listed, say } from '../../words/text.ts';
import { zone as own_zone } from '../../words/time.ts';
import type { Look } from '../../words/verdict.ts';
import { Calendar } from './calendar.tsx';
import { WindowList } from './window-list.tsx';
import styles from './windows.module.css';

const answer_looks: Record<WindowState['verdict'], Look> = {
  open: { shape: 'square', tone: 'water', said: 'deployments may start' },
  closed: { shape: 'diamond', tone: 'red', said: 'deployments may not start' },
};

// Whether each environment is open now, as the gate would answer.
function useStates(names: string[]) {
  const reads = useQueries({
    queries: names.map((name) => ({
      queryKey: ['windows', 'state', name],
      queryFn: () => json<WindowState>(`windows/state?environment=${encodeURIComponent(name)}`),
      refetchInterval: 60_000,
    })),
  });
  return reads.flatMap((read) => (read.data ? [read.data] : []));
}

function sentence_of(states: WindowState[], windows: Window[]) {
  const shut = states.filter((state) => state.verdict === 'closed');
  if (windows.length === 0 && shut.length === 0)
    return [say('No window is set.'), say(' Whatever is approved may start at any time.')];
  if (shut.length === 0)
    return [say(states.length === 1 ? 'The one environment is open.' : `All ${states.length} environments are open.`)];
  const frozen = shut.filter((state) => state.kind === 'freeze').map((state) => state.environment);
  const rest = shut.filter((state) => state.kind !== 'freeze').map((state) => state.environment);
  return [
    say(counted(shut.length, 'environment is', 'environments are'), undefined, 'amber'),
    say(' shut now.'),
    say(frozen.length ? ` ${listed(frozen)} ${frozen.length === 1 ? 'is' : 'are'} frozen.` : ''),
    say(rest.length ? ` ${listed(rest)} ${rest.length === 1 ? 'waits' : 'wait'} for a window.` : ''),
  ];
}

type Open = { what: 'freeze' } | { what: 'thaw'; freeze: Freeze } | null;

// When something may be deployed: windows on a calendar, freezes, and what each environment answers now.
export default function Windows() {
  const windows = useWindows();
  const freezes = useFreezes();
  const names = (useEnvironments().data?.environments ?? []).map((each) => each.name);
  const states = useStates(names);
  const { values, set } = useUrlState(['week', 'zone']);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const now_frozen = freezes.rows.filter((each) => each.active);
  return (
    <View
      sentence={windows.data && states.length === names.length ? sentence_of(states, windows.rows) : []}
      side={<Button onClick={() => setOpen({ what: 'freeze' })}>Freeze…</Button>}>
      {windows.error && !windows.data && <Problem>{words_of(windows.error)}</Problem>}
      {now_frozen.map((each) => (
        <div key={each.id} className={styles.frozen} role="status">
          <strong>{each.environment} is frozen</strong>
          <span>
            <Ends at={each.until} />, by {each.actor}
          </span>
          <span className="wrap">
            {each.reason} {each.incident && <code className="wrap">{each.incident}</code>}
          </span>
          <span className="push row">
            <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'thaw', freeze: each })}>
              Thaw…
            </Button>
            <Seal entry={each.entry} />
          </span>
        </div>
      ))}
      <Card title="Calendar">
        {windows.data && windows.rows.length + freezes.rows.length === 0 ? (
          <Empty
            command={command(
              'window create weekdays --rrule "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH" --start 2026-01-05T09:00:00 --duration 8h --timezone Europe/Berlin --environment "prod-*"',
            )}>
            A window says when something may start. An allow window keeps what it selects shut outside of it.
          </Empty>
        ) : (
          <Calendar
            windows={windows.rows}
            freezes={freezes.rows}
            week={Number(values['week']) || 0}
            zone={values['zone'] || own_zone}
            set={set}
          />
        )}
      </Card>
      <div className={styles.two}>
        <Card title="Windows" note={String(windows.rows.length)}>
          <WindowList windows={windows.rows} environments={names} />
        </Card>
        <div className="stack">
          <Card title="Now" note="as the gate answers">
            <States states={states} />
          </Card>
          <Card title="Freezes" note={freezes.rows.length ? String(freezes.rows.length) : undefined}>
            <Freezes freezes={freezes.rows} />
          </Card>
        </div>
      </div>
      {open?.what === 'freeze' && <FreezeForm environments={names} close={close} />}
      {open?.what === 'thaw' && <Thaw freeze={open.freeze} close={close} />}
    </View>
  );
}

function States({ states }: { states: WindowState[] }) {
  if (states.length === 0) return <p className="quiet">No environment is known yet.</p>;
  return (
    <ul className="plain">
      {states.map((state) => (
        <li key={state.environment} className={styles.item}>
          <LookWord look={answer_looks[state.verdict]} word={state.verdict} />
          <Link href={`/environments/${encodeURIComponent(state.environment)}`} className="strong">
            {state.environment}
          </Link>
          <span className="quiet">
            {state.window && `${state.window}, `}
            {state.overridden && 'overridden, '}
            {state.verdict === 'open' ? (
              state.next_closing ? (
                <>
                  closes <When at={state.next_closing} />
                </>
              ) : (
                'no end in sight'
              )
            ) : state.next_opening ? (
              <>
                opens <When at={state.next_opening} />
              </>
            ) : (
              'no opening in sight'
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Freezes({ freezes }: { freezes: Freeze[] }) {
  if (freezes.length === 0)
    return (
      <Empty command={command('freeze production --for 4h --incident URL')}>
        Nothing was ever frozen. A freeze shuts an environment at once, whatever else is open.
      </Empty>
    );
  return (
    <ul className="plain">
      {freezes.slice(0, 10).map((each) => (
        <li key={each.id} className={styles.item}>
          <strong>{each.environment}</strong>
          <span className="quiet">
            <When at={each.from} />
            {each.ended_at ? (
              <>
                , thawed by {each.ended_by} <When at={each.ended_at} />
              </>
            ) : (
              <>
                , <Ends at={each.until} />
              </>
            )}
          </span>
          <span className="wrap">{each.reason}</span>
          <span className="push">
            <Seal entry={each.entry} />
          </span>
        </li>
      ))}
    </ul>
  );
}
