/** Every limit of the system, with its unit and why it is that number. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Raw bytes of one chunk: a task of about a tenth of a second, and columns of about 30 MB while it runs. */
export const CHUNK_BYTES = 8 * MIB;
/** A chunk below this is all overhead; one of short records above it (16 bytes, 5 columns) would not fit the memory of a task. */
export const CHUNK_BYTES_MIN = 4 * KIB;
export const CHUNK_BYTES_MAX = 64 * MIB;

/** Raw bytes that one task of the planner scans, if ranges are smaller: a commit costs as much time as scanning as many. */
export const SCAN_TASK_BYTES = 4 * MIB;

/** Bytes read at a time where a raw file is gone through from its beginning. */
export const SCAN_READ_BYTES = 4 * MIB;

/** A longer record is not a row of a shop: it is quarantined as E_LONG. */
export const RECORD_BYTES_MAX = 256 * KIB;

/** A quoted field that has not ended after this many bytes is taken for a quote that nobody closed. */
export const QUOTED_FIELD_BYTES_MAX = 64 * KIB;

/** Bytes of a quarantined record kept as text; the rest is found by its byte offset. */
export const RAW_TEXT_BYTES_MAX = 8 * KIB;

/** Raw bytes that one quarantine part file covers: fixed, so that the files do not depend on chunk sizes; all may be refused. */
export const QUARANTINE_RANGE_BYTES = 16 * MIB;

/**
 * Records of a table other than the sale lines': the task that cleans it holds up to 32 bytes for each in its memory. One more
 * is refused as E_MEMORY.
 */
export const TABLE_ROWS_MAX = 16_000_000;

/** Records for each key bucket: comparing the keys of one takes 56 MB. */
export const KEYS_PER_BUCKET = 1_000_000;
/**
 * Bounds what the coordinator holds for each chunk. Beyond as many million records buckets grow instead: up to 16 million
 * entries of 56 bytes fit into a task.
 */
export const KEY_BUCKETS_MAX = 1_024;

/** Rows of a slab of a run: what is read at least, of each run, for a key range of a day that is worked on in pieces. */
export const RUN_SLAB_ROWS = 16_384;

/** Records of a day that are sorted at once, and bytes of their columns; a larger day is worked on in pieces of about half. */
export const DAY_ROWS_AT_ONCE = 1_048_576;
export const DAY_BYTES_AT_ONCE = 160 * MIB;

/** Most runs of a day that are read together: with more chunks than that, groups of them are merged first. */
export const MERGE_FAN_IN = 1024;

/** Records for each customer block: about 10 MB, of as many customers as bring that many lines. */
export const CUSTOMER_BLOCK_ROWS = 262_144;
/**
 * Bounds what the coordinator holds for each task of days, which says where each block is: 180 bytes a block. Beyond 67
 * million records blocks grow instead; from about 270 million on they are sorted in pieces.
 */
export const CUSTOMER_BLOCKS_MAX = 256;

/** Lines of customers that a task works on at once; a customer is never cut, so one with more is worked on alone. */
export const CUSTOMER_ROWS_AT_ONCE = 1_048_576;

/** Customers of one part file of segments: blocks are taken together until there are as many. */
export const SEGMENT_PART_CUSTOMERS = 262_144;

/** Fewer customers do not prove that one list of recommendations is better than another. */
export const CUSTOMERS_MIN = 100;

/** A recommender is tried out on as many days as the history divided by this, within these bounds. */
export const WINDOW_SHARE = 9;
export const WINDOW_DAYS_MIN = 7;
export const WINDOW_DAYS_MAX = 91;

/** Pairs of customer and product that one task of a training works on, and most tasks that share a training. */
export const SPAN_PAIRS = 1_500_000;
export const SPANS_MAX = 64;

/** Products up to which EASE is learned: its task takes 20 bytes for each pair of products, 500 MB here. */
export const EASE_ITEMS_MAX = 5_000;

/** Numbers that a customer or a product is described with, rounds of training, and products on a list, at most. */
export const RANK_MAX = 256;
export const ITERATIONS_MAX = 100;
export const TOP_MAX = 100;

/**
 * What the search for a recommender looks at, at most: lines of whole customer blocks, which bound the pairs that one task
 * holds (about 100 MB), and the customers whose factors it holds (128 MB of rank 64). A larger share says no more.
 */
export const TUNE_LINES_MAX = 4_000_000;
export const TUNE_CUSTOMERS_MAX = 500_000;
/** Customers who judge each trial: differences of 0.001 in NDCG are told from chance. */
export const TUNE_JUDGES_MAX = 20_000;
/** Those of them who say after each iteration whether another is worth it. */
export const TUNE_WATCHERS_MAX = 5_000;
/** Numbers of all products together: a rank is not tried if the catalogue is so large that a task has no room for it. */
export const TUNE_FACTORS_MAX = 8_000_000;

/** From this many lines a day on, a task merges one day; below it, one calendar month. */
export const LINES_PER_DAY_TASK = 5_000;

/** Tries for a task whose world failed (disk, network), the first included. */
export const TASK_ATTEMPTS = 3;

/** The first wait before another attempt; it doubles each time, plus up to as much jitter. */
export const RETRY_DELAY_MS = 100;

/** Share of records that may be rejected before a run is refused, unless the contract says otherwise. */
export const REJECT_RATE_MAX = 0.02;

/** A task message on a queue, in bytes: everything larger rests in the lake. */
export const TASK_MESSAGE_BYTES_MAX = 400;

/** Events are flushed to a new segment of the log at least this often, and at least this many at a time. */
export const EVENT_SEGMENT_MS = 1_000;
export const EVENT_SEGMENT_EVENTS = 1_000;

/** Version of the project folder's layout; a folder with a higher one is refused. */
export const PROJECT_VERSION = 1;

/** Rows that `query` prints to a terminal before it says how to see the rest. */
export const QUERY_ROWS_PRINTED = 100;
