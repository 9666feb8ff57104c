/** What a diagnosis means, for people. */
export const diagnoses = {
	engine: 'the engine does not do what the policies’ text says',
	policy: 'the policies’ text does not say what the scenario declares',
} as const;
