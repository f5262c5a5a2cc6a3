import { TextInput } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { form_of } from './form-of.ts';

const Editor = lazy(() => import('./editor.tsx'));

const first_words = (name: string) => `apiVersion: weir/v1
kind: Policy
description: ${name ? `What ${name} asks for` : 'What this policy is for'}
rules:
  - id: tests-pass
    message: Unit tests must have passed
    who: developers of the service
    fix: Run the tests in the pipeline and attest the JUnit file
    require:
      attestation: {type: test, which: latest}
`;

// A policy is made and attached nowhere; it changes nothing until somebody attaches it.
export function NewPolicy({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [source, setSource] = useState(first_words(''));
  const [, go] = useLocation();
  const make = useAct<void>({
    method: 'PUT',
    path: () => `policies/${encodeURIComponent(name)}`,
    body: () => ({ source, form: form_of(source) }),
    done: () => `Policy ${name} made`,
  });
  return (
    <Form
      title="New policy"
      opened
      wide
      close={close}
      word="Make it"
      busy={make.isPending}
      able={/^[\w.-]+$/.test(name) && source.trim().length > 0}
      submit={() =>
        make.mutate(undefined, { onSuccess: () => go(`/policies/${encodeURIComponent(name)}`) })
      }>
      <TextInput
        label="Name"
        placeholder="production"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Suspense fallback={<div aria-busy="true" />}>
        <Editor value={source} change={setSource} label="Source of the policy" />
      </Suspense>
      {make.error && <Problem>{words_of(make.error)}</Problem>}
      <Effect>It is recorded and counts nowhere until it is attached to an environment or a flow.</Effect>
    </Form>
  );
}
