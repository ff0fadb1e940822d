/** A worker thread that dies at each attempt; cluster.test.ts has a pool of them. */
export default (): never => process.exit(1);
