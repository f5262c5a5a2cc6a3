import { Checkbox, NativeSelect, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { ApiError, words_of } from '../../api/client.ts';
import { useEnvironments, useFlows } from '../../api/queries.ts';
import type { Attachment, Mode, Policy } from '../../api/types.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { counted, listed } from '../../words/text.ts';
import { simulation_words, useSimulation, type Trial } from './simulate.tsx';
import { useChange } from './use-change.ts';

const effects: Record<Mode, (place: string) => string> = {
  shadow: (place) => `Its results are recorded with every decision for ${place}; no verdict changes.`,
  warn: (place) => `What is not met is said in ${place}, and lets pass.`,
  enforce: (place) => `What does not meet its rules may not run in ${place}, from now on.`,
};

// Attach a policy, or change its mode where it is attached. To enforce asks once more.
export function Attach({
  policy,
  at,
  close,
}: {
  policy: Policy;
  at?: Attachment | undefined;
  close: () => void;
}) {
  const environments = useEnvironments().data?.environments ?? [];
  const flows = useFlows().data?.flows ?? [];
  const [to, setTo] = useState<'environment' | 'flow'>(at?.flow ? 'flow' : 'environment');
  const [chosen, setChosen] = useState(at ? at.environment || at.flow : '');
  const [mode, setMode] = useState<Mode>(at?.mode ?? 'shadow');
  const [sure, setSure] = useState(false);
  const names = (to === 'environment' ? environments : flows).map((each) => each.name);
  const place = names.includes(chosen) || at ? chosen : (names[0] ?? '');
  const running = environments.find((each) => each.name === place);
  const total = Object.values(running?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  const was = policy.attachments.find((each) => each[to] === place)?.mode;
  const attach = useChange(
    {
      decides: was !== mode && (was === 'enforce' || mode === 'enforce'),
      method: 'PUT',
      path: `policies/${encodeURIComponent(policy.name)}/attachments`,
      body: { [to]: place, mode },
      proposal: { policy: policy.name, attachment: { [to]: place, mode } },
      done: `${policy.name} counts in ${place}: ${mode}`,
    },
    close,
  );
  const held = attach.error instanceof ApiError && attach.error.field === 'confirm';
  return (
    <Form
      title={at ? `Mode of ${policy.name} in ${place}` : `Attach ${policy.name}`}
      opened
      close={close}
      word={held ? 'Enforce it all the same' : attach.roles.length ? 'Propose it' : at ? 'Set the mode' : 'Attach'}
      busy={attach.busy}
      able={Boolean(place) && (mode !== 'enforce' || sure)}
      submit={() => attach.make(held)}>
      {!at && (
        <>
          <SegmentedControl
            aria-label="Attach to"
            data={[
              { value: 'environment', label: 'an environment' },
              { value: 'flow', label: 'a flow' },
            ]}
            value={to}
            onChange={(next) => setTo(next as 'environment' | 'flow')}
          />
          <NativeSelect
            label={to === 'environment' ? 'Environment' : 'Flow'}
            data={names}
            value={place}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        </>
      )}
      <SegmentedControl
        aria-label="Mode"
        data={['shadow', 'warn', 'enforce']}
        value={mode}
        onChange={(next) => setMode(next as Mode)}
      />
      <Effect>
        {effects[mode](place || 'it')}
        {to === 'environment' && total > 0 && mode !== 'shadow' && (
          <> {counted(total, 'workload runs', 'workloads run')} there and will be judged by it too.</>
        )}
        {attach.roles.length > 0 && <> It holds once {listed(attach.roles)} consented.</>}
        {mode !== 'shadow' && <Foreseen trial={{ name: policy.name, [to]: place, mode }} />}
      </Effect>
      {mode === 'enforce' && (
        <Checkbox
          label={`Yes, ${policy.name} shall decide in ${place}`}
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
      {attach.error && <Problem>{words_of(attach.error)}</Problem>}
    </Form>
  );
}

// What it would have changed in the last thirty days.
function Foreseen({ trial }: { trial: Trial }) {
  const read = useSimulation(trial, true);
  return <p>{read.data ? `Last 30 days: ${simulation_words(read.data)}` : 'Deciding again what was decided…'}</p>;
}
