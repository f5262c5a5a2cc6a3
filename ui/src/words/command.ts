// The commands that empty states teach, filled in with this server's real address.
export const command = (words: string) => `WEIR_URL=${location.origin} weir ${words}`;
