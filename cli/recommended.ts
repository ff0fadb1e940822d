/** The lists of one customer for people. */
import { LISTS } from '../jobs/recommend/choice.ts';
import type { Answer, AnswerList, AnswerProduct } from './answer.ts';
import { count } from './format.ts';
import type { Session } from './io.ts';
import { alignedTable } from './table.ts';

const TITLES = { again: 'To buy again', new: 'Never bought before' };

export function printLists({ outStyle: style }: Pick<Session, 'outStyle'>, answer: Answer): string {
  const sections = LISTS.filter(name => answer.lists[name].products.length > 0).map(name => {
    const list = answer.lists[name];
    const title = `${style.bold(TITLES[name])} ${style.dim(`(${list.source})`)}\n`;
    const columns = [
      { title: '#', align: 'right' as const },
      { title: 'product' },
      { title: '' },
      { title: 'score', align: 'right' as const },
      { title: 'why' },
    ];
    const rows = list.products.map(product => [
      String(product.rank),
      product.product_id,
      product.product_name === product.product_id ? '' : product.product_name,
      product.score.toFixed(SCORE_PLACES),
      whyText(product),
    ]);
    return (
      title + alignedTable(columns, rows, { indent: 2, cellWidth: CELL_WIDTH, style }) + besidePublished(list, style)
    );
  });
  return [`${headline(answer)}\n`, ...sections].join('\n');
}

const SCORE_PLACES = 4;
const CELL_WIDTH = 80;
/** Purchases that are named besides the first. */
const OTHERS_NAMED = 1;

function headline({ customer_id, customer_name, as_of, bought }: Answer): string {
  const products = count(bought.length, 'product');
  if (customer_id === null)
    return bought.length === 0
      ? 'Of whom nothing is known: what most customers buy'
      : `Who bought just ${bought.map(({ product_name }) => product_name).join(', ')}`;
  const who = `Customer ${customer_id}${customer_name === null ? '' : ` (${customer_name})`}`;
  if (bought.length > 0) return `${who} bought ${products} before ${as_of}`;
  return `${who} has bought nothing before ${as_of}, or given all back: what most customers buy`;
}

/** The reason, and what the purchases that speak for it most add to the score. */
function whyText({ reason, contributions }: AnswerProduct): string {
  if (!reason.startsWith('because')) return reason;
  const adds = (value: number) => `(${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(SCORE_PLACES)})`;
  const [first, ...others] = contributions;
  const more = others.slice(0, OTHERS_NAMED).filter(other => other.adds > 0);
  const named = more.map(other => `, ${other.product_name} ${adds(other.adds)}`);
  return `${reason} ${adds(first!.adds)}${named.join('')}`;
}

function besidePublished({ published }: AnswerList, style: Session['outStyle']): string {
  if (published === null) return '';
  const { differs, why } = published;
  if (differs.length === 0) return style.dim('  as published\n');
  const places = `${differs.length === 1 ? 'rank' : 'ranks'} ${differs.join(', ')}`;
  return style.dim(`  published otherwise at ${places}: ${why}\n`);
}
