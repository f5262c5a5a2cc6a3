// Reads of bills of materials as trees, and of campaigns.
import { useInfiniteQuery } from '@tanstack/react-query';
import { json, query } from './client.ts';
import { useList, useRead } from './queries.ts';
import type * as t from './types.ts';

const page_rows = 200;
const again_ms = 60_000; // a bill stays as it is; what is known of its flaws does not

const bill_of = (digest: string) => `artifacts/${encodeURIComponent(digest)}/components`;

// One level, page by page.
export function useBillLevel(digest: string, values: Record<string, string>) {
  const answer = useInfiniteQuery({
    queryKey: ['fixed', 'bill', digest, values],
    queryFn: ({ signal, pageParam }) =>
      json<t.BillLevel>(bill_of(digest) + query({ ...values, limit: page_rows, cursor: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: again_ms,
  });
  return { ...answer, first: answer.data?.pages[0], rows: (answer.data?.pages ?? []).flatMap((page) => page.components) };
}

export const useBillWays = (digest: string, id: number) =>
  useRead<t.BillWays>(['fixed', 'bill', digest, 'ways', id], `${bill_of(digest)}/${id}`);

export const useCampaigns = () => useList<t.Campaign>(['campaigns'], 'campaigns', 'campaigns', {});
export const useCampaign = (id: string) =>
  useRead<t.CampaignStory>(['campaigns', id], `campaigns/${encodeURIComponent(id)}`);
