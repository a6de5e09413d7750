/** What of the contract no code serves yet, as `Type` or `Type.field`. It shrinks until it is empty. */
export const notYetBuilt: readonly string[] = [];
