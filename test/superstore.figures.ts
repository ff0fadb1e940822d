/** What is known of Superstore Sales; others have published eight times its revenue, and regions by wrong addresses. */
import { byYear, type Figure } from './figures.ts';

export const SUPERSTORE: readonly Figure[] = [
  [
    'revenue is that of the file, once',
    'select sum(net_amount_base), count(*) from fct_sales',
    [['2261536.782700', 9_800]],
  ],
  [
    'there are 4,922 orders of 793 customers',
    'select count(distinct order_id), count(distinct customer_id) from fct_sales',
    [[4_922, 793]],
  ],
  [
    'revenue by region is that of the order’s own address',
    'select region, round(revenue, 2) from mart_region_sales order by revenue desc',
    [
      ['West', '710219.68'],
      ['East', '669518.73'],
      ['Central', '492646.91'],
      ['South', '389151.46'],
    ],
  ],
  [
    'revenue by year is complete',
    byYear('revenue').replace('sum(revenue)', 'round(sum(revenue), 2)'),
    [
      [2015, '479856.21'],
      [2016, '459436.01'],
      [2017, '600192.55'],
      [2018, '722052.02'],
    ],
  ],
  [
    'revenue by category is complete',
    'select category, round(revenue, 2) from mart_category_sales order by category',
    [
      ['Furniture', '728658.58'],
      ['Office Supplies', '705422.33'],
      ['Technology', '827455.87'],
    ],
  ],
  [
    'revenue by segment is complete',
    'select segment, round(revenue, 2), round(revenue_share, 3) from mart_segment_sales order by segment',
    [
      ['Consumer', '1148060.53', '0.508'],
      ['Corporate', '688494.07', '0.304'],
      ['Home Office', '424982.18', '0.188'],
    ],
  ],
  [
    '529 city names are 600 cities in 49 states',
    'select count(distinct city), count(*), count(distinct state) from mart_city_sales',
    [[529, 600, 49]],
  ],
  [
    'the three largest states are right',
    'select state, round(revenue, 2) from mart_state_sales order by revenue desc limit 3',
    [
      ['California', '446306.46'],
      ['New York', '306361.15'],
      ['Texas', '168572.53'],
    ],
  ],
  [
    '11 lines to Burlington, Vermont, have no postal code and are kept',
    `select city, state, count(*) from fct_sales join dim_location using (location_id)
     where postal_code is null group by 1, 2`,
    [['Burlington', 'Vermont', 11]],
  ],
  [
    '429 postal codes have their leading zero back, and all have five digits',
    `select count(*) filter (where postal_code like '0%'), min(length(postal_code)), max(length(postal_code))
     from fct_sales join dim_location using (location_id)`,
    [[429, 5, 5]],
  ],
  [
    '779 customers have had several addresses, and each has one now',
    `select count(*) filter (where addresses > 1), count(*), sum(now)::int from
       (select count(distinct location_id) as addresses, count(*) filter (where is_current) as now
        from dim_customer_address group by customer_id)`,
    [[779, 793, 793]],
  ],
  [
    'each of 1,861 product ids has one name, without doubled or non-breaking blanks',
    `select count(*), count(distinct product_id),
            count(*) filter (where product_name like '%  %' or contains(product_name, chr(160))) from dim_product`,
    [[1_861, 1_861, 0]],
  ],
  ['nothing is in quarantine', 'select count(*) from quarantine', [[0]]],
];
