import { Button } from '@mantine/core';
import { send, words_of } from '../../api/client.ts';
import type { Attestation } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { notify } from '../../parts/notice.tsx';
import { Seal } from '../../parts/seal.tsx';
import { When } from '../../parts/when.tsx';
import { summary_of } from '../../words/evidence.ts';
import { bytes } from '../../words/text.ts';
import styles from './artifact.module.css';

async function save(attestation: Attestation) {
  try {
    const blob = await (await send(`attestations/${attestation.entry}/content`)).blob();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `${attestation.name}-${attestation.entry}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    notify(words_of(error), { failed: true });
  }
}

const verdict = (compliant: boolean | null) =>
  compliant === null ? 'recorded' : compliant ? 'met' : 'failed';

export function Attestations({ attestations }: { attestations: Attestation[] }) {
  return (
    <ul className={`${styles.list} plain`}>
      {attestations.map((each) => (
        <li key={each.entry} className={styles.evidence}>
          <span className={styles.evidenceName}>
            <strong>{each.name}</strong> <span className="quiet">{each.type}</span>
          </span>
          <Pill tone={each.compliant === false ? 'red' : 'quiet'}>{verdict(each.compliant)}</Pill>
          <span className="wrap">{summary_of(each.summary) || each.description}</span>
          <span className={each.signed === 'unsigned' ? 'quiet' : ''}>{each.signed}</span>
          <span className="quiet">
            {each.actor}, <When at={each.recorded_at} />
          </span>
          {each.content_digest && (
            <Button size="compact-sm" variant="default" onClick={() => void save(each)}>
              Save{each.content_size ? ` ${bytes(each.content_size)}` : ''}
            </Button>
          )}
          <Seal entry={each.entry} />
        </li>
      ))}
    </ul>
  );
}
