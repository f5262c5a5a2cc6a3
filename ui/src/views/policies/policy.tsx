import { Button, Tabs } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { useAct } from '../../api/act.ts';
import { ApiError, words_of } from '../../api/client.ts';
import { usePolicy, usePolicyRoles } from '../../api/queries-decide.ts';
import type { Policy as Data } from '../../api/types.ts';
import { Card, Pill } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Problem } from '../../parts/empty.tsx';
import { Seal } from '../../parts/seal.tsx';
import { useUrlState } from '../../parts/table/url-state.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { listed, say, short_digest } from '../../words/text.ts';
import { place_link, place_of } from './attached.tsx';
import { Attachments } from './attachments.tsx';
import { TextDifference } from './difference.tsx';
import { form_of } from './form-of.ts';
import { proposal_link } from './proposal-words.ts';
import { Simulated } from './simulate.tsx';
import { Versions } from './versions.tsx';
import styles from './policies.module.css';

const Editor = lazy(() => import('./editor.tsx'));

function sentence_of(policy: Data) {
  const places = (mode: string) => policy.attachments.filter((each) => each.mode === mode);
  const [deciding, trial] = [places('enforce'), [...places('warn'), ...places('shadow')]];
  if (policy.attachments.length === 0)
    return [say(`${policy.name} counts nowhere.`), say(' It is recorded, and decides nothing until it is attached.')];
  const links = deciding.flatMap((each, index) => [
    say(index === 0 ? '' : index === deciding.length - 1 ? ' and ' : ', '),
    say(place_of(each), place_link(each)),
  ]);
  return [
    ...(deciding.length ? [say(`${policy.name} decides in `), ...links, say('.')] : [say(`${policy.name} is on trial.`)]),
    say(trial.length ? ` In ${listed(trial.map((each) => `${place_of(each)} (${each.mode})`))} it only tells.` : ''),
  ];
}

// A policy: its source, where it counts, and what it said before.
export default function Policy({ name }: { name: string }) {
  const read = usePolicy(name);
  const { values, set } = useUrlState(['view', 'from', 'to']);
  const view = values['view'] || 'source';
  return (
    <Loaded read={read}>
      {(policy) => (
        <View sentence={sentence_of(policy)}>
          <div className="row">
            <Pill tone="water">version {policy.version}</Pill>
            <span className="quiet">
              {policy.form} · by {policy.actor}, <When at={policy.created_at} />
            </span>
            <code title={policy.digest}>{short_digest(policy.digest)}</code>
            <Copy text={policy.digest} label="Copy the digest of the source" />
            <Seal entry={policy.entry} words />
          </div>
          {policy.description && <p className={`wrap quiet ${styles.about}`}>{policy.description}</p>}
          <div className={styles.two}>
            <Card label={view}>
              <Tabs
                value={view}
                onChange={(next) => set({ view: next === 'source' || !next ? '' : next })}
                keepMounted={false}>
                <Tabs.List mb="sm">
                  <Tabs.Tab value="source">Source</Tabs.Tab>
                  <Tabs.Tab value="versions">Versions and differences</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="source">
                  <Source key={policy.digest} policy={policy} />
                </Tabs.Panel>
                <Tabs.Panel value="versions">
                  <Versions
                    policy={policy}
                    from={values['from'] ?? ''}
                    to={values['to'] ?? ''}
                    choose={(from, to) => set({ from, to })}
                  />
                </Tabs.Panel>
              </Tabs>
            </Card>
            <Attachments policy={policy} />
          </div>
        </View>
      )}
    </Loaded>
  );
}

// The source, edited in place; difference and simulation are shown before it becomes the next version.
function Source({ policy }: { policy: Data }) {
  const before = policy.source ?? '';
  const [source, setSource] = useState(before);
  const [edition, setEdition] = useState(0);
  const [tried, setTried] = useState<string>();
  const save = useAct<boolean>({
    method: 'PUT',
    path: () => `policies/${encodeURIComponent(policy.name)}`,
    body: (confirm) => ({
      source,
      form: form_of(source),
      description: policy.description,
      ...(confirm && { confirm }),
    }),
    done: () => `${policy.name} is now version ${policy.version + 1}`,
  });
  const [, go] = useLocation();
  const propose = useAct<void>({
    path: () => 'policy-proposals',
    body: () => ({
      policy: policy.name,
      source,
      form: form_of(source),
      description: policy.description,
      base_version: policy.version,
    }),
    done: () => `A change of ${policy.name} is proposed`,
  });
  const roles = usePolicyRoles().data?.roles ?? [];
  const changed = source !== before;
  const deciding = policy.attachments.filter((each) => each.mode === 'enforce').map(place_of);
  const by_proposal = deciding.length > 0 && roles.length > 0; // the only way
  const refused = save.error instanceof ApiError && save.error.field === 'confirm';
  return (
    <>
      <Suspense fallback={<div className={styles.editor} aria-busy="true" />}>
        <Editor key={edition} value={source} change={setSource} label={`Source of ${policy.name}`} />
      </Suspense>
      {save.error && <Problem>{words_of(save.error)}</Problem>}
      {propose.error && <Problem>{words_of(propose.error)}</Problem>}
      {changed && (
        <>
          <h3>What changes</h3>
          <TextDifference before={before} after={source} label="Difference from the version in force" />
        </>
      )}
      <div className={styles.bar}>
        {changed && (
          <Button
            variant={by_proposal ? 'filled' : 'default'}
            loading={propose.isPending}
            onClick={() =>
              propose.mutate(undefined, {
                onSuccess: (answer) => go(proposal_link(answer['proposal'] as { id: number })),
              })
            }>
            Propose it
          </Button>
        )}
        {changed && !by_proposal && (
          <Button loading={save.isPending} onClick={() => save.mutate(refused)}>
            {refused ? 'Record it all the same' : `Record version ${policy.version + 1}`}
          </Button>
        )}
        <Button variant="default" onClick={() => setTried(source)}>
          Simulate on 30 days
        </Button>
        {changed && (
          <>
            <Button
              variant="default"
              onClick={() => {
                setSource(before);
                setEdition(edition + 1);
              }}>
              Put it back
            </Button>
            <span className={deciding.length ? 'amber' : 'quiet'}>
              {by_proposal
                ? `It decides in ${listed(deciding)} once ${listed(roles)} consented.`
                : deciding.length
                ? `It decides at once in ${listed(deciding)}.`
                : 'It decides nowhere, so this changes no verdict.'}
            </span>
          </>
        )}
      </div>
      <Simulated trial={{ name: policy.name, source: tried ?? '' }} running={tried !== undefined} />
    </>
  );
}
