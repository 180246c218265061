export const suit = 'a slip of the pen';
