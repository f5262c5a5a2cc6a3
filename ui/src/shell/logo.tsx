// Water before and behind a low wall.
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      strokeLinecap="round"
      strokeWidth={2.2}
      aria-hidden>
      <path d="M2 9c2-2.6 4.4-2.6 6.4 0M15.6 9c2-2.6 4.4-2.6 6.4 0" stroke="var(--water)" />
      <path d="M2 17c2-2.6 4.4-2.6 6.4 0M15.6 17c2-2.6 4.4-2.6 6.4 0" stroke="var(--water)" opacity={0.6} />
      <path d="M12 5v14" stroke="var(--stone)" />
    </svg>
  );
}
