/** The smallest function, for tests of what surrounds one. */
export const handler = async (event: unknown): Promise<unknown> => event;
