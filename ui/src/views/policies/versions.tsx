import { NativeSelect } from '@mantine/core';
import { Link } from 'wouter';
import { usePolicyVersion, usePolicyVersions } from '../../api/queries-decide.ts';
import type { Policy, PolicyVersion } from '../../api/types.ts';
import { Seal } from '../../parts/seal.tsx';
import { Loaded } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { short_digest } from '../../words/text.ts';
import { TextDifference } from './difference.tsx';
import { proposal_link } from './proposal-words.ts';
import styles from './policies.module.css';

interface VersionsProps {
  policy: Policy;
  from: string;
  to: string;
  choose: (from: string, to: string) => void;
}

// Every version that ever was, and the difference of two of them.
export function Versions({ policy, from, to, choose }: VersionsProps) {
  const read = usePolicyVersions(policy.name);
  return (
    <Loaded read={read}>
      {({ versions }) => {
        const after = Number(to) || policy.version;
        const before = Number(from) || Math.max(1, after - 1);
        const options = versions.map((each) => ({
          value: String(each.version),
          label: `${each.version}, by ${each.actor}, ${each.created_at.slice(0, 10)}`,
        }));
        return (
          <>
            {versions.length > 1 && (
              <>
                <div className={styles.choices}>
                  <NativeSelect
                    label="From version"
                    data={options}
                    value={String(before)}
                    onChange={(event) => choose(event.currentTarget.value, String(after))}
                  />
                  <NativeSelect
                    label="To version"
                    data={options}
                    value={String(after)}
                    onChange={(event) => choose(String(before), event.currentTarget.value)}
                  />
                </div>
                <Between name={policy.name} before={before} after={after} />
              </>
            )}
            <List versions={versions} />
          </>
        );
      }}
    </Loaded>
  );
}

function Between({ name, before, after }: { name: string; before: number; after: number }) {
  const [one, other] = [usePolicyVersion(name, before), usePolicyVersion(name, after)];
  return (
    <Loaded read={one}>
      {(first) => (
        <Loaded read={other}>
          {(second) => (
            <TextDifference
              before={first.source ?? ''}
              after={second.source ?? ''}
              label={`Difference of versions ${before} and ${after}`}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function List({ versions }: { versions: PolicyVersion[] }) {
  return (
    <ul className={`${styles.versions} plain`} aria-label="Versions">
      {versions.map((each) => (
        <li key={each.version} className={styles.version}>
          <strong>{each.version}</strong>
          <span>
            by {each.actor}, <When at={each.created_at} />
          </span>
          <code title={each.digest}>{short_digest(each.digest)}</code>
          <span className="quiet wrap">{each.description}</span>
          {each.proposal && <Link href={proposal_link({ id: each.proposal })}>proposal {each.proposal}</Link>}
          <span className="push">
            <Seal entry={each.entry} />
          </span>
        </li>
      ))}
    </ul>
  );
}
