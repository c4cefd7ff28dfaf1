/** What has to be typed before coins leave a bag: the window shows it, the engine compares it. */
export const releasePhrase = (amount: string, asset: string): string => `release ${amount} ${asset}`
