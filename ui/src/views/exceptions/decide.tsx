import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import type { Exception } from '../../api/types.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { counted, short_digest } from '../../words/text.ts';
import { Scope } from './exception.tsx';
import { about } from './words.ts';

export type Act = 'grant' | 'refuse' | 'end';

const said = { grant: 'Grant', refuse: 'Refuse', end: 'End' };
const done = { grant: 'is in force', refuse: 'is refused', end: 'is over' };

// Grant exactly what is shown, refuse it, or end it before its time.
export function Decide({ exception, act, close }: { exception: Exception; act: Act; close: () => void }) {
  const [note, setNote] = useState('');
  const told = note.trim() ? { note: note.trim() } : {};
  const decide = useAct<void>({
    path: () => `exceptions/${exception.id}/${act}`,
    body: () => (act === 'grant' ? { scope: exception.scope_digest, ...told } : told),
    done: () => `The exception of ${about(exception)} ${done[act]}`,
  });
  const { workloads, digests } = exception.scope;
  return (
    <Form
      title={`${said[act]} the exception of ${about(exception)}`}
      opened
      close={close}
      word={said[act]}
      busy={decide.isPending}
      submit={() => decide.mutate(undefined, { onSuccess: close })}>
      {act === 'grant' && <Scope data={exception} />}
      <TextInput
        label="Note"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
      <Effect>
        {act === 'grant' &&
          `You grant scope ${short_digest(exception.scope_digest)}: ${counted(digests.length, 'digest')}, ${counted(workloads.length, 'workload')}, until ${exception.until.slice(0, 10)}. Should it cover more by now, it is refused and shown anew.`}
        {act === 'refuse' && 'Nothing is excepted; the rule counts as before.'}
        {act === 'end' && 'What it covered counts again at once; alerts it held back reopen.'}
      </Effect>
      {decide.error && <Problem>{words_of(decide.error)}</Problem>}
    </Form>
  );
}
