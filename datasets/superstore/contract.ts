import { contract, date, decimal, ignore, int, text } from '../contract.ts';

export default contract({
  name: 'superstore',
  version: 1,
  title: 'Superstore Sales: four years of an office supplier, everything in one file',
  homepage: 'kaggle.com/datasets/rohitsahoo/sales-forecasting',
  licence: 'see the data set’s page',
  currency: 'USD',
  tables: {
    sales: {
      // The export is called train.csv, superstore.csv, Orders.csv …: the header tells.
      files: '*.csv',
      key: ['Row ID'],
      columns: {
        'Row ID': int({ required: true }),
        'Order ID': text({ required: true }),
        'Order Date': date('DD/MM/YYYY', { required: true, min: '2015-01-01', max: '2018-12-31' }),
        'Ship Date': date('DD/MM/YYYY'),
        'Ship Mode': ignore(),
        'Customer ID': text({ required: true }),
        'Customer Name': text({ spaces: 'tidy' }),
        Segment: text(),
        Country: text(),
        City: text(),
        State: text(),
        // Every address is in the United States, so a shorter code has lost its leading zeros.
        'Postal Code': text({ digits: 5 }),
        Region: text(),
        'Product ID': text({ required: true }),
        Category: text(),
        'Sub-Category': text(),
        'Product Name': text({ spaces: 'tidy' }),
        Sales: decimal({ required: true, places: 4, min: 0 }),
      },
    },
  },
  sale: {
    from: 'sales',
    sale_id: 'Row ID',
    order_id: 'Order ID',
    customer_id: 'Customer ID',
    product_id: 'Product ID',
    // 779 of the 793 customers have ordered to more than one address: it belongs to the order.
    location: {
      city: 'City',
      state: 'State',
      postal_code: 'Postal Code',
      region: 'Region',
      country: 'Country',
    },
    sold: 'Order Date',
    delivered_day: 'Ship Date',
    net_amount: 'Sales',
  },
  dimensions: {
    customer: {
      from: 'sales',
      id: 'Customer ID',
      attributes: { customer_name: 'Customer Name', segment: 'Segment' },
    },
    product: {
      from: 'sales',
      id: 'Product ID',
      attributes: { product_name: 'Product Name', category: 'Category', subcategory: 'Sub-Category' },
    },
  },
});
