/** Is told how far a rotation has come. */
export type OnProgress = (done: number, total: number) => void;
