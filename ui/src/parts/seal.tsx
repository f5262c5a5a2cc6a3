import { IconRosetteDiscountCheck, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { Popover } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Checked } from '../proof/check.ts';
import styles from './seal.module.css';

type State = Checked | 'checking' | undefined;

async function run(index: number): Promise<Checked> {
  const { check } = await import('../proof/check.ts');
  return check(index);
}

const said = (state: State) => {
  if (state === undefined) return 'check this record';
  if (state === 'checking') return 'checking…';
  if (!state.sound) return 'does not check out';
  return state.complete ? 'checked in this browser' : 'checked in part';
};

function Icon({ state }: { state: State }) {
  if (state && state !== 'checking') {
    return state.sound ? <IconShieldCheck size={15} /> : <IconShieldX size={15} />;
  }
  return <IconRosetteDiscountCheck size={15} />;
}

// What stands on a line without an entry.
const claimed = 'No entry of the ledger says this by itself: it was reported, or is computed from reports.';

const tone = (state: State) =>
  !state || state === 'checking'
    ? ''
    : !state.sound
      ? styles.bad
      : state.complete
        ? styles.good
        : styles.part;

// The seal of a record: a click has this browser check that the record is in the signed ledger, and says what it did.
export function Seal({
  entry,
  words = false,
  auto = false,
}: {
  entry?: number | null | undefined;
  words?: boolean;
  auto?: boolean;
}) {
  const [state, setState] = useState<State>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!auto || entry === null || entry === undefined || state !== undefined) return;
    setState('checking');
    void run(entry).then(setState);
  }, [auto, entry, state]);
  if (entry === null || entry === undefined)
    return (
      <span className="amber" title={claimed}>
        claim
      </span>
    );
  const act = () => {
    setOpen(!open);
    if (open || state === 'checking') return;
    setState('checking');
    void run(entry).then(setState);
  };
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      width={340}
      position="bottom-end"
      withArrow
      shadow="md"
      trapFocus={false}>
      <Popover.Target>
        <button
          type="button"
          className={`${styles.seal} ${tone(state)}`}
          aria-label={words ? undefined : `Entry ${entry}: ${said(state)}`}
          title={`Entry ${entry}: ${said(state)}`}
          onClick={(event) => {
            event.stopPropagation();
            act();
          }}>
          <Icon state={state} />
          {words && <span>{said(state)}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <Report state={state} entry={entry} />
      </Popover.Dropdown>
    </Popover>
  );
}

// What was checked, in words.
export function Report({ state, entry }: { state: State; entry: number }) {
  return (
    <div className={styles.report} aria-live="polite">
      <p>
        <Link href={`/ledger/${entry}`}>Entry {entry}</Link>:{' '}
        <strong className={tone(state)}>{said(state)}</strong>
      </p>
      {state && state !== 'checking' && (
        <ul>
          {state.steps.map((step) => (
            <li key={step.words} className={styles[step.outcome]}>
              {step.words}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
