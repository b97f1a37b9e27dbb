/** Gives the present instant in epoch milliseconds. The edge passes a real one in, tests a fixed one. */
export type Clock = () => number;
