// When a person last looked at the page in this browser: kept when the page is hidden or left, read once when it opens.
const key = 'weir.looked';

function stored(): string | undefined {
  const text = localStorage.getItem(key);
  return text && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

const before = stored();

document.addEventListener('visibilitychange', () => {
  if (document.hidden) localStorage.setItem(key, new Date().toISOString());
});

export const last_look = () => before;
