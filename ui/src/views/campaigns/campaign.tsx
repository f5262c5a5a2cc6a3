import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../../api/act.ts';
import { useCampaign } from '../../api/queries-bill.ts';
import type { CampaignOwner, CampaignStory } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import type { Column } from '../../parts/table/columns.ts';
import { Table } from '../../parts/table/table.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { number } from '../../words/text.ts';
import { component_words, severity_look, severity_word, where_of } from '../vulnerabilities/words.ts';
import { AskExceptions } from './ask-exceptions.tsx';
import { BurnDown } from './burn-down.tsx';
import { campaign_sentence, standing_looks, standing_rank, standing_words, state_looks } from './words.ts';

const columns: Column<CampaignOwner>[] = [
  {
    id: 'owner',
    header: 'Owner',
    text: (row) => [row.owner, ...row.services].join(' '),
    show: (row) => (
      <span className="wrap">
        <span className="strong">{row.owner || 'nobody'}</span>{' '}
        <span className="quiet">{row.services.filter((each) => each !== row.owner).join(', ')}</span>
      </span>
    ),
  },
  {
    id: 'standing',
    header: 'Standing',
    text: (row) => standing_words[row.standing],
    order: (row) => standing_rank(row.standing),
    show: (row) => <LookWord look={standing_looks[row.standing]} word={standing_words[row.standing]} strong />,
  },
  {
    id: 'open',
    header: 'Still running',
    text: (row) => String(row.open),
    order: (row) => row.open,
    show: (row) => `${number(row.open)} of ${number(row.workloads)}`,
  },
  { id: 'environments', header: 'Environments', text: (row) => row.environments.join(', '), show: (row) => row.environments.join(', '), wide: true },
  {
    id: 'components',
    header: 'Components',
    text: (row) => row.components.join(' '),
    grow: true,
    show: (row) => (
      <span className="wrap">
        {row.components.slice(0, 3).map(component_words).join(', ')}
        {row.components.length > 3 && ` and ${row.components.length - 3} more`}
      </span>
    ),
    wide: true,
  },
  { id: 'fixed', header: 'Fixed in', text: (row) => row.fixed.join(', '), show: (row) => row.fixed.join(', ') || <span className="quiet">no fix known</span> },
  {
    id: 'release',
    header: 'Fixed release',
    text: (row) => row.fixed_releases.join(' '),
    show: (row) =>
      row.fixed_releases.length ? (
        <code title={row.fixed_releases.join(', ')}>{row.fixed_releases.map((each) => each.replace(/^sha256:/, '').slice(0, 12)).join(', ')}</code>
      ) : (
        <span className="quiet">none yet</span>
      ),
  },
  {
    id: 'exceptions',
    header: 'Exceptions',
    text: (row) => row.exceptions.join(' '),
    show: (row) =>
      row.exceptions.length
        ? row.exceptions.slice(0, 3).map((id, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link href={`/exceptions/${id}`}>{id}</Link>
            </span>
          ))
        : '–',
    wide: true,
  },
];

// One campaign: how what runs with the flaw grew less, and what each owner has come to.
export default function Campaign({ id }: { id: string }) {
  const read = useCampaign(id);
  return (
    <Loaded read={read}>
      {(story) => (
        <View sentence={campaign_sentence(story.campaign)} side={<Acts story={story} />}>
          <About story={story} />
          <Card title="Running with it" note={story.coverage.sentence}>
            <BurnDown points={story.burn_down} due={story.campaign.due} />
          </Card>
          <Card title="Owners" note="what each has come to, from what runs, releases and exceptions">
            <Table
              name="owners"
              rows={story.owners}
              columns={columns}
              id={(row) => row.owner}
              empty={<p className="quiet">Nothing that ran since it was opened has it.</p>}
            />
          </Card>
        </View>
      )}
    </Loaded>
  );
}

function About({ story: { campaign } }: { story: CampaignStory }) {
  return (
    <Card label="Campaign">
      <dl>
        <Line name="Flaw">
          <Link href={where_of(campaign.cluster)} className="strong">
            {campaign.cluster}
          </Link>{' '}
          {campaign.summary}
        </Line>
        <Line name="Severity">
          <LookWord look={severity_look(campaign.severity)} word={severity_word(campaign.severity)} />
        </Line>
        <Line name="State">
          <LookWord look={state_looks[campaign.state]} word={campaign.state} />
        </Line>
        <Line name="Due">{campaign.due ? <When at={campaign.due} /> : 'no date'}</Line>
        <Line name="Opened" mark={<Seal entry={campaign.entry} />}>
          <When at={campaign.opened_at} /> by {campaign.opened_by}
        </Line>
        {campaign.note && <Line name="Note">{campaign.note}</Line>}
        {campaign.closed_at && (
          <Line name="Closed">
            <When at={campaign.closed_at} /> by {campaign.closed_by}
            {campaign.closed_note && `: ${campaign.closed_note}`}
          </Line>
        )}
      </dl>
    </Card>
  );
}

function Acts({ story }: { story: CampaignStory }) {
  const [asking, setAsking] = useState(false);
  const close = useAct<void>({
    path: () => `campaigns/${story.campaign.id}/close`,
    body: () => ({}),
    done: () => `The campaign against ${story.campaign.cluster} is closed`,
  });
  if (story.campaign.closed_at) return null;
  return (
    <>
      <Button disabled={story.campaign.owners_open === 0} onClick={() => setAsking(true)}>
        Ask for exceptions…
      </Button>
      <Button variant="default" loading={close.isPending} onClick={() => close.mutate()}>
        Close it
      </Button>
      {asking && <AskExceptions story={story} close={() => setAsking(false)} />}
    </>
  );
}
