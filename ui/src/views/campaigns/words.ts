// How campaigns and what owners have come to look and are said.
import type { Campaign, CampaignState, SentencePart, Standing } from '../../api/types.ts';
import { counted, number, say } from '../../words/text.ts';
import type { Look } from '../../words/verdict.ts';

export const standing_looks: Record<Standing, Look> = {
  'not-started': { shape: 'diamond', tone: 'red', said: 'it runs with the flaw, and no release without it is known' },
  'fix-released': { shape: 'triangle', tone: 'amber', said: 'a release without the flaw exists and does not run there yet' },
  accepted: { shape: 'half', tone: 'amber', said: 'an exception in force accepts it' },
  'not-affected': { shape: 'grain', tone: 'quiet', said: 'a statement says so, or no advisory says it any more' },
  'rolled-out': { shape: 'square', tone: 'water', said: 'no copy with the flaw runs any more' },
};

export const standing_words: Record<Standing, string> = {
  'not-started': 'not started',
  'fix-released': 'fix released',
  accepted: 'accepted',
  'not-affected': 'not affected',
  'rolled-out': 'rolled out',
};

export const standing_rank = (standing: Standing) => Object.keys(standing_looks).indexOf(standing);

export const state_looks: Record<CampaignState, Look> = {
  open: { shape: 'triangle', tone: 'amber', said: 'not closed yet' },
  overdue: { shape: 'diamond', tone: 'red', said: 'it was due' },
  closed: { shape: 'square', tone: 'water', said: 'somebody closed it' },
};

export function campaign_sentence(campaign: Campaign): SentencePart[] {
  if (campaign.state === 'closed')
    return [say(`The campaign against ${campaign.cluster} is closed.`), say(` ${number(campaign.workloads_open)} of ${number(campaign.workloads)} workloads still run with it.`)];
  if (campaign.owners_open === 0)
    return [say(`Nobody has to do anything about ${campaign.cluster} any more.`), say(` It can be closed.`)];
  return [
    say(counted(campaign.owners_open, 'owner has', 'owners have'), undefined, 'red'),
    say(` to act on ${campaign.cluster}:`),
    say(` ${counted(campaign.workloads_open, 'workload runs', 'workloads run')} with it`),
    say(campaign.state === 'overdue' ? ', and it was due.' : '.', undefined, campaign.state === 'overdue' ? 'red' : undefined),
  ];
}
