// A change of what policies decide: at once, or as a proposal where the organization names whose consent it needs.
import { useLocation } from 'wouter';
import { useAct } from '../../api/act.ts';
import { usePolicyRoles } from '../../api/queries-decide.ts';
import { proposal_link } from './proposal-words.ts';

interface Change {
  decides: boolean; // it alters what is enforced, or who consents
  method: 'PUT' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
  proposal: Record<string, unknown>;
  done: string;
}

export function useChange(change: Change, close: () => void) {
  const [, go] = useLocation();
  const roles = usePolicyRoles().data?.roles ?? [];
  const proposes = change.decides && roles.length > 0;
  const at_once = useAct<boolean>({
    method: change.method,
    path: () => change.path,
    body: (confirm) => change.body && { ...change.body, ...(confirm && { confirm }) },
    done: () => change.done,
  });
  const proposal = useAct<void>({
    path: () => 'policy-proposals',
    body: () => change.proposal,
    done: () => 'The change is proposed',
  });
  return {
    roles: proposes ? roles : [], // whose consent it needs
    busy: at_once.isPending || proposal.isPending,
    error: proposes ? proposal.error : at_once.error,
    make: (confirm = false) =>
      proposes
        ? proposal.mutate(undefined, {
            onSuccess: (answer) => {
              close();
              go(proposal_link(answer['proposal'] as { id: number }));
            },
          })
        : at_once.mutate(confirm, { onSuccess: close }),
  };
}
