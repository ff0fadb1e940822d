/**
 * The file in which a publication keeps what its recommender has learned, so that lists can be computed anew without the
 * stages that led to them. All numbers are little-endian.
 *
 *     0   8 bytes   "endcapR1"; the digit is the version of the format
 *     8   uint32    bytes of the header
 *     12  uint32    0
 *     16  header    JSON in UTF-8: options, blends, versions, and the sections with their sizes
 *         sections  in the header's order, each from a multiple of eight bytes on
 *         32 bytes  SHA-256 of all before
 */
import { createHash } from 'node:crypto';
import { UserError } from '../../base/errors.ts';
import type { TrainingOptions } from '../../kernels/train.ts';
import type { Blend, ListName } from './choice.ts';

/** What was learned from all purchases before `asOf`. Products are called by their places in the catalogue. */
export interface RecommendModel {
  /** Ids as text, in the catalogue's order. */
  readonly products: readonly string[];
  /** Customers who have each product. [products] */
  readonly popularity: Int32Array;
  readonly customers: number;
  /** The analysis day, in days since 1970-01-01. */
  readonly asOf: number;
  /** Days after which a purchase is worth half as much; null for never. */
  readonly halfLife: number | null;
  /** Products on a published list. */
  readonly top: number;
  readonly blends: Readonly<Record<ListName, Blend>>;
  readonly versions: Readonly<Record<ListName, string>>;
  /** `factors`: the products'. [products × stride] */
  readonly als: { readonly options: TrainingOptions; readonly factors: Float32Array } | null;
  /** What having bought the product of a row says of each other. [products × products] */
  readonly ease: Float32Array | null;
}

type Header = Pick<RecommendModel, 'customers' | 'asOf' | 'halfLife' | 'top' | 'blends' | 'versions'> & {
  readonly options: TrainingOptions | null;
  readonly sections: readonly (readonly [name: SectionName, bytes: number])[];
};

/** `ends`: where the text of each product's id ends in `ids`. */
type SectionName = 'ids' | 'ends' | 'popularity' | 'factors' | 'ease';

const MAGIC = 'endcapR';
const VERSION = '1';
const HEADER_START = 16;
const HASH_BYTES = 32;

export function encodeModel({ products, popularity, als, ease, ...rest }: RecommendModel): Uint8Array {
  const ids = products.map(id => Buffer.from(id));
  let end = 0;
  const ends = Int32Array.from(ids, ({ length }) => {
    end += length;
    return end;
  });
  const sections: [SectionName, ArrayBufferView][] = [
    ['ids', Buffer.concat(ids)],
    ['ends', ends],
    ['popularity', popularity],
    ...(als ? [['factors', als.factors] as [SectionName, ArrayBufferView]] : []),
    ...(ease ? [['ease', ease] as [SectionName, ArrayBufferView]] : []),
  ];
  const header: Header = {
    ...rest,
    options: als?.options ?? null,
    sections: sections.map(([name, { byteLength }]) => [name, byteLength]),
  };
  const text = Buffer.from(JSON.stringify(header));
  const size = sections.reduce((sum, [, { byteLength }]) => sum + align(byteLength), align(HEADER_START + text.length));
  const bytes = Buffer.alloc(size + HASH_BYTES);
  bytes.write(MAGIC + VERSION);
  bytes.writeUInt32LE(text.length, 8);
  text.copy(bytes, HEADER_START);
  let at = align(HEADER_START + text.length);
  for (const [, { buffer, byteOffset, byteLength }] of sections) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += align(byteLength);
  }
  bytes.set(hashOf(bytes.subarray(0, size)), size);
  return bytes;
}

/** Throws E_DAMAGED for bytes that are not those of a model, and E_VERSION for those of another version. */
export function decodeModel(bytes: Uint8Array, file: string): RecommendModel {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = content.length - HASH_BYTES;
  if (size < HEADER_START || !hashOf(content.subarray(0, size)).equals(content.subarray(size))) throw damaged(file);
  const magic = content.toString('latin1', 0, 8);
  if (!magic.startsWith(MAGIC)) throw damaged(file);
  if (magic !== MAGIC + VERSION) throw otherVersion(file, magic.slice(MAGIC.length));
  const headerEnd = HEADER_START + content.readUInt32LE(8);
  const { options, sections, ...rest } = JSON.parse(content.toString('utf8', HEADER_START, headerEnd)) as Header;
  const found = new Map<SectionName, ArrayBuffer>();
  let at = align(headerEnd);
  for (const [name, length] of sections) {
    // A copy: typed arrays have to begin at a multiple of their values' size.
    found.set(name, Uint8Array.from(content.subarray(at, at + length)).buffer);
    at += align(length);
  }
  const floats = (name: SectionName) => new Float32Array(found.get(name)!);
  return {
    ...rest,
    products: textsOf(Buffer.from(found.get('ids')!), new Int32Array(found.get('ends')!)),
    popularity: new Int32Array(found.get('popularity')!),
    als: options && { options, factors: floats('factors') },
    ease: found.has('ease') ? floats('ease') : null,
  };
}

const align = (size: number): number => (size + 7) & ~7;

const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const textsOf = (bytes: Buffer, ends: Int32Array): string[] =>
  Array.from(ends, (end, i) => bytes.toString('utf8', ends[i - 1] ?? 0, end));

const damaged = (where: string): UserError =>
  new UserError({
    code: 'E_DAMAGED',
    what: 'the file of the recommender is not what was published',
    where,
    unchanged: 'the published lists stand: select * from mart_recommend',
    next: 'remove that file, and endcap run DIR makes it again',
    exitCode: 1,
  });

const otherVersion = (where: string, version: string): UserError =>
  new UserError({
    code: 'E_VERSION',
    what: `the recommender was published by another version of endcap: format ${version}`,
    where,
    why: `this one reads format ${VERSION}`,
    next: 'endcap run DIR   publishes it anew',
    exitCode: 2,
  });
