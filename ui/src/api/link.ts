// A link to an approval request carries its token behind `#`, where no server's log sees it.
export const link_token = () =>
  location.pathname.startsWith('/approval-requests/') ? location.hash.slice(1) : '';
