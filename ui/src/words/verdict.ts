// What each verdict looks like and how it is said. A verdict is told by shape and colour, never by colour alone.
import type { Mark, Severity } from '../api/types.ts';

export type Shape = 'square' | 'grain' | 'diamond' | 'triangle' | 'half' | 'hollow' | 'ring';
export type Tone = 'water' | 'quiet' | 'red' | 'amber';

export interface Look {
  shape: Shape;
  tone: Tone;
  said: string;
}

export const looks: Record<Mark, Look> = {
  unknown: { shape: 'diamond', tone: 'red', said: 'nobody approved this content anywhere' },
  unapproved: { shape: 'diamond', tone: 'red', said: 'known, but not approved here' },
  changed: { shape: 'triangle', tone: 'amber', said: 'approved name, changed content' },
  revoked: { shape: 'half', tone: 'amber', said: 'its approval was revoked' },
  expired: { shape: 'half', tone: 'amber', said: 'its approval has ended' },
  early: { shape: 'half', tone: 'amber', said: 'its approval has not begun' },
  missing: { shape: 'ring', tone: 'amber', said: 'declared, but not seen' },
  late: { shape: 'hollow', tone: 'amber', said: 'started before it was approved' },
  approved: { shape: 'square', tone: 'water', said: 'approved' },
  explained: { shape: 'grain', tone: 'quiet', said: 'explained by a package or the platform' },
};

export const marks = Object.keys(looks) as Mark[];
export const is_exceptional = (mark: Mark) => looks[mark].tone === 'red' || looks[mark].tone === 'amber';
export const rank = (mark: Mark) => marks.indexOf(mark);

export const severities: Severity[] = ['critical', 'high', 'medium', 'low'];
export const severity_tone = (severity: Severity | null | undefined): Tone =>
  severity === 'critical' || severity === 'high' ? 'red' : severity === 'medium' ? 'amber' : 'quiet';
