/** The functions of the job that run many times, on workers; each in a file of its name. */
export { catalogue, products } from './catalogue.ts';
export { compare } from './compare.ts';
export { ease, gramian } from './ease.ts';
export { evaluate } from './evaluate.ts';
export { factors } from './factors.ts';
export { gate } from './gate.ts';
export { items } from './items.ts';
export { lists } from './lists.ts';
export { model } from './model.ts';
export { pairs } from './pairs.ts';
export { train } from './train.ts';
export { trial } from './trial.ts';
export { users } from './users.ts';
