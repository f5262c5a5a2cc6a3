import { useMe } from '../../api/queries.ts';
import { usePolicyProposal } from '../../api/queries-decide.ts';
import type { PolicyProposalShown, Voice } from '../../api/types.ts';
import { Card, Pill } from '../../parts/card.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import type { Look } from '../../words/verdict.ts';
import { TextDifference } from './difference.tsx';
import { missing_words, sentence_of } from './proposal-words.ts';
import { Found } from './simulate.tsx';
import { Speak } from './speak.tsx';
import styles from './policies.module.css';

// A change of a policy, before it counts: the difference, what would flip, and what people say to it.
export default function Proposal({ id }: { id: string }) {
  const read = usePolicyProposal(id);
  const me = useMe();
  return (
    <Loaded read={read}>
      {(proposal) => (
        <View sentence={sentence_of(proposal)}>
          {proposal.description && <p className={`wrap quiet ${styles.about}`}>{proposal.description}</p>}
          <div className={styles.two}>
            <div className="stack">
              <Card
                title="What changes"
                note={note_of(proposal)}>
                <TextDifference
                  before={proposal.base_source}
                  after={proposal.source}
                  label={`Difference of proposal ${proposal.id}`}
                />
              </Card>
              {proposal.simulation && (
                <Card
                  title="What would flip"
                  note={`the last 30 days, decided again ${proposal.digest ? 'as if it were enforced' : 'as it would count then'}`}>
                  <Found found={proposal.simulation} />
                </Card>
              )}
            </div>
            <Card
              title="Consent"
              note={<Pill tone={proposal.state === 'open' ? 'water' : 'quiet'}>{proposal.state}</Pill>}
              side={<Seal entry={proposal.entry} words />}>
              <Voices proposal={proposal} />
              <Speak proposal={proposal} me={me.data} />
            </Card>
          </div>
        </View>
      )}
    </Loaded>
  );
}

function note_of(proposal: PolicyProposalShown): string {
  if (!proposal.digest) return proposal.policy ? `version ${proposal.base_version} of ${proposal.policy}` : 'who consents';
  return proposal.base_version ? `from version ${proposal.base_version}` : 'the policy is new';
}

const looks: Record<Voice['voice'], Look> = {
  consent: { shape: 'square', tone: 'water', said: 'consents' },
  refuse: { shape: 'diamond', tone: 'red', said: 'refuses' },
  comment: { shape: 'grain', tone: 'quiet', said: 'comments' },
};
const words = { consent: 'consented', refuse: 'refused', comment: 'said' } as const;
const waiting: Look = { shape: 'ring', tone: 'amber', said: 'still needed' };

function Voices({ proposal }: { proposal: PolicyProposalShown }) {
  return (
    <ul className={`${styles.voices} plain`} aria-label="Voices">
      {proposal.voices.map((each) => (
        <li key={each.entry} className={styles.voice}>
          <LookWord look={looks[each.voice]} word={words[each.voice]} />
          <strong>{each.actor}</strong>
          {each.role && <span className="quiet">as {each.role}</span>}
          <span className="quiet">
            <When at={each.at} />
          </span>
          {each.comment && <span className="wrap">“{each.comment}”</span>}
          <span className="push">
            <Seal entry={each.entry} />
          </span>
        </li>
      ))}
      {proposal.state === 'open' && (
        <li className={styles.voice}>
          <LookWord look={waiting} word="still needed" />
          <span>{missing_words(proposal)}</span>
        </li>
      )}
    </ul>
  );
}
