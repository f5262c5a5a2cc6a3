import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Changed, FlawChange, ReleaseDifference, ReleaseSide } from '../../api/types.ts';
import { Digest } from '../../parts/digest.tsx';
import { Seal } from '../../parts/seal.tsx';
import { Lasting } from '../../parts/when.tsx';
import { number } from '../../words/text.ts';
import { component_words, severity_word, where_of } from '../vulnerabilities/words.ts';
import styles from './approvals.module.css';

const package_of = (component: string) => component.replace(/^pkg:/, '');

// What is new against what runs there now: evidence, components, configuration, commits. What is not known says so.
export function Difference({ difference, linked = true }: { difference: ReleaseDifference; linked?: boolean }) {
  const { before, after } = difference;
  return (
    <div className={styles.difference}>
      <div className={styles.sides}>
        <Side title="Runs now" side={before} linked={linked} />
        <Side title="Would run" side={after} linked={linked} />
      </div>
      <Part title="Commits">
        <Commits before={before} after={after} between={difference.commits} />
      </Part>
      <Part title="Evidence">
        <Evidence difference={difference} linked={linked} />
      </Part>
      <Part title="Components">
        <Components difference={difference} />
      </Part>
      <Part title="Configuration">
        <Configuration difference={difference} />
      </Part>
      <Part title="Vulnerabilities">
        <Flaws difference={difference} linked={linked} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h3>{title}</h3>
      <div>{children}</div>
    </section>
  );
}

function Side({ title, side, linked }: { title: string; side: ReleaseSide | null; linked: boolean }) {
  return (
    <div className={styles.sideBox}>
      <span className="quiet">{title}</span>
      {side ? (
        <>
          <strong className="wrap">
            {side.name} {side.trail}
          </strong>
          <Digest digest={side.digest} linked={linked} />
          {side.running_since && (
            <span className="quiet">
              runs <Lasting since={side.running_since} />
            </span>
          )}
        </>
      ) : (
        <strong>nothing of this name</strong>
      )}
    </div>
  );
}

function Commits({ before, after, between }: { before: ReleaseSide | null; after: ReleaseSide; between: ReleaseDifference['commits'] }) {
  const commit = (text: string) => (text ? <code title={text}>{text.slice(0, 10)}</code> : 'unknown');
  return (
    <span>
      {before && <>{commit(before.commit)} → </>}
      {commit(after.commit)}
      <span className="quiet">
        {after.branch && ` on ${after.branch}`}
        {after.author && ` by ${after.author}`}
      </span>
      {between && between.length > 1 && (
        <ul className="plain" aria-label="Commits">
          {between.map((each) => (
            <li key={each.entry} className={styles.fact}>
              {commit(each.commit)} <span className="quiet">{each.author}</span>
              <span className="push">
                <Seal entry={each.entry} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </span>
  );
}

const worth = (fact: { compliant: boolean | null } | null) =>
  !fact ? 'absent' : fact.compliant === null ? 'recorded' : fact.compliant ? 'met' : 'failed';
const tone_of = (word: string) => (word === 'failed' ? 'red' : word === 'absent' ? 'amber' : '');

function Evidence({ difference, linked }: { difference: ReleaseDifference; linked: boolean }) {
  if (difference.evidence.length === 0) return <span className="quiet">neither has any</span>;
  return (
    <ul className="plain">
      {difference.evidence.map((each) => (
        <li key={each.type + each.name} className={styles.fact}>
          <span>
            {each.name} <span className="quiet">{each.type !== each.name ? each.type : ''}</span>
          </span>
          <span className="push">
            {difference.before && <span className="quiet">{worth(each.before)} → </span>}
            <span className={tone_of(worth(each.after))}>{worth(each.after)}</span>
          </span>
          {linked && each.after && <Seal entry={each.after.entry} />}
        </li>
      ))}
    </ul>
  );
}

function Components({ difference }: { difference: ReleaseDifference }) {
  const told = difference.components;
  if (!told) return <span className="quiet">not known: one of the two has no readable SBOM</span>;
  const rows: [string, string, Changed[]][] = [
    ['+', 'added', told.added],
    ['−', 'removed', told.removed],
    ['~', 'changed', told.changed],
  ];
  return (
    <>
      <ul className="plain">
        {rows.flatMap(([sign, kind, list]) =>
          list.map((each) => (
            <li key={kind + each.component} className={styles.fact}>
              <span className={kind === 'removed' ? 'red' : kind === 'added' ? 'water' : ''}>
                <span aria-hidden>{sign}</span>
                <span className="hidden">{kind}: </span> {package_of(each.component)}
              </span>
              <span className="push quiet">
                {[each.before.join(', '), each.after.join(', ')].filter(Boolean).join(' → ')}
              </span>
            </li>
          )),
        )}
      </ul>
      <span className="quiet">
        {number(told.added_count)} added, {number(told.removed_count)} removed, {number(told.changed_count)} changed,{' '}
        {number(told.unchanged_count)} the same
      </span>
    </>
  );
}

function Flaws({ difference, linked }: { difference: ReleaseDifference; linked: boolean }) {
  const told = difference.vulnerabilities;
  if (!told) return <span className="quiet">not known: one of the two was not held against advisories</span>;
  const rows: [string, string, FlawChange[]][] = [
    ['+', 'new', told.added],
    ['−', 'gone', told.removed],
  ];
  return (
    <>
      <ul className="plain">
        {rows.flatMap(([sign, kind, list]) =>
          list.map((each) => (
            <li key={kind + each.flaw} className={styles.fact}>
              <span className={kind === 'new' && each.severity !== 'low' ? 'red' : ''}>
                <span aria-hidden>{sign}</span>
                <span className="hidden">{kind}: </span>{' '}
                {linked ? <Link href={where_of(each.flaw)}>{each.flaw}</Link> : each.flaw}{' '}
                {severity_word(each.severity)}
                {each.exploited && ', known to be exploited'}
              </span>
              <span className="push quiet wrap">
                {each.components.map(component_words).join(', ')}
                {each.fixed && `; fixed in ${each.fixed}`}
              </span>
            </li>
          )),
        )}
      </ul>
      <span className="quiet">
        {number(told.added_count)} new, {number(told.removed_count)} gone, {number(told.unchanged_count)} as before
      </span>
    </>
  );
}

function Configuration({ difference }: { difference: ReleaseDifference }) {
  const told = difference.configuration;
  if (!told) return <span className="quiet">not known: no image configuration is kept</span>;
  if (told.length === 0) return <span className="quiet">the same</span>;
  return (
    <ul className="plain">
      {told.map((each) => (
        <li key={each.platform + each.setting} className={styles.fact}>
          <span>
            {each.setting} <span className="quiet">{each.platform}</span>
          </span>
          <span className="push quiet wrap">
            {each.before.join(' ') || 'unset'} → {each.after.join(' ') || 'unset'}
          </span>
        </li>
      ))}
    </ul>
  );
}
