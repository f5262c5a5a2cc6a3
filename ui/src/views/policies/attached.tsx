import { Link } from 'wouter';
import type { Attachment, Mode } from '../../api/types.ts';
import { Pill } from '../../parts/card.tsx';
import { mode_said } from '../../words/decision.ts';

export const place_of = (attachment: Attachment) =>
  attachment.environment || `flow ${attachment.flow}`;
export const place_link = (attachment: Attachment) =>
  attachment.environment
    ? `/environments/${encodeURIComponent(attachment.environment)}`
    : `/flows/${encodeURIComponent(attachment.flow)}`;
export const mode_tone = (mode: Mode) => (mode === 'enforce' ? 'water' : mode === 'warn' ? 'amber' : 'quiet');

export function ModePill({ mode }: { mode: Mode }) {
  return (
    <span title={mode_said[mode]}>
      <Pill tone={mode_tone(mode)}>{mode}</Pill>
    </span>
  );
}

// Where a policy counts, each place with its mode.
export function Attached({ attachments }: { attachments: Attachment[] }) {
  if (attachments.length === 0) return <span className="quiet">nowhere</span>;
  return (
    <span className="row">
      {attachments.map((each) => (
        <span key={each.environment + '/' + each.flow} className="row">
          <Link href={place_link(each)}>{place_of(each)}</Link>
          <ModePill mode={each.mode} />
        </span>
      ))}
    </span>
  );
}
