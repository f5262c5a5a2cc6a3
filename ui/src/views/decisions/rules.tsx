import { Link } from 'wouter';
import type { RuleResult } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { by_weight, is_open, outcome_looks } from '../../words/decision.ts';
import { severity_tone } from '../../words/verdict.ts';
import { ModePill } from '../policies/attached.tsx';
import styles from './decisions.module.css';

const spoken: Record<RuleResult['result'], string> = {
  violated: 'not met',
  'no-evidence': 'no evidence',
  excepted: 'excepted',
  satisfied: 'met',
  'not-applicable': 'does not apply',
};

// What keeps it from running first; each rule with what it rests on, and who can supply what is missing.
export function Rules({ rules }: { rules: RuleResult[] }) {
  const sorted = [...rules].sort(by_weight);
  return (
    <ul className={`${styles.rules} plain`} aria-label="Rules">
      {sorted.map((rule) => (
        <li
          key={`${rule.policy}/${rule.id}`}
          className={`${styles.rule} ${is_open(rule) && rule.mode === 'enforce' ? styles.open : ''}`}>
          <span className={styles.result}>
            <LookWord look={outcome_looks[rule.result]} word={spoken[rule.result]} />
          </span>
          <span className={styles.words}>
            <strong>{rule.id}</strong>{' '}
            {rule.policy ? (
              <Link href={`/policies/${encodeURIComponent(rule.policy)}`}>{rule.policy}</Link>
            ) : (
              <span className="quiet">built in</span>
            )}
            {rule.mode !== 'enforce' && (
              <>
                {' '}
                <ModePill mode={rule.mode} />
              </>
            )}
            {is_open(rule) && (
              <>
                {' '}
                <Pill tone={severity_tone(rule.severity)}>{rule.severity}</Pill>
              </>
            )}
            <span className={styles.message}>{rule.message}</span>
            {is_open(rule) && (rule.who || rule.fix) && (
              <span className={styles.message}>
                {rule.who && (
                  <>
                    <span className="quiet">Who:</span> {rule.who}.{' '}
                  </>
                )}
                {rule.fix && (
                  <>
                    <span className="quiet">How:</span> {rule.fix}.
                  </>
                )}
              </span>
            )}
            {rule.next && (
              <span className="quiet">
                time alone may change it <When at={rule.next} />
              </span>
            )}
            {rule.controls.length > 0 && <span className="quiet">{rule.controls.join(' · ')}</span>}
          </span>
          <span className={styles.evidence}>
            {rule.exception !== null && rule.exception !== undefined && (
              <Link href={`/ledger/${rule.exception}`}>exception {rule.exception}</Link>
            )}
            {rule.evidence.slice(0, 4).map((entry) => (
              <span key={entry} className="row">
                <Link href={`/ledger/${entry}`}>
                  <code>{entry}</code>
                </Link>
                <Seal entry={entry} />
              </span>
            ))}
            {rule.evidence.length > 4 && <span className="quiet">and {rule.evidence.length - 4} more</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
