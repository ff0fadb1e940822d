import { describe, expect, it } from 'vitest';
import { createStyle, widthOf } from './style.ts';
import { PUBLISHED, REFUSED, SMALL, UNCHANGED } from './summary.fixture.ts';
import { printSummary } from './summary.ts';

describe('the summary', () => {
  it.each([
    ['published', PUBLISHED],
    ['unchanged', UNCHANGED],
    ['refused', REFUSED],
    ['small', SMALL],
  ])('%s', async (name, summary) => {
    await expect(printSummary(summary)).toMatchFileSnapshot(`golden/summary-${name}.txt`);
  });

  it('says the same with colour, and in commands that find another project', () => {
    const plain = printSummary(REFUSED);
    const coloured = printSummary(REFUSED, { style: createStyle(true) });
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(plain);
    const elsewhere = printSummary(PUBLISHED, { command: 'endcap', projectFlag: ' --project shop' });
    expect(elsewhere).toContain('endcap check --project shop');
    expect(elsewhere).not.toContain('npx');
  });

  it('never claims that numbers add up which do not', () => {
    const lost = { ...SMALL, sales: [{ ...SMALL.sales[0]!, kept: 5_999 }] };
    expect(printSummary(lost)).toContain('✖ does not add up');
    const penny = { ...SMALL, money: { ...SMALL.money, kept: '2261536.782699' } };
    expect(printSummary(penny)).toContain('✖ does not add up');
    expect(printSummary(SMALL)).toContain('✔ adds up to the cent');
  });

  it('cuts reasons to the width of the terminal', () => {
    const narrow = printSummary(PUBLISHED, { columns: 90 }).split('\n');
    const reasons = narrow.filter(line => line.includes('first at'));
    expect(reasons).toHaveLength(4);
    for (const line of reasons) expect(widthOf(line)).toBeLessThanOrEqual(90);
  });
});
