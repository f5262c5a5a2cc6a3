import type { Bead } from '../../api/types.ts';
import { BeadMark } from '../overview/stream.tsx';

const told = (beads: Bead[]) => beads.map((bead) => `${bead.name} ${bead.state}`).join(', ');

// Beads in a row, small, for a table.
export function Beads({ beads }: { beads: Bead[] }) {
  if (beads.length === 0) return <span className="quiet">none</span>;
  return (
    <svg width={beads.length * 19 + 2} height={20} role="img" aria-label={told(beads)}>
      <title>{told(beads)}</title>
      {beads.map((bead, index) => (
        <g key={`${bead.artifact ?? ''}/${bead.name}`} transform={`translate(${index * 19 + 10} 10)`}>
          <BeadMark state={bead.state} />
        </g>
      ))}
    </svg>
  );
}
