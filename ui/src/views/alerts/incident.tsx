export default function View(_: Record<string,string>) { return null; }
