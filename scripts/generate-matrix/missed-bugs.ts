/** Why generated scenarios do not catch a bug that the hand-written one catches, where its kind does not say it. */
export const whyMissed: Record<string, string> = {};
