/** Why the signal of an exchange aborts. One for all: it ends every request, and making an error for each costs more than the rest. */
export const CLIENT_GONE = new Error('the client is gone, or has its answer');
