/** What is known of the Global Electronics Retailer; others have published it wrong. */
import { byYear, type Figure } from './figures.ts';

export const ELECTRONICS: readonly Figure[] = [
  [
    'revenue, cost, profit, units, orders and buyers are those of the files',
    `select sum(net_amount_base), sum(cost_amount_base), sum(net_amount_base - cost_amount_base), sum(quantity),
            count(distinct order_id), count(distinct customer_id) from fct_sales`,
    [['55755479.590000', '23092791.210000', '32662688.380000', 197_757, 26_326, 11_887]],
  ],
  [
    'two lines of one product on one order are both kept: 62,884 lines, 75 such pairs',
    `select (select count(*) from fct_sales), count(*) from
       (select 1 from fct_sales group by order_id, product_id having count(*) > 1)`,
    [[62_884, 75]],
  ],
  [
    'revenue by year is that of the day of the order',
    byYear('revenue'),
    [
      [2016, '6946793.560000'],
      [2017, '7421422.270000'],
      [2018, '12788960.660000'],
      [2019, '18264382.480000'],
      [2020, '9294632.140000'],
      [2021, '1039288.480000'],
    ],
  ],
  [
    'quarters show revenue as revenue and profit as profit',
    `select extract(quarter from month), round(sum(revenue) / 1e6, 2), round(sum(profit) / 1e6, 2)
     from mart_monthly_sales where extract(year from month) = 2016 group by 1 order by 1`,
    [
      [1, 1.88, 1.12],
      [2, 1.23, 0.72],
      [3, 1.57, 0.93],
      [4, 2.27, 1.34],
    ],
  ],
  [
    'the web shop took 20.45 % of the revenue in 5,580 orders',
    'select channel, orders, revenue, revenue_share, average_order_value from mart_channel_sales order by channel',
    [
      ['online', 5_580, '11404324.630000', '0.204542', '2043.785776'],
      ['store', 20_746, '44351154.960000', '0.795458', '2137.817168'],
    ],
  ],
  [
    'online orders fell by 46.6 % from 2019 to 2020',
    byYear('online_orders'),
    [
      [2016, 476],
      [2017, 644],
      [2018, 1245],
      [2019, 2006],
      [2020, 1071],
      [2021, 138],
    ],
  ],
  [
    'the margin is weighted by revenue: 58.58 %, not the mean of the lines',
    'select round(safe_ratio(sum(profit), sum(revenue)), 4) from mart_monthly_sales',
    [['0.5858']],
  ],
  [
    'stores opened in the years that the file says',
    'select open_year, count(*) from mart_store_sales where open_year in (2009, 2012, 2015) group by 1 order by 1',
    [
      [2009, 6],
      [2012, 14],
      [2015, 9],
    ],
  ],
  [
    'all 67 stores are listed, the nine that never sold included',
    'select count(*), count(*) filter (where orders = 0) from mart_store_sales',
    [[67, 9]],
  ],
  [
    'the best store by area is Wyoming, with 1,453 a square metre',
    'select state, round(revenue_per_square_meter, 2) from mart_store_sales order by 2 desc nulls last limit 1',
    [['Wyoming', '1453.53']],
  ],
  [
    'revenue by country is that of the customer',
    'select country, revenue from mart_country_sales order by revenue desc',
    [
      ['United States', '29871631.170000'],
      ['United Kingdom', '7084088.120000'],
      ['Germany', '5414149.800000'],
      ['Canada', '4724334.630000'],
      ['Australia', '2708137.610000'],
      ['Italy', '2475645.770000'],
      ['Netherlands', '1962154.270000'],
      ['France', '1515338.220000'],
    ],
  ],
  [
    'revenue by category is complete',
    'select category, revenue from mart_category_sales order by revenue desc',
    [
      ['Computers', '19301595.460000'],
      ['Home Appliances', '10795478.590000'],
      ['Cameras and camcorders', '6520168.020000'],
      ['Cell phones', '6183791.220000'],
      ['TV and Video', '5928982.690000'],
      ['Audio', '3169627.740000'],
      ['Music, Movies and Audio Books', '3131006.440000'],
      ['Games and Toys', '724829.430000'],
    ],
  ],
  [
    'the best product is known by name, revenue and units',
    'select product_name, revenue, units from mart_product_sales where revenue_rank = 1',
    [['WWI Desktop PC2.33 X2330 Black', '505450.000000', 550]],
  ],
  [
    'two customers of one name stay two: nobody but the first spent more than 45,000',
    'select customer_name, total_spent from mart_customer_behavior where total_spent > 45000',
    [['Matthew Flemming', '61871.700000']],
  ],
  [
    '137 names belong to several of the 15,266 customers',
    `select (select count(*) from dim_customer), count(*) from
       (select 1 from dim_customer group by customer_name having count(*) > 1)`,
    [[15_266, 137]],
  ],
  [
    'only what the web shop sold is delivered, after 1 to 17 days',
    `select channel, count(delivered_day), min(delivered_day - sales_day), max(delivered_day - sales_day)
     from fct_sales group by channel order by channel`,
    [
      ['online', 13_165, 1, 17],
      ['store', 0, null, null],
    ],
  ],
  [
    'NA is Napoli, ten times',
    `select state, count(*) from dim_customer where state_code = 'NA' group by 1`,
    [['Napoli', 10]],
  ],
  [
    'keys keep their leading zeros',
    'select distinct category_key, min(subcategory_key) from dim_product group by 1 order by 1 limit 1',
    [['01', '0101']],
  ],
  [
    'no name is garbled',
    `select state from dim_store where state in ('Freistaat Thüringen', 'Franche-Comté') order by state`,
    [['Franche-Comté'], ['Freistaat Thüringen']],
  ],
];
