// What a request for approval says: who asks, who has consented, who is still needed.
import type { ApprovalRequest, Me } from '../../api/types.ts';
import { listed, number, say } from '../../words/text.ts';

export const consents = (request: ApprovalRequest) => request.votes.filter((each) => each.vote === 'consent');
export const refusals = (request: ApprovalRequest) => request.votes.filter((each) => each.vote === 'refuse');

// Groups that were asked for and have nobody yet; each needs a person of its own.
export function groups_missing(request: ApprovalRequest): string[] {
  const free = consents(request).map((each) => each.groups);
  const taken = new Set<number>();
  return request.groups.filter((group) => {
    const found = free.findIndex((groups, index) => !taken.has(index) && groups.includes(group));
    if (found < 0) return true;
    taken.add(found);
    return false;
  });
}

export const still_needed = (request: ApprovalRequest) =>
  Math.max(request.needed - consents(request).length, groups_missing(request).length);

// "1 more person of security is needed"
export function needed_words(request: ApprovalRequest): string {
  const count = still_needed(request);
  const groups = groups_missing(request);
  if (count === 0) return 'nobody more is needed';
  if (count === 1) return `1 more person${groups[0] ? ` of ${groups[0]}` : ''} is needed`;
  return `${number(count)} more people are needed${groups.length ? `, one of each of ${listed(groups)}` : ''}`;
}

// Why this person cannot vote, or nothing when they can. The server decides; this only spares the attempt.
export function hindrance(request: ApprovalRequest, me: Me | undefined): string {
  if (!me || request.state !== 'open') return '';
  if (me.kind !== 'person') return 'A service account is no person; only people consent.';
  if (me.name === request.requester) return 'You asked for it; somebody else consents.';
  if (request.votes.some((each) => each.actor === me.name)) return 'You have voted.';
  const may = me.roles.includes('approver') || (me.groups ?? []).some((group) => request.groups.includes(group));
  return may ? '' : 'Consent is for approvers and for the groups that were asked.';
}

export function sentence_of(request: ApprovalRequest) {
  const name = request.artifact_name || 'an artifact';
  const where = say(request.environment, `/environments/${encodeURIComponent(request.environment)}`);
  const what = say(name, `/artifacts/${request.artifact}`);
  const said = consents(request).map((each) => each.actor);
  if (request.state === 'open')
    return [
      say(`${request.requester} asks to let `),
      what,
      say(' into '),
      where,
      say('.'),
      say(said.length ? ` ${listed(said)} consented; ` : ' Nobody has consented yet; '),
      say(`${needed_words(request)}.`),
    ];
  const how = {
    approved: [' may run in ', undefined],
    refused: [' was refused for ', 'red'],
    expired: [' was not answered in time for ', 'amber'],
    withdrawn: [' is not asked for any more in ', undefined],
  }[request.state] as [string, string | undefined];
  return [
    what,
    say(how[0], undefined, how[1]),
    where,
    say('.'),
    say(said.length ? ` ${listed(said)} consented.` : ''),
    say(request.ended_note ? ` “${request.ended_note}”` : ''),
  ];
}
