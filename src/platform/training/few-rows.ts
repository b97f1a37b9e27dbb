/** A test part of fewer rows cannot tell much by itself: the whole procedure is repeated on other parts of the rows. */
export const fewTestRows = 300;
