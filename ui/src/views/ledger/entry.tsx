import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { inner, useEntry } from '../../api/queries.ts';
import type { LedgerEntry } from '../../api/types.ts';
import { Card, Line } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Report } from '../../parts/seal.tsx';
import { Loaded, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { check, type Checked } from '../../proof/check.ts';
import { say } from '../../words/text.ts';
import { utc } from '../../words/time.ts';
import styles from './ledger.module.css';

function sentence_of(entry: LedgerEntry, checked: Checked | undefined) {
  const proven = !checked
    ? ' Checking…'
    : checked.complete
      ? ' This browser has checked that it is in the ledger.'
      : checked.sound
        ? ' This browser could check a part of it.'
        : ' It does not check out!';
  return [
    say(`Entry ${entry.index}: ${entry.type} by ${entry.actor}.`),
    say(proven, undefined, checked && !checked.sound ? 'red' : undefined),
  ];
}

// One record: what it says, and what this browser found when it checked it.
export default function Entry({ index }: { index: string }) {
  const read = useEntry(index);
  const entry = inner<LedgerEntry>(read.data as LedgerEntry | undefined, 'entry');
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    setChecked(undefined);
    void check(Number(index)).then(setChecked);
  }, [index]);
  const number = Number(index);
  return (
    <Loaded read={{ ...read, data: entry }}>
      {(data) => (
        <View
          sentence={sentence_of(data, checked)}
          side={
            <>
              {number > 0 && <Link href={`/ledger/${number - 1}`}>← {number - 1}</Link>}
              <Link href={`/ledger/${number + 1}`}>{number + 1} →</Link>
            </>
          }>
          <div className={styles.cells}>
            <Card title="Proof">
              <Report state={checked ?? 'checking'} entry={number} />
            </Card>
            <Card title="Record">
              <dl className={styles.dl}>
                <Line name="type">{data.type}</Line>
                <Line name="at">
                  <When at={data.at} /> <span className="quiet">{utc(data.at)}</span>
                </Line>
                <Line name="by">{data.actor}</Line>
                {data.subjects.map((subject) => (
                  <Line key={subject} name="subject" mark={<Copy text={subject} label="Copy the digest" />}>
                    <Link href={`/artifacts/${subject}`}>
                      <code>{subject}</code>
                    </Link>
                  </Line>
                ))}
                {data.commitment && (
                  <Line name="commitment" mark={<Copy text={data.commitment} label="Copy the commitment" />}>
                    <code>{data.commitment}</code>
                  </Line>
                )}
                <Line name="leaf hash" mark={<Copy text={data.leaf_hash} label="Copy the leaf hash" />}>
                  <code>{data.leaf_hash}</code>
                </Line>
                <Line name="leaf" mark={<Copy text={data.leaf} label="Copy the leaf in base64" />}>
                  <span className="quiet">{Math.floor((data.leaf.length * 3) / 4)} bytes, sealed</span>
                </Line>
              </dl>
            </Card>
          </div>
          <Card title="Payload" note="bound to the leaf by its commitment">
            {data.payload === null || data.payload === undefined ? (
              <span className="quiet">
                Not shown: it was erased, is kept apart, or you may not read it. The proof holds all the same.
              </span>
            ) : (
              <pre className={styles.payload} tabIndex={0}>
                {JSON.stringify(data.payload, null, 2)}
              </pre>
            )}
          </Card>
        </View>
      )}
    </Loaded>
  );
}
