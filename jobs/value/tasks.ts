/** The functions of the job that run many times, on workers; each in a file of its name. */
export { fit } from './fit.ts';
export { score } from './score.ts';
