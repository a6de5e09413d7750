/** Receives the progress of a rotation. */
export type OnProgress = (done: number, total: number) => void;
