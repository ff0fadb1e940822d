/** What the name of a file says about how it is compressed. */

/** Also the names of the programs that decompress such files, with -dc to standard output. */
export type Compression = 'gzip' | 'zstd';

export function compressionOf(name: string): Compression | null {
  if (/\.gz$/i.test(name)) return 'gzip';
  return /\.zst$/i.test(name) ? 'zstd' : null;
}

/** The name that the file has when it is decompressed: `sales.csv` for `sales.csv.gz`. */
export const contentName = (name: string): string => name.replace(/\.(gz|zst)$/i, '');
