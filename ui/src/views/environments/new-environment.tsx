import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { json, words_of } from '../../api/client.ts';
import { notify } from '../../parts/notice.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Effect, Form } from '../../forms/form.tsx';

const kinds = ['host', 'docker', 'kubernetes', 'logical'];

// Make an environment and, with a join token that is shown once, the command that starts an agent in it.
export function NewEnvironment({ opened, close }: { opened: boolean; close: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState('host');
  const [token, setToken] = useState('');
  const make = useAct<void>({
    method: 'PUT',
    path: () => `environments/${encodeURIComponent(name)}`,
    body: () => ({ kind }),
    done: () => `Environment ${name} made`,
  });
  const join = async () => {
    try {
      setToken(
        (
          await json<{ token: string }>(`environments/${encodeURIComponent(name)}/join-tokens`, {
            method: 'POST',
            body: {},
          })
        ).token,
      );
    } catch (error) {
      notify(words_of(error), { failed: true });
    }
  };
  const start = `weir agent --server ${location.origin} --environment ${name} --token ${token}`;
  return (
    <Form
      title="New environment"
      opened={opened}
      close={() => {
        setToken('');
        close();
      }}
      word={token ? 'Done' : 'Make it'}
      busy={make.isPending}
      able={/^[\w.-]+$/.test(name)}
      submit={() =>
        token ? (setToken(''), close()) : make.mutate(undefined, { onSuccess: () => void join() })
      }>
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        disabled={Boolean(token)}
        data-autofocus
      />
      <NativeSelect
        label="Kind"
        data={kinds}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
        disabled={Boolean(token)}
      />
      {kind === 'kubernetes' && (
        <Effect>Agents on its nodes report what runs there; nobody asks the cluster itself what it holds.</Effect>
      )}
      {token && (
        <Effect>
          Start the agent there; this token is shown once:
          <p className="wrap">
            <code>{start}</code> <Copy text={start} label="Copy the command" />
          </p>
        </Effect>
      )}
    </Form>
  );
}
