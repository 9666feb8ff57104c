/** Looked for in the folder in which gatecrash is started; what it names counts from there too. */
export const configFile = 'gatecrash.config.yaml';
