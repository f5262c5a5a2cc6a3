// What is in an artifact: its bill of materials as a tree that is read level by level, and how a component came in.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import { useBillLevel, useBillWays } from '../../api/queries-bill.ts';
import { words_of } from '../../api/client.ts';
import type { BillLevel, BillNode, OpenFlaw } from '../../api/types.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { More } from '../../parts/view.tsx';
import { command } from '../../words/command.ts';
import { counted, number } from '../../words/text.ts';
import { severity_look, severity_word, where_of } from '../vulnerabilities/words.ts';
import styles from './bill.module.css';

const called = (node: { name: string; version: string }) => `${node.name} ${node.version}`.trim();

export function bill_words(level: BillLevel): string {
  const flawed = level.flawed ? `; ${counted(level.flawed, 'has', 'have')} an open flaw` : '';
  return `${counted(level.total, 'component')}, ${number(level.direct)} asked for by itself${flawed}`;
}

export function Bill({ digest }: { digest: string }) {
  const [words, setWords] = useState('');
  const [flawed, setFlawed] = useState(false);
  const [apart, setApart] = useState(false);
  const [asked] = useDebouncedValue(words.trim(), 200);
  const whole = useBillLevel(digest, {});
  const searched = asked !== '' || flawed;
  if (whole.first && whole.first.attestation === null)
    return (
      <Card title="What is in it">
        <Empty command={command('attest sbom ./program --flow F --trail T --name sbom --file bom.json')}>
          {whole.first.problem || 'No bill of materials says what is in it.'}
        </Empty>
      </Card>
    );
  return (
    <Card title="What is in it" note={whole.first && bill_words(whole.first)}>
      {whole.error && !whole.first && <Problem>{words_of(whole.error)}</Problem>}
      <div className={styles.tools}>
        <TextInput
          label="Name, name@version, or part of a package URL"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Checkbox
          label="Only with an open flaw"
          checked={flawed}
          onChange={(event) => setFlawed(event.currentTarget.checked)}
        />
      </div>
      <div className={styles.tree} tabIndex={0} role="region" aria-label="Components">
        {searched ? (
          <Level key={`${asked} ${flawed}`} digest={digest} values={{ q: asked, flawed: flawed ? 'true' : '' }} />
        ) : (
          <Level digest={digest} values={{}} />
        )}
      </div>
      {!searched && whole.first && whole.first.apart > 0 && (
        <div className={styles.apart}>
          <Button size="compact-sm" variant="subtle" aria-expanded={apart} onClick={() => setApart(!apart)}>
            {apart ? '▾' : '▸'} {counted(whole.first.apart, 'component')} that no dependency names
          </Button>
          {apart && <Level digest={digest} values={{ apart: 'true' }} />}
        </div>
      )}
    </Card>
  );
}

interface LevelProps {
  digest: string;
  values: Record<string, string>;
  above?: number[]; // what stands above it in the tree
}

function Level({ digest, values, above = [] }: LevelProps) {
  const level = useBillLevel(digest, values);
  if (level.error && !level.data) return <Problem>{words_of(level.error)}</Problem>;
  if (!level.data) return <div aria-busy="true" />;
  if (level.rows.length === 0) return <p className="quiet">No component is like that.</p>;
  return (
    <>
      <ul className={styles.level}>
        {level.rows.map((node) => (
          <Node key={node.id} digest={digest} node={node} above={above} />
        ))}
      </ul>
      <More list={level} />
    </>
  );
}

interface NodeProps {
  digest: string;
  node: BillNode;
  above: number[];
}

function Node({ digest, node, above }: NodeProps) {
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState(false);
  const circle = above.includes(node.id);
  const name = node.name || node.component;
  return (
    <li>
      <div className={styles.node}>
        {node.needs > 0 && !circle ? (
          <button
            type="button"
            className={styles.opens}
            aria-expanded={open}
            aria-label={`What ${name} asks for`}
            onClick={() => setOpen(!open)}>
            {open ? '▾' : '▸'}
          </button>
        ) : (
          <span className={styles.opens} />
        )}
        <Link href={where_of(node.component)} className="strong" title={node.component}>
          {name}
        </Link>
        <span>{node.version}</span>
        <span className="quiet">{node.licences.join(' and ')}</span>
        <Flaws flaws={node.open} />
        {node.open.length === 0 && node.worst_below && !open && (
          <span className="quiet">{severity_word(node.worst_below)} below</span>
        )}
        {circle && <span className="quiet">stands above itself: a circle</span>}
        <button type="button" className={styles.how} aria-expanded={told} onClick={() => setTold(!told)}>
          how it came in
        </button>
      </div>
      {told && <Ways digest={digest} id={node.id} />}
      {open && !circle && (
        <Level digest={digest} values={{ parent: String(node.id) }} above={[...above, node.id]} />
      )}
    </li>
  );
}

function Flaws({ flaws }: { flaws: OpenFlaw[] }) {
  return flaws.map((flaw) => (
    <Link key={flaw.cluster} href={where_of(flaw.cluster)} title={flaw.fixed && `fixed in ${flaw.fixed}`}>
      <LookWord look={severity_look(flaw.severity)} word={`${flaw.cluster} ${severity_word(flaw.severity)}`} />
    </Link>
  ));
}

// Each way from the product to the component, the shortest first.
function Ways({ digest, id }: { digest: string; id: number }) {
  const read = useBillWays(digest, id);
  if (read.error && !read.data) return <Problem>{words_of(read.error)}</Problem>;
  if (!read.data) return <div aria-busy="true" />;
  const { product, paths, more } = read.data;
  if (paths.length === 0) return <p className={styles.ways}>No dependency names it: the bill does not say how it came in.</p>;
  return (
    <ol className={styles.ways} aria-label="How it came in">
      {paths.map((path) => (
        <li key={path.map((step) => step.id).join(' ')}>
          {[called(product), ...path.map(called)].filter(Boolean).join(' → ')}
        </li>
      ))}
      {more && <li className="quiet">and more ways</li>}
    </ol>
  );
}
