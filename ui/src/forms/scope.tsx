import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../api/act.ts';
import { json, words_of } from '../api/client.ts';
import type { Preview as Silenced, ScopeRule } from '../api/types.ts';
import { number } from '../words/text.ts';
import { time_of } from '../words/time.ts';
import { Effect, Form } from './form.tsx';
import styles from './form.module.css';

interface ScopeProps {
  environment: string;
  rule?: ScopeRule;
  opened: boolean;
  close: () => void;
}

type Draft = Record<'path' | 'user' | 'unit' | 'container' | 'expires' | 'reason', string> & {
  effect: 'exclude' | 'include';
};

function rule_of(draft: Draft): ScopeRule {
  const expires = draft.expires ? time_of(draft.expires, Date.now()) : null;
  const given = Object.fromEntries(
    (['path', 'user', 'unit', 'container', 'reason'] as const)
      .filter((name) => draft[name])
      .map((name) => [name, draft[name]]),
  );
  return { effect: draft.effect, ...given, ...(expires && { expires_at: expires }) };
}

const names_something = (rule: ScopeRule) => Boolean(rule.path || rule.user || rule.unit || rule.container);

// What is not watched is evidence too: a rule is recorded, may end, and shows what it silences first.
export function Scope({ environment, rule, opened, close }: ScopeProps) {
  const [draft, setDraft] = useState<Draft>({
    effect: rule?.effect ?? 'exclude',
    path: rule?.path ?? '',
    user: rule?.user ?? '',
    unit: rule?.unit ?? '',
    container: rule?.container ?? '',
    expires: rule?.expires_at ?? '7d',
    reason: rule?.reason ?? '',
  });
  const save = useAct<ScopeRule>({
    method: 'PUT',
    path: () => `environments/${encodeURIComponent(environment)}/scopes`,
    body: (made) => made,
    done: () => `Scope rule recorded for ${environment}`,
  });
  const made = rule_of(draft);
  const wrong = Boolean(draft.expires) && !made.expires_at;
  const field = (name: keyof Draft, label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={draft[name]}
      error={name === 'expires' && wrong && 'Not a time'}
      onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Form
      title={`Scope of ${environment}`}
      opened={opened}
      close={close}
      word="Record the rule"
      busy={save.isPending}
      able={names_something(made) && Boolean(draft.reason) && !wrong}
      submit={() => save.mutate(made, { onSuccess: close })}>
      <NativeSelect
        label="Effect"
        value={draft.effect}
        data={[
          { value: 'exclude', label: 'exclude: do not watch' },
          { value: 'include', label: 'include: watch after all' },
        ]}
        onChange={(event) => setDraft({ ...draft, effect: event.currentTarget.value as Draft['effect'] })}
      />
      <div className={styles.two}>
        {field('path', 'Path', '/home/ann/build/**')}
        {field('user', 'User', 'ann')}
        {field('unit', 'Unit', 'jenkins.service')}
        {field('container', 'Container', 'builder-*')}
      </div>
      <div className={styles.two}>
        {field('expires', 'Ends', '7d')}
        {field('reason', 'Reason', 'Why this need not be watched')}
      </div>
      {opened && names_something(made) && !wrong && <Preview environment={environment} rule={made} />}
    </Form>
  );
}

function Preview({ environment, rule }: { environment: string; rule: ScopeRule }) {
  const [asked] = useDebouncedValue(
    JSON.stringify({ ...rule, expires_at: undefined, reason: rule.reason || 'preview' }),
    250,
  );
  const preview = useQuery({
    queryKey: ['fixed', 'scope-preview', environment, asked],
    queryFn: () =>
      json<Silenced>(`environments/${encodeURIComponent(environment)}/scopes?preview=true`, {
        method: 'PUT',
        body: JSON.parse(asked),
      }),
  });
  if (preview.error) return <Effect>{words_of(preview.error)}</Effect>;
  if (!preview.data) return <Effect>Counting what it silences…</Effect>;
  return (
    <Effect>
      This rule silences{' '}
      <strong>
        {number(preview.data.silences)} of {number(preview.data.of)}
      </strong>{' '}
      {rule.effect === 'exclude' ? 'alerts' : 'workloads'}; it is recorded and shown as not watched.
    </Effect>
  );
}
