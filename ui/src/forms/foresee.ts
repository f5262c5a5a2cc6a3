import type { Alert, Workload } from '../api/types.ts';
import { is_exceptional } from '../words/verdict.ts';

export interface Foreseen {
  resolves: number;
  now_approved: number;
  late: number;
  stay: string[];
}

// What an approval of these digests would change, from what is known now.
export function foresee(digests: string[], name: string, workloads: Workload[], alerts: Alert[]): Foreseen {
  const named = new Set(digests);
  const has = (workload: Workload | null | undefined) =>
    Boolean(workload?.digests.some((digest) => named.has(digest)));
  const covered = workloads.filter(has);
  const red = covered.filter((workload) => is_exceptional(workload.verdict));
  const others = workloads.filter(
    (workload) => workload.name === name && !has(workload) && is_exceptional(workload.verdict),
  );
  return {
    resolves: alerts.filter((alert) => has(alert.workload)).length,
    now_approved: covered.length,
    late: red.length,
    stay: others.map((workload) => `${workload.name} on ${workload.host || 'a host'} runs other content`),
  };
}
