// What an alert is about, in few words: where its name stands beside it, and where there is room for one line.
import type { Alert } from '../api/types.ts';
import { base_name } from './text.ts';

// "Unknown program on vm" of "Unknown program /tmp/x/backdoor on vm".
export function kind_of(alert: Pick<Alert, 'title' | 'workload'>): string {
  const name = alert.workload?.name;
  return name ? alert.title.replace(` ${name}`, '') : alert.title;
}

// "user root ← weir ← bash" of a chain of whole paths; what repeats itself is said once.
export function chain_of(who: string): string {
  const links = who.split(' ← ').map((link) => (link.startsWith('/') ? base_name(link) : link));
  return links.filter((link, index) => link !== links[index - 1]).join(' ← ');
}
