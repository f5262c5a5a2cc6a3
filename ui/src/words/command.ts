// The commands that empty states teach, filled in with this server's real address.
export const command = (words: string) => `WEIR_URL=${location.origin} weir ${words}`;

// On the host to watch; the join token is made by the same command line.
export const agent_command = (environment: string) =>
  `weir agent --server ${location.origin} --environment ${environment} --token "$(weir env join-token ${environment} --quiet)"`;
