// What a proposal says: who proposes what, who has consented, whose consent is missing.
import type { PolicyProposal } from '../../api/types.ts';
import { listed, say } from '../../words/text.ts';

export const policy_link = (name: string) => `/policies/${encodeURIComponent(name)}`;
export const proposal_link = (proposal: { id: number }) => `/policy-proposals/${proposal.id}`;

export const consents = (proposal: PolicyProposal) => proposal.voices.filter((each) => each.voice === 'consent');

// "the consent of risk and development is missing"
export function missing_words(proposal: PolicyProposal): string {
  if (proposal.state !== 'open') return 'nobody more is needed';
  if (proposal.roles.length === 0) return 'another person who may change policies consents';
  return `the consent of ${listed(proposal.open_roles)} is missing`;
}

export function sentence_of(proposal: PolicyProposal) {
  const known = proposal.policy && (proposal.base_version || proposal.version);
  const what = say(proposal.title, known ? policy_link(proposal.policy) : undefined);
  const said = consents(proposal).map((each) => (each.role ? `${each.actor} (${each.role})` : each.actor));
  if (proposal.state === 'open')
    return [
      say(`${proposal.proposer} proposes `),
      what,
      say('.'),
      say(said.length ? ` ${listed(said)} consented; ` : ' Nobody has consented yet; '),
      say(`${missing_words(proposal)}.`),
    ];
  const how = {
    'in-force': [proposal.version ? ` is in force as version ${proposal.version}.` : ' is in force.', undefined],
    refused: [' was refused.', 'red'],
    withdrawn: [' was withdrawn.', undefined],
    outdated: [' is outdated: another change came before it.', 'amber'],
  }[proposal.state] as [string, string | undefined];
  return [
    say(`What ${proposal.proposer} proposed, `),
    what,
    say(`,${how[0]}`, undefined, how[1]),
    say(said.length ? ` ${listed(said)} consented.` : ''),
    say(proposal.ended_reason && proposal.state !== 'outdated' ? ` “${proposal.ended_reason}”` : ''),
  ];
}
