import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMe } from '../../api/queries.ts';
import { usePolicyProposals, usePolicyRoles } from '../../api/queries-decide.ts';
import type { PolicyProposal } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty } from '../../parts/empty.tsx';
import { When } from '../../parts/when.tsx';
import { command } from '../../words/command.ts';
import { listed } from '../../words/text.ts';
import { NameRoles } from './name-roles.tsx';
import { consents, missing_words, proposal_link } from './proposal-words.ts';
import styles from './policies.module.css';

// Changes that wait for people, the longest waiting first, and whose consent a change needs.
export function Proposals() {
  const list = usePolicyProposals({});
  const roles = usePolicyRoles();
  const me = useMe();
  const [naming, setNaming] = useState(false);
  if (!list.data) return null;
  const open = list.rows.filter((each) => each.state === 'open').sort((a, b) => a.id - b.id);
  const ended = list.rows.filter((each) => each.state !== 'open').slice(0, 6);
  const named = roles.data?.roles ?? [];
  return (
    <Card
      title="Proposed"
      note={open.length ? String(open.length) : undefined}
      side={
        me.data?.roles.includes('admin') && (
          <Button size="compact-sm" variant="default" onClick={() => setNaming(true)}>
            Whose consent…
          </Button>
        )
      }>
      <p className="quiet">
        {named.length
          ? `A change of a policy that decides needs the consent of ${listed(named)}.`
          : 'No roles are named: who may change policies changes them at once, or proposes.'}
      </p>
      {open.length === 0 && (
        <Empty command={command('policy propose production production.yaml')}>
          No change waits for consent. A proposal shows its difference and what would flip before it counts.
        </Empty>
      )}
      <div className={styles.proposals}>
        {open.map((proposal) => (
          <Proposed key={proposal.id} proposal={proposal} />
        ))}
      </div>
      {ended.length > 0 && (
        <p className="quiet">
          Ended lately:{' '}
          {ended.map((proposal, index) => (
            <span key={proposal.id}>
              {index ? ', ' : ''}
              <Link href={proposal_link(proposal)}>
                {proposal.title} by {proposal.proposer}
              </Link>{' '}
              {proposal.state}
            </span>
          ))}
        </p>
      )}
      {naming && <NameRoles named={named} close={() => setNaming(false)} />}
    </Card>
  );
}

function Proposed({ proposal }: { proposal: PolicyProposal }) {
  const to = proposal_link(proposal);
  const said = consents(proposal).map((each) => each.actor);
  return (
    <article className={styles.proposal}>
      <h3>
        <Link href={to}>
          {proposal.title}
        </Link>
      </h3>
      <span className="wrap">{proposal.description}</span>
      <span className="quiet">
        {proposal.proposer}, <When at={proposal.proposed_at} />
      </span>
      <span>
        {said.length ? `${listed(said)} consented; ` : ''}
        {missing_words(proposal)}
      </span>
      <div className="row">
        <Button component={Link} href={to} size="compact-sm" variant="default">
          See what changes
        </Button>
      </div>
    </article>
  );
}
