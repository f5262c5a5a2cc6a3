import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { query, words_of } from '../../api/client.ts';
import type { Attachment, Policy } from '../../api/types.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { mode_said } from '../../words/decision.ts';
import { listed } from '../../words/text.ts';
import { Attach } from './attach.tsx';
import { ModePill, place_link, place_of } from './attached.tsx';
import { useChange } from './use-change.ts';
import styles from './policies.module.css';

type Open = { what: 'attach'; at?: Attachment } | { what: 'detach'; at: Attachment } | null;

// Where a policy counts, in which mode, and who said so.
export function Attachments({ policy }: { policy: Policy }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <Card
      title="Counts in"
      note={policy.attachments.length ? String(policy.attachments.length) : undefined}
      side={
        <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'attach' })}>
          Attach…
        </Button>
      }>
      {policy.attachments.length === 0 && (
        <Empty command={command(`policy attach ${policy.name} --environment production --mode shadow`)}>
          It counts nowhere. In shadow it is recorded and changes no verdict.
        </Empty>
      )}
      <ul className={`${styles.attachments} plain`}>
        {policy.attachments.map((each) => (
          <li key={each.entry} className={styles.attachment}>
            <Link href={place_link(each)} className="strong">
              {place_of(each)}
            </Link>
            <ModePill mode={each.mode} />
            <span className="quiet">
              {mode_said[each.mode]} · by {each.actor}, <When at={each.attached_at} />
            </span>
            <span className="push row">
              <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'attach', at: each })}>
                Mode…
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setOpen({ what: 'detach', at: each })}>
                Detach…
              </Button>
              <Seal entry={each.entry} />
            </span>
          </li>
        ))}
      </ul>
      {open?.what === 'attach' && <Attach policy={policy} at={open.at} close={close} />}
      {open?.what === 'detach' && <Detach policy={policy} at={open.at} close={close} />}
    </Card>
  );
}

function Detach({ policy, at, close }: { policy: Policy; at: Attachment; close: () => void }) {
  const place = at.environment ? { environment: at.environment } : { flow: at.flow };
  const detach = useChange(
    {
      decides: at.mode === 'enforce',
      method: 'DELETE',
      path: `policies/${encodeURIComponent(policy.name)}/attachments${query({ environment: at.environment, flow: at.flow })}`,
      proposal: { policy: policy.name, attachment: place },
      done: `${policy.name} does not count in ${place_of(at)} any more`,
    },
    close,
  );
  return (
    <Form
      title={`Detach ${policy.name}`}
      opened
      close={close}
      word={detach.roles.length ? 'Propose it' : 'Detach'}
      busy={detach.busy}
      submit={() => detach.make()}>
      <Effect>
        {at.mode === 'enforce'
          ? `Its rules decide in ${place_of(at)} now. Afterwards they do not; what they held back may run.`
          : `It only tells in ${place_of(at)}; no verdict changes.`}
        {detach.roles.length > 0 && ` It holds once ${listed(detach.roles)} consented.`}
      </Effect>
      {detach.error && <Problem>{words_of(detach.error)}</Problem>}
    </Form>
  );
}
