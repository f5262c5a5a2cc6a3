import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../api/act.ts';
import { json, words_of } from '../api/client.ts';
import { useEnvironments } from '../api/queries.ts';
import type { ExceptionScope } from '../api/types.ts';
import { Problem } from '../parts/empty.tsx';
import { counted, listed, short_digest } from '../words/text.ts';
import { time_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

// What is known already where the form is opened from.
export interface Draft {
  kind: 'rule' | 'finding' | 'workload';
  what: string;
  policy?: string;
  artifact?: string;
  environment?: string;
}

const kinds = [
  { value: 'rule', label: 'a rule that is not met' },
  { value: 'finding', label: 'a finding' },
  { value: 'workload', label: 'a workload' },
];
const conditions = [
  ['fix-available', 'a fix is available'],
  ['known-exploitation', 'it is known to be exploited'],
  ['scope-growth', 'it would cover more'],
  ['evidence-change', 'there is newer evidence'],
  ['likelihood-rise', 'its exploitation becomes more likely'],
] as const;
const of_flaws: string[] = ['fix-available', 'known-exploitation', 'likelihood-rise'];
const named = { rule: 'Id of the rule', finding: 'Finding', workload: 'Id of the workload' };
const looks_like = { rule: 'tests-pass', finding: 'CVE-2026-1187', workload: '8f1d…' };

interface Shown {
  scope: ExceptionScope;
  scope_digest: string;
}

// Ask to live with something for a time. What it would cover is shown first, and another person grants exactly that.
export function AskException({ draft, close }: { draft?: Draft; close: () => void }) {
  const environments = (useEnvironments().data?.environments ?? []).map((each) => each.name);
  const [told, setTold] = useState({
    kind: draft?.kind ?? ('rule' as Draft['kind']),
    what: draft?.what ?? '',
    policy: draft?.policy ?? '',
    artifact: draft?.artifact ?? '',
    environment: draft?.environment ?? '',
    until: '7d',
    owner: '',
    reason: '',
    control: '',
  });
  const [opened_at] = useState(Date.now); // or what is asked for would differ at every look
  const [ends_on, setEndsOn] = useState<string[]>(['scope-growth']);
  const [, go] = useLocation();
  const where = told.environment || environments[0] || '';
  const until = time_of(told.until, opened_at);
  const complete = Boolean(told.what && where && until && told.owner && told.reason && told.control);
  const body = {
    [told.kind]: told.what,
    ...(told.policy && { policy: told.policy }),
    ...(told.artifact && { artifact: told.artifact }),
    environment: where,
    owner: told.owner,
    reason: told.reason,
    compensating_control: told.control,
    until,
    ...(ends_on.length && { ends_on: ends_on.filter((each) => told.kind === 'finding' || !of_flaws.includes(each)) }),
  };
  const [asked] = useDebouncedValue(complete ? JSON.stringify(body) : '', 300);
  const preview = useQuery({
    queryKey: ['fixed', 'exception-preview', asked],
    queryFn: () =>
      json<Shown>('exceptions?preview=true', { method: 'POST', body: JSON.parse(asked) as unknown }),
    enabled: Boolean(asked),
  });
  const ask = useAct<void>({
    path: () => 'exceptions',
    body: () => ({ ...(JSON.parse(asked) as object), scope: preview.data?.scope_digest }),
    done: () => `Asked for an exception of ${told.what} in ${where}`,
  });
  const done = (answer: Record<string, unknown>) => {
    close();
    const made = (answer['exception'] ?? answer) as { id?: number };
    if (made.id !== undefined) go(`/exceptions/${made.id}`);
  };
  const field = (name: keyof typeof told, label: string, placeholder: string, error?: string | false) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={told[name]}
      error={error}
      onChange={(event) => setTold({ ...told, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Form
      title="Ask for an exception"
      opened
      close={close}
      word="Ask for it"
      busy={ask.isPending}
      able={complete && Boolean(preview.data) && asked === JSON.stringify(body)}
      submit={() => ask.mutate(undefined, { onSuccess: done })}>
      <div className={styles.two}>
        <NativeSelect
          label="Live with"
          data={kinds}
          value={told.kind}
          onChange={(event) => setTold({ ...told, kind: event.currentTarget.value as Draft['kind'] })}
        />
        {field('what', named[told.kind], looks_like[told.kind])}
      </div>
      <div className={styles.two}>
        <NativeSelect
          label="Environment"
          data={environments}
          value={where}
          onChange={(event) => setTold({ ...told, environment: event.currentTarget.value })}
        />
        {field('artifact', 'Artifact', 'sha256:…')}
      </div>
      <div className={styles.two}>
        {field('until', 'Until', '7d, 2026-12-24', Boolean(told.until) && !until && 'Not a time')}
        {field('owner', 'Owner', 'Who answers for it')}
      </div>
      {field('reason', 'Reason', 'Why it cannot be met now')}
      {field('control', 'What holds instead', 'A second person watches the rollout')}
      <Checkbox.Group label="It also ends when" value={ends_on} onChange={setEndsOn}>
        <div className={styles.two}>
          {conditions.filter(([value]) => told.kind === 'finding' || !of_flaws.includes(value)).map(([value, label]) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </div>
      </Checkbox.Group>
      {complete && <Covered shown={preview.data} error={preview.error} />}
      {ask.error && <Problem>{words_of(ask.error)}</Problem>}
    </Form>
  );
}

function Covered({ shown, error }: { shown: Shown | undefined; error: unknown }) {
  if (error) return <Effect>{words_of(error)}</Effect>;
  if (!shown) return <Effect>Looking at what it would cover…</Effect>;
  const { workloads, digests } = shown.scope;
  return (
    <Effect>
      It covers {counted(digests.length, 'digest')} and {counted(workloads.length, 'workload')} that
      {workloads.length === 1 ? ' runs' : ' run'} now
      {workloads.length > 0 && `: ${listed(workloads.slice(0, 4).map((each) => `${each.name} on ${each.host}`))}`}; never
      more. Another person grants it by its scope <code>{short_digest(shown.scope_digest)}</code>.
    </Effect>
  );
}
