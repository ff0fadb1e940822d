/** Times as days. */
const MICROS_PER_DAY: i64 = 86_400_000_000;

/** The day of each timestamp in microseconds, both counted from 1970; 0 for null. */
export function daysOf(values: usize, valid: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row++) {
    let day: i32 = 0;
    if ((load<u8>(valid + (row >> 3)) >> (row & 7)) & 1) {
      const micros = load<i64>(values + (<usize>row << 3));
      const whole = micros / MICROS_PER_DAY;
      // Division cuts towards zero; the day before 1970 is −1.
      day = <i32>whole - i32(whole * MICROS_PER_DAY > micros);
    }
    store<i32>(out + (<usize>row << 2), day);
  }
}
