import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { words_of } from '../../api/client.ts';
import { useMe } from '../../api/queries.ts';
import { Effect, Form } from '../../forms/form.tsx';
import styles from '../../forms/form.module.css';
import { Problem } from '../../parts/empty.tsx';
import { affected_words, empty, is_whole, record_of, type Filled } from './record.ts';

// One package, its range or its versions; whatever else a record may say goes by `weir advisories add FILE`.
export function Publish({ close }: { close: () => void }) {
  const me = useMe();
  const [filled, setFilled] = useState<Filled>(empty);
  const publish = useAct<void>({
    path: () => 'advisories',
    body: () => record_of(filled),
    done: () => `${filled.id.trim()} is published`,
  });
  const field = (name: keyof Filled, label: string, placeholder = '', more: object = {}) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={filled[name]}
      onChange={(event) => {
        const value = event.currentTarget.value;
        setFilled((before) => ({ ...before, [name]: value }));
      }}
      {...more}
    />
  );
  const prefix = me.data?.organization.replace(/[^A-Za-z0-9]/g, '').toUpperCase() ?? '';
  return (
    <Form
      title="Publish an advisory"
      opened
      close={close}
      word="Publish"
      busy={publish.isPending}
      able={is_whole(filled)}
      submit={() => publish.mutate(undefined, { onSuccess: close })}>
      <div className={styles.two}>
        {field('id', 'Id', `${prefix}-2026-1`, { 'data-autofocus': true })}
        {field('alias', 'Also known as', 'CVE-2026-1')}
      </div>
      {field('summary', 'What is wrong', 'Steals credentials while it is installed')}
      <div className={styles.two}>
        {field('ecosystem', 'Ecosystem', 'npm, PyPI, Maven, Debian:12')}
        {field('name', 'Package', 'left-pad')}
      </div>
      <div className={styles.two}>
        {field('introduced', 'From version', 'the first')}
        {field('fixed', 'Fixed in', 'none')}
      </div>
      {field('versions', 'Or only these versions', '1.0.1, 1.0.2')}
      {field('vector', 'CVSS vector', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')}
      {is_whole(filled) && (
        <Effect>
          Everything that is recorded and holds {affected_words(filled)} is affected from now on; who owns what runs of it
          is told.
        </Effect>
      )}
      {publish.error && <Problem>{words_of(publish.error)}</Problem>}
    </Form>
  );
}
